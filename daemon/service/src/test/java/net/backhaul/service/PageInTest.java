// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import net.backhaul.cli.Cli;
import net.backhaul.json.Json;
import net.backhaul.testing.Vectors;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * A daemon with its page in a browser, where the first administrator has logged in, for all tests
 * of a class, which registers it as an extension. Each test fails if the browser has reported an
 * error.
 */
final class PageInTest
    implements BeforeAllCallback, BeforeEachCallback, AfterEachCallback, AfterAllCallback {
  static final String PASSWORD = "correct horse battery";

  private static final String ON_LOOPBACK_ALONE =
      """
      {"settings": {"primaryPort": 0, "allowSecondaryPort": false, "portMappingEnabled": false,
                    "allowTcpFallbackRelay": false, "bind": ["127.0.0.1"]}}
      """;

  private final Supplier<Path> directory;
  private final Preparation preparation;
  private final String prefix;
  private Path home;
  private DaemonInTest daemon;
  private Browser browser;
  private String origin;

  /** Writes into a home before the daemon starts. */
  interface Preparation {
    void write(ImportedNetworks networks) throws IOException;
  }

  /** Starts below a directory; skips the tests where there is no browser. */
  PageInTest(Supplier<Path> directory) {
    this(directory, networks -> {});
  }

  /** Starts with networks that were there before. */
  PageInTest(Supplier<Path> directory, Preparation preparation) {
    this.directory = directory;
    this.preparation = preparation;
    prefix = secret().substring(0, 10);
  }

  private static String secret() {
    return Vectors.file("service/identities.json").required("r").required("secret").asText();
  }

  @Override
  public void beforeAll(ExtensionContext context) throws Exception {
    browser = Browser.start(directory.get());
    home = Files.createDirectory(directory.get().resolve("home"));
    Files.writeString(home.resolve("identity.secret"), secret());
    Files.writeString(home.resolve("local.conf"), ON_LOOPBACK_ALONE);
    preparation.write(new ImportedNetworks(home, prefix));
    daemon = DaemonInTest.start(home);
    String printed = cli("web", "enable", "--listen", "127.0.0.1:0");
    String link = printed.substring(printed.indexOf("  http") + 2).strip();
    origin = link.substring(0, link.indexOf("/setup"));
    browser.open(link);
    browser.type("User name", "admin");
    browser.type("New password", PASSWORD);
    browser.click("Create account");
    browser.find("header.top");
  }

  @Override
  public void beforeEach(ExtensionContext context) {
    browser.wide();
  }

  @Override
  public void afterEach(ExtensionContext context) {
    browser.assertNoReports();
    assertNull(browser.script("return window.ran"), "a script of a name has run");
  }

  @Override
  public void afterAll(ExtensionContext context) {
    if (browser != null) {
      browser.close();
    }
    if (daemon != null) {
      daemon.close();
    }
  }

  Browser browser() {
    return browser;
  }

  /** Returns another browser in which the same user has logged in. */
  Browser otherBrowser() throws IOException {
    Browser other = Browser.start(directory.get());
    other.open(origin + "/");
    other.type("User name", "admin");
    other.type("Password", PASSWORD);
    other.click("Log in");
    other.find("header.top");
    return other;
  }

  /** Returns the URL of the page, without a path. */
  String origin() {
    return origin;
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

  /** Returns a member as the API of the node has it. */
  Map<String, ?> member(int network, String address) {
    try {
      String path = "/controller/network/" + network(network) + "/member/" + address;
      return Json.asObject(Json.parse(daemon.request("GET", path, "").body()));
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  /** Opens a view of a network. */
  void open(int network, String rest) {
    open("/networks/" + network(network) + rest);
  }

  /** Undoes what the last notice reports. */
  void undo() {
    browser.clickOn(".notice:last-child .plain:not(.icon)");
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
}
