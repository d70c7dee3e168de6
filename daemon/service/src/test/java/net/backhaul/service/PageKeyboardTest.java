// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service;

import static net.backhaul.service.ImportedNetworks.member;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import net.backhaul.testing.Await;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.Keys;

/** All views by keyboard alone: everything can be reached and seen, and used. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PageKeyboardTest {
  @TempDir static Path directory;

  @RegisterExtension
  static final PageInTest page = new PageInTest(() -> directory, PageKeyboardTest::write);

  private Browser browser;
  private int clicks;

  private static void write(ImportedNetworks networks) throws IOException {
    networks.network(1, "office");
    networks.network(2, "cellar");
    for (int i = 1; i <= 6; i++) {
      networks.member(1, i, "host-" + i, i > 2 ? "10.7.0." + i : "");
    }
    networks.member(2, 20, "gone", "10.8.0.20");
  }

  @BeforeEach
  void countClicks() {
    browser = page.browser();
    clicks = browser.clicks();
  }

  @AfterEach
  void usesNoMouse() {
    assertEquals(clicks, browser.clicks());
  }

  /** Goes to what has a name, and presses a key there. */
  private void press(String name, CharSequence... keys) {
    browser.awaitAnswers();
    browser.focus().tabTo(name);
    browser.press(keys);
  }

  private void typeInto(String name, String text) {
    browser.awaitAnswers();
    browser.focus().tabTo(name);
    browser.pressWithControl("a");
    browser.press(text);
  }

  private String openedUser() {
    page.open("/users");
    press("Change admin", Keys.ENTER);
    browser.find("dialog");
    return browser.url().substring(page.origin().length());
  }

  @Test
  void reachesEverything() throws Exception {
    page.cli("controller", "delete", page.network(2), member(20));
    page.cli("controller", "token", "create", page.network(1));
    String one = "/networks/" + page.network(1);
    var views = new LinkedHashMap<String, String>();
    views.put("/", "office");
    views.put("/log", "All found, as CSV");
    views.put("/users", "active");
    views.put(openedUser(), "Save permissions");
    views.put("/account", "this one");
    views.put("/about", "Save the URL");
    views.put(one, "host-3");
    views.put(one + "?member=" + member(3), "Ethernet bridge");
    views.put(one + "?cols=none", "host-3");
    views.put("/networks/" + page.network(2) + "/bin", "Restore");
    views.put(one + "/join", "Run one of these lines");
    views.put(one + "/tokens", "Revoke");
    views.put(one + "/rules", "Compiled form");
    views.put(one + "/settings", "Delete");
    views.forEach(this::assertReachable);
    browser.width(Browser.NARROW, "light");
    assertReachable(one, "host-3");
    assertReachable(one + "?member=" + member(3), "Ethernet bridge");
  }

  private void assertReachable(String path, String text) {
    page.open(path);
    browser.awaitText(text);
    Await.until(() -> browser.count("[aria-busy=true]") == 0);
    browser.focus().assertReachesAll();
  }

  @Test
  void logsIn() {
    page.open("/");
    press("Log out", Keys.ENTER);
    browser.find("form");
    browser.focus().assertIsOn("User name");
    browser.press("admin");
    press("Password", PageInTest.PASSWORD, Keys.ENTER);
    browser.awaitText("office");
    browser.press(Keys.TAB);
    browser.focus().assertIsOn("Skip to content");
    browser.press(Keys.ENTER, Keys.TAB);
    browser.focus().assertIsOn("Create a private network");
  }

  @Test
  void opensNetworks() {
    page.open("/");
    typeInto("Search networks", "office");
    browser.awaitNoText("cellar");
    press("office", Keys.ENTER);
    browser.find("[data-row]");
    press("Join", Keys.ENTER);
    browser.awaitText("Run this on a device");
    press("Settings", Keys.ENTER);
    browser.awaitText("IPv6 addresses");
  }

  @Test
  void changesMembers() {
    page.open(1, "?sort=name");
    browser.find("[data-row]");
    typeInto("Search members", "name:host");
    browser.awaitText("6 members of ");
    press("Online", Keys.SPACE);
    browser.awaitText("Nothing matches");
    browser.press(Keys.SPACE);
    browser.find("[data-row]");
    press("Authorize host-2", Keys.ENTER);
    browser.awaitNotice("host-2 is authorized");
    browser.pressWithControl("z");
    Await.until(() -> Boolean.FALSE.equals(page.member(1, member(2)).get("authorized")));
    browser.button("Authorize host-2");

    press("Name of host-3", Keys.ENTER);
    browser.press("host-33", Keys.ENTER);
    browser.awaitNotice("Named host-33");
    // The focus stays where it was.
    browser.focus().assertIsOn("Name of host-33");
    browser.press(Keys.ARROW_DOWN);
    browser.focus().assertIsOn("Name of host-4");
    press("Select host-4", Keys.SPACE);
    browser.awaitText("1 selected");
    browser.press(Keys.ARROW_DOWN, Keys.SPACE);
    browser.awaitText("2 selected");
    browser.focus().tabBackTo("Deauthorize");
    browser.press(Keys.ENTER);
    browser.awaitNotice("2 deauthorized");
    browser.pressWithControl("z");
    Await.until(() -> Boolean.TRUE.equals(page.member(1, member(4)).get("authorized")));

    press("Details of host-4", Keys.ENTER);
    browser.awaitText("Ethernet bridge");
    press("Ethernet bridge", Keys.SPACE);
    Await.until(() -> Boolean.TRUE.equals(page.member(1, member(4)).get("activeBridge")));
    browser.press(Keys.ESCAPE);
    browser.awaitNoText("Ethernet bridge");
    browser.focus().assertIsOn("Details of host-4"); // Where the panel was opened.

    browser.focus().tabBackTo("Columns");
    browser.press(Keys.ENTER);
    press("Labels", Keys.SPACE);
    Await.until(() -> browser.url().contains("cols="), browser::url);
    browser.press(Keys.ESCAPE);
    browser.focus().assertIsOn("Columns");
    browser.focus().tabBackTo("Add member");
    browser.press(Keys.ENTER);
    browser.find("dialog");
    browser.focus().assertIsOn("Address");
    browser.press(member(50));
    press("Name", "added", Keys.ENTER);
    browser.awaitNotice("added added");
    browser.focus().assertIsOn("Add member"); // Where the dialog was opened.
  }

  @Test
  void removesAndRestores() {
    page.open(1, "?member=" + member(5));
    browser.awaitText("Ethernet bridge");
    press("Remove", Keys.ENTER);
    browser.awaitNotice("host-5 removed");
    press("1 removed", Keys.ENTER);
    press("Restore host-5", Keys.ENTER);
    browser.awaitNotice("host-5 is restored");
  }

  @Test
  void changesSettings() {
    page.open(2, "/settings");
    typeInto("Name", "cellar 2");
    browser.press(Keys.ENTER);
    browser.awaitNotice("Saved");
    press("Broadcast", Keys.SPACE);
    browser.awaitNotice("Saved");
    typeInto("Destination", "192.168.9.0/24");
    browser.press(Keys.ENTER);
    browser.awaitText("192.168.9.0/24");
    press("Delete…", Keys.ENTER);
    browser.find("dialog");
    press("Cancel", Keys.ENTER);
    browser.focus().assertIsOn("Delete…");
    browser.press(Keys.ENTER);
    browser.find("dialog");
    browser.press(Keys.ESCAPE);
    Await.until(() -> browser.count("dialog") == 0);
  }

  @Test
  void writesRules() {
    page.open(1, "/rules");
    browser.find(".editor:not([aria-busy])");
    browser.awaitText("1 rule");
    browser.focus().tabInto(".editor");
    browser.pressWithControl("a");
    browser.press("acept;");
    browser.awaitText("Line 1");
    press("Line 1", Keys.ENTER);
    Await.until(() -> browser.focus().isIn(".editor"));
    browser.pressWithControl("a");
    browser.press("drop ipprotocol tcp and dport 23; accept;");
    browser.awaitText("4 rules");
    press("Save rules", Keys.ENTER);
    browser.awaitNotice("Saved");
    browser.focus().tabBackInto(".editor");
    browser.press(Keys.chord(Keys.CONTROL, Keys.END), " # end");
    browser.pressWithControl("s");
    Await.until(() -> browser.count(".card .items > li") >= 2, browser::text);
  }

  @Test
  void filtersTheLog() throws Exception {
    page.change(2, "", "{\"name\":\"cellar\"}");
    page.open("/log");
    browser.find(".entry");
    browser.find("option[value='" + page.network(2) + "']");
    press("Network", "cellar");
    Await.until(() -> browser.url().contains("network=" + page.network(2)), browser::url);
    typeInto("By", "nobody");
    browser.press(Keys.ENTER);
    browser.awaitText("No change is recorded");
    press("Clear", Keys.ENTER);
    browser.find(".entry");
  }

  @Test
  void makesTokens() {
    page.open(1, "/tokens");
    typeInto("Name of the token", "rack 3");
    browser.press(Keys.ENTER);
    browser.awaitText("The new token, shown this once");
    browser.focus().assertIsOn("Copy: Line that joins by a token");
    press("Done", Keys.ENTER);
    press("Revoke rack 3", Keys.ENTER);
    browser.awaitNotice("rack 3 is revoked");
  }

  @Test
  void managesUsersAndTheOwnAccount() {
    page.open("/users");
    typeInto("User name", "grace");
    browser.press(Keys.ENTER);
    browser.awaitText("Link for grace");
    press("Done", Keys.ENTER);
    press("Change grace", Keys.ENTER);
    browser.find("dialog");
    press("May", "change");
    press("Save permissions", Keys.ENTER);
    browser.awaitNotice("grace has other permissions now");
    browser.focus().assertIsOn("Change grace");
    browser.press(Keys.ENTER);
    press("Delete…", Keys.ENTER);
    press("Delete user", Keys.ENTER);
    browser.awaitNotice("grace removed");

    page.open("/account");
    typeInto("Name of the token", "scripts");
    browser.press(Keys.ENTER);
    browser.awaitText("Copy this token now");
    press("Done", Keys.ENTER);
    press("Revoke scripts", Keys.ENTER);
    browser.awaitNoText("Revoke");
  }

  @Test
  void downloadsABackup() throws Exception {
    page.open("/about");
    press("Download a backup", Keys.ENTER);
    browser.awaitNotice("Saved backhaul-");
    String name = browser.text().replaceAll("(?s).*Saved (backhaul-[\\w-]+\\.db).*", "$1");
    assertTrue(Files.size(browser.download(name)) > 0);
  }
}
