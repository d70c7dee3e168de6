// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import net.backhaul.json.Json;
import net.backhaul.testing.Await;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.Keys;

/** Removed members, and labels, tags and capabilities by name, in a browser. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PageBinTest {
  private static final String RULES =
      "tag department\n id 1000\n enum 100 sales\n enum 200 engineering\n;\n"
          + "cap superuser\n id 2000\n accept;\n;\naccept;\n";

  @TempDir static Path directory;

  @RegisterExtension static final PageInTest page = new PageInTest(() -> directory);

  private Browser browser;

  @BeforeAll
  void start() throws Exception {
    browser = page.browser();
    page.change(1, "", "{\"name\":\"office\"}");
    Path rules = Files.writeString(directory.resolve("office.rules"), RULES);
    page.cli("controller", "network", page.network(1), "rules", "set", rules.toString());
    for (int i = 1; i <= 3; i++) {
      page.change(
          1, "/member/" + member(i), "{\"authorized\":true,\"name\":\"host-%d\"}".formatted(i));
    }
  }

  private static String member(int number) {
    return "01234567%02x".formatted(number);
  }

  private static String row(int number) {
    return "[data-member='" + member(number) + "']";
  }

  private String field(int number, String name) {
    for (Object each :
        (Iterable<?>) Json.parse(page.cli("-j", "controller", "members", page.network(1)))) {
      if (member(number).equals(Json.asObject(each).get("id"))) {
        return Json.write(Json.asObject(each).get(name));
      }
    }
    return "none";
  }

  private void awaitField(int number, String name, String expected) {
    Await.until(() -> field(number, name).equals(expected), () -> field(number, name));
  }

  private static String box(int number) {
    return row(number) + " input[type=checkbox]";
  }

  @Test
  void restoresWhatWasRemoved() throws IOException {
    page.open("/networks/" + page.network(1));
    browser.clickOn(row(1) + " .more button");
    browser.click("Remove");
    browser.awaitNotice("host-1 removed");
    browser.click("1 removed");
    browser.awaitText("Removed members are kept for 30 days");
    browser.awaitText(member(1));
    browser.assertAccessible();
    Pictures.take(browser, "bin");
    page.assertFitsTelephone("bin");
    browser.click("Restore host-1");
    browser.awaitNotice("host-1 is restored");
    awaitField(1, "authorized", "true");
    awaitField(1, "name", "\"host-1\"");
    browser.awaitText("No member was removed");

    page.undo();
    browser.click("Delete host-1 for good");
    browser.awaitText("host-1 cannot be restored then.");
    browser.assertAccessible();
    browser.click("Delete for good");
    browser.awaitNotice("host-1 is deleted for good");
    browser.awaitText("No member was removed");
    assertEquals("none", field(1, "name"));
  }

  @Test
  void findsAndRestoresManyAtOnce() throws IOException {
    for (int i = 0x20; i < 0x25; i++) {
      page.change(
          1, "/member/" + member(i), "{\"authorized\":true,\"name\":\"lost-%x\"}".formatted(i));
      page.cli("controller", "delete", page.network(1), member(i));
    }
    page.open(1, "/bin");
    browser.awaitText("lost-20");
    browser.type("Search removed members", "LOST-2");
    browser.clickOn("[data-removed='" + member(0x20) + "'] input");
    browser.click("Select all 5 found");
    browser.awaitText("5 selected");
    browser.type("Search removed members", member(0x21));
    browser.awaitNoText("lost-20");
    assertTrue(browser.url().endsWith("/bin?q=" + member(0x21)), browser.url());
    browser.assertAccessible();
    browser.clickOn(".selection .main");
    browser.awaitNotice("5 restored");
    awaitField(0x20, "authorized", "true");
    awaitField(0x24, "name", "\"lost-24\"");
    page.undo();
    awaitField(0x24, "name", "none");
    browser.type("Search removed members", "lost");
    browser.awaitText("lost-20");
    browser.type("Search removed members", "nothing of this name");
    browser.awaitText("Nothing matches this search.");
    for (int i = 0x20; i < 0x25; i++) {
      page.cli("controller", "purge", page.network(1), member(i));
    }
  }

  @Test
  void showsAndExportsTheColumnsOfTheUrl() throws Exception {
    page.cli("controller", "tag", page.network(1), member(3), "department=engineering");
    page.open(1, "?q=address:" + member(3) + "&cols=address,tags,bridge");
    browser.awaitText("department=engineering");
    browser.click("Columns");
    browser.click("Tags, capabilities");
    browser.awaitNoText("department=engineering");
    Await.until(() -> browser.url().contains("cols=address%2Cbridge"), browser::url);
    browser.click("Tags, capabilities");
    browser.reload();
    browser.awaitText("department=engineering");
    browser.click("Export");
    browser.click("Shown columns of all found, as CSV");
    String csv = Files.readString(browser.download(page.network(1) + ".csv"));
    String head = "\"State\",\"Name\",\"Address\",\"Tags, capabilities\",\"Bridge, IPs\"\r\n";
    assertTrue(csv.startsWith(head), csv);
    assertTrue(csv.contains(",\"" + member(3) + "\",\"department=engineering"), csv);
    assertEquals(2, csv.lines().count(), csv);
  }

  @Test
  void offersToRestoreADeviceThatWaitsAgain() {
    page.cli("controller", "delete", page.network(1), member(2));
    page.cli("controller", "restore", page.network(1), member(2));
    page.cli("controller", "delete", page.network(1), member(2));
    page.cli("controller", "name", page.network(1), member(3), "host-3");
    try {
      page.change(1, "/member/" + member(2), "{\"authorized\":false}");
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    page.open("/networks/" + page.network(1));
    browser.awaitText("was host-2");
    browser.clickOn(row(2) + " .more button");
    browser.click("Restore host-2");
    browser.awaitNotice("host-2 is restored");
    awaitField(2, "authorized", "true");
    awaitField(2, "name", "\"host-2\"");
  }

  @Test
  void tellsThatAMemberWasRemovedElsewhere() throws IOException {
    page.change(1, "/member/" + member(4), "{\"authorized\":true,\"name\":\"host-4\"}");
    page.open("/networks/" + page.network(1) + "?member=" + member(4));
    browser.awaitText("Ethernet bridge");
    page.cli("controller", "delete", page.network(1), member(4));
    browser.awaitText("there is no member");
    browser.awaitNoText("Ethernet bridge");
    page.cli("controller", "purge", page.network(1), member(4));
  }

  @Test
  void leavesBlockedOnesOutOfThoseThatWait() throws IOException {
    page.change(2, "", "{\"name\":\"cellar\"}");
    String own = page.network(2).substring(0, 10);
    page.open("/networks/" + page.network(2) + "/join");
    page.cli("join", page.network(2));
    browser.button("Authorize " + own);
    page.cli("controller", "block", page.network(2), own);
    browser.awaitText("Listening.");
    assertEquals(0, browser.count(".device"));
  }

  /** The page knows the members as they were when they were selected. */
  @Test
  void actsOnWhatAnotherUserHasChangedMeanwhile() throws IOException {
    page.change(1, "/member/" + member(0x50), "{\"authorized\":false,\"name\":\"stale-1\"}");
    page.change(1, "/member/" + member(0x51), "{\"authorized\":true,\"name\":\"stale-2\"}");
    page.change(1, "/member/" + member(0x52), "{\"authorized\":true,\"name\":\"stale-3\"}");
    page.open("/networks/" + page.network(1) + "?q=name:stale*");
    browser.clickOn(box(0x50));
    browser.click("Select all 3 found");
    browser.awaitText("3 selected");
    page.change(1, "/member/" + member(0x50), "{\"authorized\":true}");
    page.cli("controller", "delete", page.network(1), member(0x52));
    browser.click("Deauthorize");
    browser.awaitNotice("1 failed; the first because there is no member");
    page.cli("controller", "purge", page.network(1), member(0x52));
    browser.awaitNotice("2 deauthorized");
    awaitField(0x50, "authorized", "false");
    awaitField(0x51, "authorized", "false");
    page.undo();
    awaitField(0x51, "authorized", "true");
    awaitField(0x50, "authorized", "true");

    browser.clickOn(box(0x50));
    browser.clickOn(box(0x51));
    browser.click("Block");
    browser.awaitNotice("2 blocked");
    awaitField(0x50, "authorized", "false");
    page.undo();
    awaitField(0x51, "authorized", "true");
    awaitField(0x50, "authorized", "true");
  }

  @Test
  void setsTagsAndCapabilitiesByName() throws IOException {
    page.open("/networks/" + page.network(1) + "?member=" + member(3));
    browser.field("department");
    browser.awaitAnswers();
    browser.field("department").sendKeys("engineering");
    awaitField(3, "tags", "{\"1000\":200}");
    browser.assertAccessible();
    browser.clickField("superuser");
    awaitField(3, "capabilities", "[2000]");
    browser.press(Keys.ESCAPE);
  }

  @Test
  void labelsAndTagsAllThatAreSelectedWithUndo() throws IOException {
    page.change(1, "/member/0123456770", "{\"authorized\":true,\"name\":\"bulk-1\"}");
    page.change(
        1, "/member/0123456771", "{\"authorized\":true,\"name\":\"bulk-2\",\"tags\":[[1000,200]]}");
    page.open("/networks/" + page.network(1) + "?q=name:bulk*");
    browser.clickOn("[data-member='0123456770'] input[type=checkbox]");
    browser.click("Select all 2 found");
    browser.click("Labels and tags");
    browser.assertAccessible();
    browser.type("Label", "rack 7");
    browser.click("Add");
    browser.awaitNotice("2 changed");
    awaitField(0x70, "labels", "[\"rack 7\"]");
    page.undo();
    awaitField(0x70, "labels", "[]");
    awaitField(0x71, "labels", "[]");

    browser.clickOn("[data-member='0123456770'] input[type=checkbox]");
    browser.click("Select all 2 found");
    browser.click("Labels and tags");
    browser.type("department", "sales");
    browser.click("Set department");
    awaitField(0x70, "tags", "{\"1000\":100}");
    awaitField(0x71, "tags", "{\"1000\":100}");
    page.undo();
    awaitField(0x70, "tags", "{}");
    awaitField(0x71, "tags", "{\"1000\":200}");

    browser.clickOn("[data-member='0123456770'] input[type=checkbox]");
    browser.click("Select all 2 found");
    browser.click("Remove");
    browser.awaitNotice("2 removed");
    assertEquals("none", field(0x71, "name"));
    page.undo();
    awaitField(0x71, "tags", "{\"1000\":200}");
    awaitField(0x70, "name", "\"bulk-1\"");
  }
}
