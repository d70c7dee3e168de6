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

/** The view of the join tokens of a network in a browser; the daemon itself joins by one. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PageTokensTest {
  @TempDir static Path directory;

  @RegisterExtension static final PageInTest page = new PageInTest(() -> directory);

  private Browser browser;

  @BeforeAll
  void start() throws Exception {
    browser = page.browser();
    page.change(1, "", "{\"name\":\"office\"}");
    Path rules =
        Files.writeString(
            directory.resolve("office.rules"),
            "tag department\n id 1000\n enum 200 engineering\n;\naccept;\n");
    page.cli("controller", "network", page.network(1), "rules", "set", rules.toString());
  }

  @Test
  void makesOneByWhichADeviceJoins() throws Exception {
    page.open("/networks/" + page.network(1));
    browser.click("Tokens");
    browser.awaitText("There is no join token.");
    browser.type("Name of the token", "rack 2");
    browser.type("Devices", "2");
    browser.type("Name of the member", "server");
    browser.type("Labels", "db rack2");
    browser.type("Managed IPs", "10.7.0.5");
    browser.type("department", "marketing");
    browser.type("Notes", "of rack 2");
    browser.click("Make token");
    browser.awaitText("expected none where maxUses is not 1");
    browser.assertAccessible();
    browser.type("Devices", "many");
    browser.click("Make token");
    browser.awaitText("expected a whole number");
    browser.type("Devices", "1");
    browser.click("Make token");
    browser.awaitText("found \"marketing\"");
    browser.assertAccessible();
    browser.type("department", "engineering");
    browser.click("Make token");
    String line = browser.find(".copy code").getText();
    String start = "sudo zerotier-cli join " + page.network(1) + " --token ";
    assertTrue(line.startsWith(start), line);
    browser.awaitText("0 of 1");
    browser.awaitText("department=engineering");
    assertTrue(browser.text().contains("/join/" + line.substring(start.length()) + " | sudo sh"));
    browser.awaitText("That works on this controller’s host alone");
    Await.until(() -> browser.focus().name().startsWith("Copy: "), () -> browser.focus().name());
    browser.assertAccessible();
    Pictures.take(browser, "tokens");
    page.assertFitsTelephone("tokens");

    page.cli("join", page.network(1), "--token", line.substring(start.length()));
    browser.awaitText("1 of 1");
    browser.awaitText("used up");
    browser.click("Done");
    assertFalse(browser.text().contains(start));
    browser.assertAccessible();
    page.assertFitsTelephone("tokens-form");
    browser.click("Members");
    browser.awaitText("server");
    browser.awaitText("10.7.0.5");
    String members = page.cli("-j", "controller", "members", page.network(1));
    assertTrue(members.contains("of rack 2") && members.contains("1000"), members);
    browser.back();
    browser.awaitText("used up");
    assertFalse(browser.text().contains(start), "a token is shown twice");

    browser.click("Revoke rack 2");
    browser.awaitText("There is no join token.");
    assertEquals(0, browser.count("table"));
    Await.until(() -> !page.cli("controller", "token", "list", page.network(1)).contains("rack"));
  }
}
