// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
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
    page.change(3, "", "{\"name\":\"attic\"}");
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
    browser.awaitNotice("Saved");
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
    assertTrue(browser.url().contains("?version="), browser.url());
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

  @Test
  void losesNothingWhenTwoSaveAtOnce() throws Exception {
    page.change(4, "", "{\"name\":\"shed\"}");
    open(4);
    write("# mine\naccept;");
    Await.until(this::maySave);
    Path theirs = Files.writeString(directory.resolve("theirs"), "# theirs\naccept;");
    page.cli("controller", "network", page.network(4), "rules", "set", theirs.toString());
    browser.click("Save rules");
    browser.awaitText("Another user has saved other rules meanwhile");
    assertTrue(shown().contains("# mine"), shown());
    assertTrue(
        page.cli("controller", "network", page.network(4), "rules", "get").contains("# theirs"));
    browser.click("Discard changes");
    Await.until(() -> shown().contains("# theirs"), this::shown);

    write("# mine again\naccept;");
    Await.until(this::maySave);
    Files.writeString(theirs, "# theirs again\naccept;");
    page.cli("controller", "network", page.network(4), "rules", "set", theirs.toString());
    browser.click("Save rules");
    browser.awaitText("Another user has saved other rules meanwhile");
    Await.until(this::maySave);
    browser.click("Save rules");
    browser.awaitNotice("Saved");
    assertTrue(
        page.cli("controller", "network", page.network(4), "rules", "get")
            .contains("# mine again"));
  }

  /** The session is ended from another browser, while something is written here. */
  @Test
  void offersUnsavedRulesAfterTheSessionHasEnded() throws Exception {
    open(3);
    write("# of the other session\naccept;");
    browser.button("Discard changes");
    try (Browser other = page.otherBrowser()) {
      other.click("admin");
      other.awaitText("this one");
      other.click("End the session from 127.0.0.1");
      other.awaitNoText("End the session from");
    }
    // Whatever comes first tells it: this, or the end of the events.
    browser.pressWithControl("s");
    browser.awaitText("Your session has ended");
    browser.assertAccessible();
    assertFalse(browser.text().contains("of the other session"));
    browser.type("User name", "admin");
    browser.type("Password", PageInTest.PASSWORD);
    browser.click("Log in");
    browser.awaitText("they are still here");
    assertFalse(shown().contains("of the other session"), shown());
    browser.assertAccessible();
    page.change(3, "", "{\"rules\":[{\"type\":\"ACTION_DROP\"}]}");
    browser.awaitText("The rules have been changed since");
    Pictures.take(browser, "rules-draft");
    browser.click("Continue with them");
    Await.until(() -> shown().contains("# of the other session"), this::shown);
    browser.awaitNoText("they are still here");
    Await.until(this::maySave);
    browser.click("Save rules");
    browser.awaitNotice("Saved");
    browser.reload();
    browser.awaitText("1 rule");
    Await.until(() -> shown().contains("# of the other session"));
    assertFalse(browser.text().contains("they are still here"));

    write("# given up");
    browser.button("Discard changes");
    browser.click("Members");
    browser.answer(true);
    browser.awaitText("No device has asked to join yet.");
    browser.click("Rules");
    browser.awaitText("1 rule");
    assertFalse(browser.text().contains("they are still here"));
  }
}
