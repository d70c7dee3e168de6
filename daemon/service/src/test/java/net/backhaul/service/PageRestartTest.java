// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import net.backhaul.cli.Cli;
import net.backhaul.testing.Await;
import net.backhaul.testing.Vectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.Keys;

/** The page in a browser while its daemon ends and starts again, also with a restored backup. */
class PageRestartTest {
  private static final String PASSWORD = "correct horse battery";

  @TempDir Path directory;
  private Path home;
  private DaemonInTest daemon;
  private Browser browser;
  private String origin;
  private String network;
  private String device;

  @BeforeEach
  void start() throws Exception {
    browser = Browser.start(directory);
    home = Files.createDirectory(directory.resolve("home"));
    String secret =
        Vectors.file("service/identities.json").required("r").required("secret").asText();
    Files.writeString(home.resolve("identity.secret"), secret);
    daemon = DaemonInTest.start(home);
    String printed = cli("web", "enable", "--listen", "127.0.0.1:" + freePort());
    String link = printed.substring(printed.indexOf("  http") + 2).strip();
    origin = link.substring(0, link.indexOf("/setup"));
    network = cli("controller", "create", "office").split(" ")[3];
    device = network.substring(0, 10);
    browser.open(link);
    browser.type("User name", "admin");
    browser.type("New password", PASSWORD);
    browser.click("Create account");
    browser.awaitText("office");
  }

  @AfterEach
  void stop() {
    try {
      if (daemon != null) {
        browser.assertNoReports();
      }
    } finally {
      if (browser != null) {
        browser.close();
      }
      if (daemon != null) {
        daemon.close();
      }
    }
  }

  private static int freePort() throws IOException {
    try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  private String cli(String... words) {
    var all = new ArrayList<>(List.of("-D" + home));
    all.addAll(List.of(words));
    var out = new ByteArrayOutputStream();
    var stream = new PrintStream(out, false, StandardCharsets.UTF_8);
    assertEquals(0, Cli.run(all.toArray(String[]::new), stream, stream), out::toString);
    return out.toString(StandardCharsets.UTF_8);
  }

  private void open(String path) {
    browser.open(origin + path);
    browser.find(".live.on");
    browser.script("window.isSamePage = true");
  }

  private void endDaemon() {
    daemon.close();
    browser.awaitText("Reconnecting");
  }

  private void startDaemon() throws Exception {
    daemon = DaemonInTest.start(home);
  }

  private void assertSamePage() {
    browser.find(".live.on");
    assertEquals(true, browser.script("return window.isSamePage"), "the page was loaded again");
    assertEquals("admin", browser.find(".who").getText());
  }

  @Test
  void continuesAfterARestart() throws Exception {
    cli("join", network);
    open("/networks/" + network);
    browser.button("Authorize " + device);
    endDaemon();
    startDaemon();
    // Before the page is connected again: it reads what it has missed.
    cli("controller", "authorize", network, device, "laptop");
    browser.awaitText("laptop");
    assertSamePage();
    cli("controller", "name", network, device, "desk");
    browser.awaitText("desk");
    assertSamePage();
  }

  @Test
  void keepsWhatIsTypedInAField() throws Exception {
    cli("controller", "authorize", network, device, "laptop");
    open("/networks/" + network + "?member=" + device);
    browser.type("Name", "mine");
    endDaemon();
    browser.press(Keys.ENTER);
    browser.awaitText("The controller cannot be reached");
    startDaemon();
    browser.find(".live.on");
    assertEquals("mine", browser.field("Name").getAttribute("value"));
    browser.type("Name", "mine" + Keys.ENTER);
    browser.awaitText("mine changed");
    assertSamePage();
  }

  @Test
  void keepsRulesThatAreNotSaved() throws Exception {
    open("/networks/" + network + "/rules");
    browser.find(".editor:not([aria-busy])");
    browser.awaitText("1 rule");
    browser.focus().tabInto(".editor");
    browser.pressWithControl("a");
    browser.press("# a draft\nacept;");
    browser.awaitText("Line 2");
    endDaemon();
    browser.pressWithControl("a");
    browser.press("# a draft\naccept; # written meanwhile");
    startDaemon();
    browser.find(".live.on");
    browser.awaitText("1 rule");
    Await.until(() -> browser.count(".settings .button.main:enabled") == 1, browser::text);
    browser.click("Save rules");
    browser.awaitText("Saved");
    String saved = cli("controller", "network", network, "rules", "get");
    assertTrue(saved.contains("# a draft") && saved.contains("# written meanwhile"), saved);
    assertSamePage();
  }

  @Test
  void showsWhatARestoredBackupHas() throws Exception {
    open("/about");
    browser.click("Download a backup");
    browser.awaitText("Saved backhaul-");
    String name = browser.text().replaceAll("(?s).*Saved (backhaul-[\\w-]+\\.db).*", "$1");
    Path saved = directory.resolve(name);
    Await.until(() -> Files.exists(saved), () -> "no " + saved);
    open("/");
    browser.awaitText("office");
    cli("controller", "delete", network);
    browser.awaitNoText("office");
    endDaemon();
    ControllerCommand.run(List.of("restore", saved.toString(), home.toString()), home);
    startDaemon();
    browser.awaitText("office");
    assertSamePage();
    browser.click("office");
    browser.awaitText("No device has asked to join yet.");
  }

  @Test
  void tabsOfABrowserShareTheSession() throws Exception {
    open("/");
    String first = browser.tab();
    String second = browser.newTab();
    open("/");
    browser.click("Log out");
    browser.button("Log in");
    browser.switchTo(first);
    browser.awaitText("Your session has ended");
    browser.type("User name", "admin");
    browser.type("Password", PASSWORD);
    browser.click("Log in");
    browser.awaitText("office");
    browser.switchTo(second);
    browser.reload();
    browser.awaitText("office");
    // What one has changed appears in the other, which is behind it.
    browser.click("Create a private network");
    browser.awaitText("Run this on a device");
    browser.switchTo(first);
    Await.until(() -> browser.count("tbody tr") == 2, browser::text);
    assertSamePage();
  }
}
