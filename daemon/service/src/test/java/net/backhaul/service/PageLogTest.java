// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import net.backhaul.testing.Await;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.Keys;

/** The view of the log in a browser. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PageLogTest {
  private static final int MEMBERS = 110;
  private static final String HOSTILE = "<svg onload=window.ran=1>";

  @TempDir static Path directory;

  @RegisterExtension static final PageInTest page = new PageInTest(() -> directory);

  private Browser browser;

  private static String member(int number) {
    return "%010x".formatted(0x10_0000_0001L + number);
  }

  @BeforeAll
  void start() throws Exception {
    browser = page.browser();
    page.change(1, "", "{\"name\":\"office\"}");
    page.change(2, "", "{\"name\":\"cellar\"}");
    for (int i = 0; i < MEMBERS; i++) {
      page.change(1, "/member/" + member(i), "{\"authorized\":true}");
    }
    page.change(2, "/member/" + member(1), "{\"name\":\"" + HOSTILE + "\"}");
    page.change(2, "", "{\"name\":\"attic\"}");
  }

  private String first() {
    return browser.find(".entry").getText();
  }

  @Test
  void showsBeforeAndAfter() throws Exception {
    page.open("/");
    browser.click("Log");
    String change = first();
    assertTrue(change.contains("authtoken.secret"), change);
    assertTrue(change.contains("from local API"), change);
    assertTrue(change.contains("cellar → attic"), change);
    browser.awaitText(HOSTILE);
    browser.assertAccessible();
    Pictures.take(browser, "log");
    page.assertFitsTelephone("log");
    page.change(2, "", "{\"name\":\"loft\"}");
    browser.awaitText("attic → loft");
    page.change(2, "", "{\"name\":\"attic\"}");
    browser.awaitText("loft → attic");
  }

  @Test
  void filtersInTheUrl() {
    page.open("/log");
    browser.click("Older");
    Await.until(() -> browser.url().contains("before="), browser::url);
    browser.awaitText("create");
    assertTrue(browser.count(".entry") < 100, browser::text);
    browser.back();
    Await.until(() -> browser.count(".entry") == 100, browser::text);

    browser.clickOn("option[value='" + page.network(2) + "']");
    Await.until(() -> browser.count(".entry") > 0, browser::text);
    assertTrue(browser.count(".entry") < 10, browser::text);
    browser.type("Address of a member", "12" + Keys.ENTER);
    browser.awaitText("expected 10 hexadecimal digits");
    browser.type("Address of a member", member(1) + Keys.ENTER);
    browser.awaitText(HOSTILE);
    Await.until(() -> browser.count(".entry") == 1, browser::text);
    assertEquals(
        page.origin() + "/log?network=" + page.network(2) + "&member=" + member(1), browser.url());
    browser.reload();
    browser.awaitText(HOSTILE);
    assertEquals(1, browser.count(".entry"));
    browser.type("By", "nobody" + Keys.ENTER);
    browser.awaitText("No change is recorded");
    browser.click("Clear");
    Await.until(() -> browser.count(".entry") == 100, browser::text);

    page.open("/log?until=2020-01-01T00:00");
    browser.awaitText("No change is recorded");
    page.open("/log?since=2020-01-01T00:00");
    Await.until(() -> browser.count(".entry") == 100, browser::text);
  }

  @Test
  void exportsAll() throws Exception {
    page.open("/log?network=" + page.network(1));
    browser.click("All found, as CSV");
    var lines = Files.readAllLines(browser.download("log.csv"));
    assertEquals(MEMBERS + 2, lines.size());
    assertTrue(lines.getFirst().startsWith("id,atMs,actor,"), lines.getFirst());
  }
}
