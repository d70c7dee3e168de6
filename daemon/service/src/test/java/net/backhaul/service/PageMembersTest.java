// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service;

import static net.backhaul.service.ImportedNetworks.HOSTILE;
import static net.backhaul.service.ImportedNetworks.member;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import net.backhaul.testing.Await;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.Keys;
import org.openqa.selenium.WebElement;

/** The members of a network in a browser: many of them, and what can be done with them. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PageMembersTest {
  private static final int MANY = 20_000;
  private static final double OPENS_MS = 1_000;

  /** A machine that runs tests may be busy with something else. */
  private static final int TRIALS = 3;

  @TempDir static Path directory;

  @RegisterExtension
  static final PageInTest page = new PageInTest(() -> directory, PageMembersTest::write);

  private Browser browser;

  @BeforeAll
  void start() {
    browser = page.browser();
  }

  private static void write(ImportedNetworks networks) throws IOException {
    networks.network(1, "office");
    networks.network(2, "many");
    networks.network(3, HOSTILE.get(2));
    for (int i = 1; i <= 12; i++) {
      networks.member(1, i, "host-%02d".formatted(i), i > 2 ? "10.7.0." + i : "");
    }
    for (int i = 0; i < MANY; i++) {
      String ip = "10.8.%d.%d".formatted(i / 250, i % 250 + 1);
      networks.member(2, i, "web-%05d".formatted(i), i >= 5 ? ip : "");
    }
    for (int i = 0; i < HOSTILE.size(); i++) {
      networks.member(3, i, HOSTILE.get(i), "10.9.0." + (i + 1));
    }
  }

  private static String row(int number) {
    return "[data-member=\"" + member(number) + "\"]";
  }

  private boolean isAuthorized(int network, int number) {
    return Boolean.TRUE.equals(page.member(network, member(number)).get("authorized"));
  }

  @Test
  void opensTwentyThousandMembersAtOnce() throws Exception {
    double best = Double.MAX_VALUE;
    double bestShown = Double.MAX_VALUE;
    for (int i = 0; i < TRIALS && best >= OPENS_MS; i++) {
      page.open(2, "?sort=name");
      browser.find(row(0));
      Object foundMs = browser.script("return performance.now()");
      bestShown = Math.min(bestShown, ((Number) foundMs).doubleValue());
      Object shownMs =
          browser.script(
              """
              const entries = performance.getEntriesByType('resource');
              const list = entries.find(each => each.name.includes('/members?'));
              return list.responseEnd;
              """);
      best = Math.min(best, ((Number) shownMs).doubleValue());
    }
    System.out.printf(
        "20,000 members: the list has arrived after %.0f ms (at most %.0f ms), a row was found"
            + " after %.0f ms%n",
        best, OPENS_MS, bestShown);
    assertTrue(best < OPENS_MS, "it takes " + best + " ms");
    assertTrue(browser.count("[data-row]") < 100);
    browser.awaitText("20,000 members");
    browser.script("document.querySelector('.rows').scrollTop = 1e9");
    browser.find(row(MANY - 1));
    browser.type("Search members", "name:web-0123* online:no");
    browser.awaitText("10 members of 20,000");
    browser.find(row(1_234));
    browser.type("Search members", "onlin:no");
    browser.awaitText("there is no onlin:; expected address");
    WebElement search = browser.field("Search members");
    assertEquals("true", search.getAttribute("aria-invalid"));
    browser.assertAccessible();
    browser.type("Search members", "name:web-0123* online:no");
    browser.awaitNoText("there is no onlin:");
    browser.find(row(1_234));
    Pictures.take(browser, "members-search");
  }

  @Test
  void actsOnAllThatASearchFinds() throws Exception {
    page.open(2, "?q=name:web-07*");
    browser.awaitText("1,000 members of 20,000");
    browser.clickOn(row(7_000) + " input[type=checkbox]");
    browser.click("Select all 1,000 found");
    browser.awaitText("1,000 selected");
    browser.click("Deauthorize");
    browser.awaitNotice("1,000 deauthorized");
    assertEquals(false, page.member(2, member(7_500)).get("authorized"));
    page.undo();
    Await.until(() -> isAuthorized(2, 7_999));
  }

  /** Each change has the list read again, before the answer to the request before arrives. */
  @Test
  void showsMembersUnderSteadyChanges() throws Exception {
    page.open(1, "/join");
    browser.script(
        """
        const own = window.fetch;
        window.fetch = async (url, options) => {
          const response = await own(url, options);
          if (String(url).includes('/members?')) await new Promise(done => setTimeout(done, 900));
          return response;
        };
        """);
    browser.click("Members");
    String path = "/member/" + member(9);
    Await.until(
        () -> {
          try {
            page.change(1, path, "{\"name\":\"host-09-%d\"}".formatted(System.nanoTime()));
          } catch (IOException e) {
            throw new AssertionError(e);
          }
          return browser.count(row(9)) == 1;
        },
        browser::text);
    page.change(1, path, "{\"name\":\"host-09\"}");
  }

  @Test
  void showsAndChangesMembers() throws Exception {
    page.open(1, "");
    browser.find(row(12));
    assertEquals("0", browser.find("[data-row]").getAttribute("data-row"));
    assertTrue(
        browser.find("[data-row]").getText().contains("Authorize"), "who waits is not on top");
    browser.assertAccessible();
    Pictures.take(browser, "members-offline");

    browser.clickOn(row(5) + " .name button");
    browser.press("nothing", Keys.ESCAPE);
    browser.clickOn(row(5) + " .name button");
    browser.press("printer", Keys.ENTER);
    browser.awaitNotice("Named printer");
    assertEquals("printer", page.member(1, member(5)).get("name"));
    page.undo();
    browser.awaitText("host-05");

    browser.clickOn(row(5) + " .more button");
    browser.awaitText("Ethernet bridge");
    assertTrue(browser.url().endsWith("?member=" + member(5)), browser.url());
    browser.assertAccessible();
    browser.type("Managed IPs", "10.7.0.999");
    browser.press(Keys.TAB);
    browser.awaitText("expected an IP address");
    browser.assertAccessible();
    browser.type("Managed IPs", "10.7.0.55" + Keys.ENTER);
    browser.awaitNotice("host-05 changed");
    browser.type("Notes", "its manual: https://example.org/manual");
    browser.press(Keys.TAB);
    browser.find(".notes a[href='https://example.org/manual']");
    browser.awaitNotice("host-05 changed");
    browser.type("Labels", "db rack2" + Keys.ENTER);
    browser.awaitNotice("host-05 changed");
    assertEquals("db rack2", browser.field("Labels").getAttribute("value"));
    Pictures.take(browser, "member");
    assertEquals(List.of("10.7.0.55"), page.member(1, member(5)).get("ipAssignments"));
    browser.press(Keys.ESCAPE);
    browser.awaitNoText("Ethernet bridge");
    browser.type("Search members", "label:db");
    browser.awaitText("1 member of");
  }

  @Test
  void addsRemovesBlocksAndReplaces() throws Exception {
    page.open(1, "?sort=name");
    browser.click("Add member");
    browser.assertAccessible();
    browser.type("Address", "ff00000001");
    browser.click("Add");
    browser.awaitText("expected an address");
    browser.type("Address", member(40));
    browser.type("Name", "added");
    browser.click("Add");
    browser.find(row(40));
    browser.clickOn(row(40) + " .more button");
    browser.click("Block");
    browser.awaitNotice("added is blocked");
    browser.button("Unblock");
    assertEquals(0, browser.count(".panel .main"), "a blocked one cannot be authorized");
    page.undo();
    Await.until(() -> isAuthorized(1, 40));
    browser.click("Block");
    browser.awaitNotice("blocked");
    browser.click("Unblock");
    browser.awaitNotice("added is not blocked any more");
    browser.click("Replace device");
    browser.type("Address", member(41));
    browser.click("Replace");
    browser.find(row(41));
    browser.awaitNotice("added is on the other device now");
    assertEquals("added", page.member(1, member(41)).get("name"));
    Await.until(() -> browser.count(row(40)) == 0, browser::text);
    page.undo();
    Await.until(() -> browser.url().endsWith("member=" + member(40)), browser::url);
    browser.find(row(40));
    browser.click("Replace device");
    browser.type("Address", member(5));
    browser.click("Replace");
    browser.find("dialog .error");
    assertEquals(
        "host-05", page.member(1, member(5)).get("name"), "an authorized one was overwritten");
    browser.type("Address", member(41));
    browser.click("Replace");
    Await.until(() -> browser.url().endsWith("member=" + member(41)), browser::url);
    browser.find(row(41));
    browser.click("Remove");
    browser.awaitNotice("added removed");
    Await.until(() -> browser.count(row(41)) == 0, browser::text);
    page.undo();
    browser.find(row(41));
    assertEquals("added", page.member(1, member(41)).get("name"));
    browser.clickOn(row(41) + " .more button");
    browser.click("Remove");
    Await.until(() -> browser.count(row(41)) == 0, browser::text);
  }

  @Test
  void losesNothingWhenTwoEditAtOnce() throws Exception {
    page.open(1, "?member=" + member(7));
    browser.type("Name", "mine");
    String first = browser.tab();
    String second = browser.newTab();
    page.open(1, "?member=" + member(7));
    browser.type("Name", "theirs" + Keys.ENTER);
    browser.awaitNotice("theirs changed");
    browser.switchTo(first);
    // The change arrives here on its own; before it does, the answer is another one.
    Await.until(() -> browser.find(".panel h2").getText().equals("theirs"), browser::text);
    browser.press(Keys.ENTER);
    browser.awaitText("Another user has set this to “theirs”");
    assertEquals("theirs", page.member(1, member(7)).get("name"));
    assertEquals("mine", browser.field("Name").getAttribute("value"));
    browser.press(Keys.ESCAPE);
    browser.switchTo(second);
    browser.type("Name", "host-07" + Keys.ENTER);
    browser.awaitNotice("host-07 changed");
    browser.switchTo(first);
  }

  @Test
  void exportsFiles() throws Exception {
    page.change(
        3, "/member/" + member(0), "{\"tags\":[[1,2]],\"capabilities\":[7],\"activeBridge\":true}");
    page.open(3, "");
    browser.find(row(0));
    browser.click("Columns");
    browser.awaitText("Tags, capabilities");
    browser.assertAccessible();
    browser.click("Columns");
    browser.click("Export");
    browser.assertAccessible();
    browser.click("All found, as CSV");
    String csv = Files.readString(browser.download(page.network(3) + ".csv"));
    assertTrue(csv.contains("\"'=HYPERLINK(\"\"http://example.org\"\")\""), csv);
    assertEquals(HOSTILE.size() + 1, csv.split("\r\n").length, csv);
    assertTrue(
        csv.lines().findFirst().orElse("").endsWith(",labels,tags,capabilities,bridge"), csv);
    assertTrue(csv.contains(",\"1=2\",\"7\",\"true\"\r\n"), csv);
    assertFalse(csv.contains("'-1"), csv);
    browser.click("Export");
    browser.click("All found, as hosts file");
    Path hosts = browser.download(page.network(3) + ".hosts");
    for (String line : Files.readString(hosts).lines().toList()) {
      assertTrue(line.matches("10\\.9\\.0\\.\\d [a-z0-9-]+"), line);
    }
  }
}
