// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service;

import static net.backhaul.service.ImportedNetworks.HOSTILE;
import static net.backhaul.service.ImportedNetworks.member;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import net.backhaul.testing.Await;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.Keys;
import org.openqa.selenium.WebElement;

/**
 * Networks, their settings and the log-in in a browser, with networks that a controller.d has
 * brought.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PageTest {

  @TempDir static Path directory;

  @RegisterExtension
  static final PageInTest page = new PageInTest(() -> directory, PageTest::write);

  private Browser browser;

  @BeforeAll
  void start() {
    browser = page.browser();
  }

  private static void write(ImportedNetworks networks) throws IOException {
    networks.network(1, "office");
    networks.network(2, "cellar");
    networks.network(3, HOSTILE.get(2));
    networks.network(4, "to delete");
    networks.network(5, "office-10");
    networks.network(6, "office-9");
    for (int i = 1; i <= 12; i++) {
      networks.member(1, i, "host-%02d".formatted(i), i > 2 ? "10.7.0." + i : "");
    }
    for (int i = 0; i < HOSTILE.size(); i++) {
      networks.member(3, i, HOSTILE.get(i), "10.9.0." + (i + 1));
    }
  }

  @Test
  void listsNetworks() throws Exception {
    browser.open(page.origin() + "/");
    browser.awaitText("office");
    page.cli("join", page.network(3));
    browser.awaitText("1 waits");
    browser.assertAccessible();
    Pictures.take(browser, "networks-hostile");
    page.cli("leave", page.network(3));
    page.cli("controller", "delete", page.network(3), page.network(3).substring(0, 10));
    browser.awaitNoText("1 waits");
    browser.type("Search networks", "OFF");
    browser.awaitNoText("cellar");
    assertTrue(browser.url().endsWith("/?q=OFF"), browser.url());
    browser.reload();
    browser.awaitText("office");
    browser.awaitNoText("cellar");
    browser.click("office");
    browser.awaitText("12 members");
    browser.back();
    browser.awaitNoText("12 members");
  }

  private String shownOrder() {
    return String.valueOf(
        browser.script(
            "return [...document.querySelectorAll('tbody a.strong')].map(each => each.innerText)"
                + ".filter(each => each.startsWith('office')).join()"));
  }

  @Test
  void sortsNetworksInTheUrl() throws Exception {
    browser.open(page.origin() + "/");
    browser.awaitText("office-10");
    assertEquals("office,office-9,office-10", shownOrder());
    assertEquals("ascending", browser.find("th[aria-sort]").getAttribute("aria-sort"));
    browser.click("Members");
    Await.until(() -> browser.url().endsWith("/?sort=-members"), browser::url);
    assertEquals("Members ↓", browser.find("th[aria-sort=descending]").getText());
    assertTrue(shownOrder().startsWith("office,"), shownOrder());
    assertEquals(
        "office", browser.find("tbody a.strong").getText(), "12 members, more than all others");
    browser.assertAccessible();
    browser.reload();
    assertEquals("office", browser.find("tbody a.strong").getText());
    browser.click("Name");
    browser.click("Name ↑");
    Await.until(() -> shownOrder().equals("office-10,office-9,office"), this::shownOrder);
    assertTrue(browser.url().endsWith("/?sort=-name"), browser.url());
    browser.open(page.origin() + "/?sort=nothing");
    browser.awaitText("office-10");
    assertEquals("office,office-9,office-10", shownOrder());
  }

  @Test
  void usesAnotherSubnetByOneClick() throws Exception {
    page.open(5, "/settings");
    browser.awaitText("10.11.0.0/16");
    WebElement preset = browser.find(".chips .chip");
    String subnet = preset.getText();
    String start = subnet.substring(0, subnet.lastIndexOf('.')) + ".1";
    browser.click(preset);
    browser.awaitText(start + " – ");
    browser.awaitNoText("10.11.0.0/16");
    String shown = page.cli("-j", "controller", "show", page.network(5));
    assertTrue(shown.contains("\"" + subnet + "\""), shown);
    assertTrue(shown.contains("\"" + start + "\""), shown);
    assertTrue(browser.field("Assign IPv4 addresses").isSelected());
    page.undo();
    browser.awaitText("10.11.0.0/16");
    browser.awaitNoText(start + " – ");
  }

  @Test
  void showsHostileTextAsText() throws Exception {
    for (String view : List.of("", "/join", "/settings", "?member=" + member(3))) {
      page.open(3, view);
      browser.awaitText(HOSTILE.get(2));
      assertEquals(0, browser.count("#page script, #page svg, #page img"));
    }
    page.open(3, "/settings");
    assertEquals(HOSTILE.getFirst(), browser.field("Domain").getAttribute("value"));
    page.open(3, "");
    browser.awaitText(HOSTILE.get(0));
    String text = browser.text();
    assertTrue(text.contains(HOSTILE.get(1)));
    assertTrue(text.contains("\ufffdgnp.exe"), text);
    assertTrue(text.contains("nul\ufffdand\ufffdlines"), text);
    assertFalse(text.contains("\u202e"));
    browser.assertAccessible();
  }

  @Test
  void changesSettings() throws Exception {
    page.open(1, "/settings");
    browser.awaitText("IPv6 addresses");
    browser.assertAccessible();
    Pictures.take(browser, "settings");
    browser.type("Labels", "site2" + Keys.ENTER);
    browser.awaitNotice("Saved");
    browser.type("MTU", "99" + Keys.ENTER);
    browser.awaitText("expected a whole number from 1280 to 10000");
    browser.type("MTU", "1400" + Keys.ENTER);
    browser.awaitNotice("Saved");
    page.undo();
    Await.until(() -> browser.field("MTU").getAttribute("value").equals("2800"));
    browser.type("Destination", "192.168.0.0/33");
    browser.press(Keys.ENTER);
    Await.until(() -> browser.count(".field .error") == 1, browser::text);
    browser.type("Destination", "192.168.7.0/24");
    browser.type("Gateway", "10.7.0.3" + Keys.ENTER);
    browser.awaitText("192.168.7.0/24 via 10.7.0.3");
    browser.click("Remove 192.168.7.0/24 via 10.7.0.3");
    browser.awaitNoText("via 10.7.0.3");
    browser.width(Browser.NARROW, "light");
    browser.assertFits();
    browser.assertAccessible();
    Pictures.take(browser, "settings-narrow");
  }

  @Test
  void losesNoSettingWhenTwoBrowsersEditAtOnce() throws Exception {
    page.open(2, "/settings");
    browser.type("MTU", "1500");
    try (Browser other = page.otherBrowser()) {
      other.open(page.origin() + "/networks/" + page.network(2) + "/settings");
      other.type("MTU", "1400" + Keys.ENTER);
      other.awaitNotice("Saved");
      other.type("Labels", "later" + Keys.ENTER);
      other.awaitNotice("Saved");
    }
    // With the labels the MTU has arrived here; before it does, the answer is another one.
    Await.until(() -> browser.field("Labels").getAttribute("value").equals("later"));
    browser.press(Keys.ENTER);
    browser.awaitText("Another user has set this to “1400” meanwhile");
    assertEquals("1500", browser.field("MTU").getAttribute("value"));
    browser.press(Keys.TAB);
    browser.awaitText("Another user has set this to “1400” meanwhile");
    browser.find("[aria-invalid]");
    browser.type("MTU", "1500" + Keys.ENTER);
    browser.awaitNotice("Saved");
    browser.awaitNoText("Another user has set");
    browser.reload();
    assertEquals("1500", browser.field("MTU").getAttribute("value"));
  }

  @Test
  void saysThatSomethingIsMissing() throws Exception {
    browser.open(page.origin() + "/");
    browser.find("header.top");
    browser.script(
        "history.pushState(null, '', '/networks/' + arguments[0] + '/nothing');"
            + " dispatchEvent(new PopStateEvent('popstate'));",
        page.network(1));
    browser.awaitText("There is no such page");
    browser.assertAccessible();
    browser.open(page.origin() + "/networks/" + page.network(0x99));
    browser.find("main .error");
    browser.assertAccessible();
  }

  @Test
  void deletesByTypedName() throws Exception {
    page.open(4, "/settings");
    browser.click("Delete…");
    browser.assertAccessible();
    assertFalse(browser.find("dialog .danger").isEnabled());
    browser.type("Type “to delete” to delete it", "to delete");
    browser.click("Delete this network");
    browser.awaitText("office");
    browser.awaitNoText("to delete");
  }

  @Test
  void fitsATelephone() throws Exception {
    browser.width(Browser.NARROW, "light");
    for (Map.Entry<String, String> each :
        Map.of("", "list", "/join", "joined", "?member=" + member(6), "member").entrySet()) {
      page.open(1, each.getKey());
      browser.awaitText("host-06");
      browser.assertFits();
      browser.assertAccessible();
      Pictures.take(browser, each.getValue() + "-narrow");
    }
  }

  @Test
  void logsInAndOut() throws Exception {
    browser.open(page.origin() + "/");
    browser.click("Log out");
    browser.find("form");
    browser.assertAccessible();
    Pictures.take(browser, "log-in");
    browser.type("User name", "admin");
    browser.type("Password", "wrong password");
    browser.click("Log in");
    browser.awaitText("is wrong");
    browser.type("Password", PageInTest.PASSWORD);
    browser.click("Log in");
    browser.awaitText("office");
  }
}
