// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import net.backhaul.testing.Await;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** The view of the rules of a network in a browser: errors while typing, tests, history. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PageRulesTest {
  private static final String CONTENT =
      "document.querySelector('.editor')?.shadowRoot?.querySelector('.cm-content')";
  private static final String NO_SSH = "drop ipprotocol tcp and dport 22; accept;";

  @TempDir static Path directory;

  @RegisterExtension static final PageInTest page = new PageInTest(() -> directory);

  private Browser browser;

  @BeforeAll
  void start() throws Exception {
    browser = page.browser();
    page.change(1, "", "{\"name\":\"office\"}");
    page.change(2, "", "{\"name\":\"cellar\"}");
  }

  private void open(int number) {
    page.open("/networks/" + page.network(number) + "/rules");
    Await.until(() -> browser.script("return Boolean(" + CONTENT + ")") == Boolean.TRUE);
  }

  private String shown() {
    return String.valueOf(browser.script("return " + CONTENT + ".innerText"));
  }

  /** Replaces what is in the editor, by keys. */
  private void write(String text) {
    browser.script(CONTENT + ".focus()");
    browser.pressWithControl("a");
    browser.press(text);
  }

  private boolean maySave() {
    return browser.count(".settings .button.main:enabled") == 1;
  }

  @Test
  void reportsErrorsWhileTypingAndSavesWhatPassesItsTests() throws Exception {
    open(1);
    assertTrue(shown().contains("accept"), shown());
    browser.awaitText("Nothing has been saved here yet.");
    write("drop ipprotocol tcp and dport 22\n; acept ipprotocol udp;\naccept;");
    browser.awaitText("Line 2");
    assertFalse(maySave());
    browser.assertAccessible();
    assertEquals(
        1L,
        browser.script(
            "return document.querySelector('.editor').shadowRoot"
                + ".querySelectorAll('.cm-lint-marker-error').length"));
    browser.click("Line 2");
    assertTrue(browser.script("return document.activeElement.className").equals("editor"));

    write("# expect drop from any to any ipprotocol tcp dport 23\n" + NO_SSH);
    browser.awaitText("Expected drop, found accept.");
    browser.awaitText("sender: ");
    assertFalse(maySave(), "a test fails");
    Pictures.take(browser, "rules-failing");

    write("# expect drop from any to any ipprotocol tcp dport 22\n" + NO_SSH);
    browser.awaitText("1 test passes");
    browser.click("Save rules");
    browser.awaitText("Saved");
    Await.until(
        () ->
            page.cli("controller", "network", page.network(1), "rules", "get")
                .contains("dport 22"));

    write("</script><script>window.ran = 1</script> <svg onload=window.ran=1>");
    browser.awaitText("Line 1");
    browser.click("Discard changes");
    Await.until(() -> shown().contains("expect drop"));
    write("accept;");
    browser.awaitText("1 rule");
    browser.pressWithControl("s");
    Await.until(() -> browser.count(".card .items > li") == 2, browser::text);

    browser.clickOn(".card .items > li:last-child button");
    browser.find(".diff ins");
    assertTrue(browser.url().contains("?version=1"), browser.url());
    browser.assertAccessible();
    Pictures.take(browser, "rules");
    page.assertFitsTelephone("rules");
    browser.reload();
    browser.find(".diff ins");
    browser.click("Revert to these rules");
    Await.until(() -> browser.count(".card .items > li:not(.opened)") == 3, browser::text);
    Await.until(() -> shown().contains("expect drop"));
    browser.awaitText("These are the present rules.");
    Await.until(
        () ->
            page.cli("controller", "network", page.network(1), "rules", "get")
                .contains("dport 22"));
  }

  @Test
  void asksBeforeUnsavedRulesAreLost() throws Exception {
    open(2);
    String text = "# not saved\naccept;";
    write(text);
    browser.button("Discard changes");
    browser.click("Members");
    browser.answer(false);
    browser.click("Log out");
    browser.answer(false);
    assertTrue(shown().contains("# not saved"), shown());
    assertTrue(browser.url().contains("/rules"), browser.url());
    browser.click("Members");
    browser.answer(true);
    browser.awaitText("No device has asked to join yet.");
    browser.click("Rules");
    Await.until(() -> browser.script("return Boolean(" + CONTENT + ")") == Boolean.TRUE);
    browser.click("Members");
    browser.awaitText("No device has asked to join yet.");
  }

  /** What members would lose is the API's to find, and tested there. */
  @Test
  void asksBeforeFlowsAreCut() throws Exception {
    open(2);
    browser.script(
        """
        const own = window.fetch;
        window.fetch = async (url, options) => {
          const response = await own(url, options);
          if (!String(url).endsWith('/check')) return response;
          const found = await response.json();
          found.lost = [{ from: '89e92ceee5', fromName: 'desk', to: 'efcc1b0947', toName: '', flows: ['tcp 22', 'tcp 23'] }];
          return new Response(JSON.stringify(found), { status: 200 });
        };
        """);
    write(NO_SSH);
    browser.awaitText("1 pair of members that are online would lose flows.");
    browser.click("Save rules");
    browser.awaitText("Flows would be cut");
    browser.awaitText("desk → efcc1b0947 tcp 22, tcp 23");
    browser.assertNoReports();
    browser.assertAccessible();
    Pictures.take(browser, "rules-lost");
    browser.click("Cancel");
    assertFalse(page.cli("controller", "network", page.network(2), "rules", "get").contains("22"));
    browser.click("Save rules");
    browser.click("Save and cut these flows");
    browser.awaitText("Saved");
    assertTrue(page.cli("controller", "network", page.network(2), "rules", "get").contains("22"));
  }
}
