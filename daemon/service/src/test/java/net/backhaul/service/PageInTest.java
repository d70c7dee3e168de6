// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import net.backhaul.cli.Cli;
import net.backhaul.testing.Vectors;

/** A daemon with its page in a browser, where the first administrator has logged in. */
final class PageInTest implements AutoCloseable {
  static final String PASSWORD = "correct horse battery";

  private static final String ON_LOOPBACK_ALONE =
      """
      {"settings": {"primaryPort": 0, "allowSecondaryPort": false, "portMappingEnabled": false,
                    "allowTcpFallbackRelay": false, "bind": ["127.0.0.1"]}}
      """;

  private final Path home;
  private final DaemonInTest daemon;
  private final String prefix;
  final Browser browser;
  final String origin;

  private PageInTest(Path home, DaemonInTest daemon, Browser browser, String prefix) {
    this.home = home;
    this.daemon = daemon;
    this.browser = browser;
    this.prefix = prefix;
    String printed = cli("web", "enable", "--listen", "127.0.0.1:0");
    String link = printed.substring(printed.indexOf("  http") + 2).strip();
    origin = link.substring(0, link.indexOf("/setup"));
    browser.open(link);
    browser.type("User name", "admin");
    browser.type("New password", PASSWORD);
    browser.click("Create account");
    browser.find("header.top");
  }

  /** Starts it below a directory; skips the calling test where there is no browser. */
  static PageInTest start(Path directory) throws Exception {
    Browser browser = Browser.start(directory);
    try {
      Path home = Files.createDirectory(directory.resolve("home"));
      String secret =
          Vectors.file("service/identities.json").required("r").required("secret").asText();
      Files.writeString(home.resolve("identity.secret"), secret);
      Files.writeString(home.resolve("local.conf"), ON_LOOPBACK_ALONE);
      DaemonInTest daemon = DaemonInTest.start(home);
      return new PageInTest(home, daemon, browser, secret.substring(0, 10));
    } catch (Exception | AssertionError e) {
      browser.close();
      throw e;
    }
  }

  /** Runs zerotier-cli; returns what it prints. */
  String cli(String... words) {
    var all = new ArrayList<>(List.of("-D" + home));
    all.addAll(List.of(words));
    var out = new ByteArrayOutputStream();
    var stream = new PrintStream(out, false, StandardCharsets.UTF_8);
    assertEquals(0, Cli.run(all.toArray(String[]::new), stream, stream), out::toString);
    return out.toString(StandardCharsets.UTF_8);
  }

  String network(int number) {
    return prefix + "%06x".formatted(number);
  }

  /** Sends a change to the API of the node, as other programs do; the path is below a network. */
  void change(int network, String path, String json) throws IOException {
    RawHttp.Answer answer =
        daemon.request("POST", "/controller/network/" + network(network) + path, json);
    assertEquals(200, answer.status(), answer::body);
  }

  /** Opens a view by its path. */
  void open(String path) {
    browser.open(origin + path);
    browser.find("h1");
  }

  /** Fails unless the view fits a telephone and has no violation there. */
  void assertFitsTelephone(String picture) throws IOException {
    browser.width(Browser.NARROW, "light");
    browser.assertFits();
    browser.assertAccessible();
    Pictures.take(browser, picture + "-narrow");
    browser.wide();
  }

  @Override
  public void close() {
    browser.close();
    daemon.close();
  }
}
