// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpServer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import net.backhaul.protocol.packet.WireReader;
import net.backhaul.protocol.world.World;
import net.backhaul.testing.Await;
import net.backhaul.testing.NetworkNamespace;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code root} and {@code planet} on three hosts of their own, which have the public planet at
 * first. Each case goes on with what the one before has left.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class OwnPlanetHostsTest {
  private static final String FIRST_ENDPOINT = "10.9.0.1/9993";
  private static final String SECOND_ENDPOINT = "10.9.0.2/9993";

  @TempDir static Path directory;
  private static List<NamespaceNode> nodes = List.of();
  private static NamespaceNode first;
  private static NamespaceNode second;
  private static NamespaceNode leaf;

  @BeforeAll
  static void start() throws Exception {
    NetworkNamespace.assumePossible();
    nodes = NamespaceNode.create(directory, 3);
    first = nodes.get(0);
    second = nodes.get(1);
    leaf = nodes.get(2);
    for (NamespaceNode node : nodes) {
      node.startDaemon();
    }
  }

  @AfterAll
  static void stop() {
    nodes.forEach(NamespaceNode::close);
  }

  private static String planetOf(NamespaceNode node) throws Exception {
    return node.cli("root", "show");
  }

  /** Returns the word by which other hosts use the planet. */
  private static String textOf(NamespaceNode node) throws Exception {
    String output = planetOf(node);
    return output.substring(output.indexOf("planet:")).strip();
  }

  private static World saved(NamespaceNode node) throws Exception {
    byte[] bytes = Files.readAllBytes(node.home().resolve("planet"));
    return World.read(new WireReader(bytes, 0, bytes.length));
  }

  private static boolean isOnline(NamespaceNode node) {
    try {
      return node.cli("info").endsWith("ONLINE\n");
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  private static boolean shows(NamespaceNode node, String text) {
    try {
      return planetOf(node).contains(text);
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  private static void assertRejected(String expected, NamespaceNode on, String... words)
      throws Exception {
    String output = on.cli(words);
    assertFalse(output.startsWith("0\n"), output);
    assertTrue(output.contains(expected), output);
  }

  @Test
  @Order(1)
  void showsThePublicPlanetUntilThereIsAnother() throws Exception {
    String output = planetOf(leaf);

    assertTrue(output.startsWith("0\nplanet "), output);
    assertTrue(output.contains(", the public one of ZeroTier, of "), output);
    assertFalse(output.contains("planet use"), output);
    assertRejected("this node does not sign planet", leaf, "root", "remove", first.address());
  }

  @Test
  @Order(2)
  void rejectsEndpointsThatOtherHostsCannotReach() throws Exception {
    assertRejected("expected --endpoint and the addresses", first, "root", "init");
    for (String endpoint :
        List.of("", "x", "10.9.0.1/", "10.9.0.1/0", "10.9.0.1/65536", "0.0.0.0", "224.0.0.1")) {
      assertRejected(
          "--endpoint: expected IP addresses of one host",
          first,
          "root",
          "init",
          "--endpoint",
          "10.9.0.1," + endpoint);
    }
    assertRejected(
        "127.0.0.1, which other hosts cannot reach", first, "root", "init", "--endpoint=127.0.0.1");
    assertRejected(
        "--endpoint: expected each once",
        first,
        "root",
        "init",
        "--endpoint=10.9.0.1,10.9.0.1/9993");
    assertTrue(planetOf(first).contains("the public one"), planetOf(first));
  }

  @Test
  @Order(3)
  void makesThisNodeARoot() throws Exception {
    String output = first.cli("root", "init", "--endpoint", "10.9.0.1");

    assertTrue(output.startsWith("0\n200 root init OK\nplanet 000000" + first.address()), output);
    assertTrue(
        output.contains("root " + first.address() + "  " + FIRST_ENDPOINT + "  (this node)\n"),
        output);
    assertEquals(1, saved(first).roots().size());
    assertTrue(saved(first).isSelfSigned());
    assertRejected("this node already signs planet", first, "root", "init", "--endpoint=10.9.0.1");
  }

  @Test
  @Order(4)
  void otherHostsUseItByItsText() throws Exception {
    assertFalse(isOnline(second));

    String output = second.cli("planet", "use", textOf(first));

    assertTrue(output.startsWith("0\n200 planet use OK\nplanet 000000" + first.address()), output);
    assertFalse(output.contains("(this node)"), output);
    Await.until(() -> isOnline(second));
    assertEquals(saved(first), saved(second));
  }

  @Test
  @Order(5)
  void orByAFileOrAUrl() throws Exception {
    Path file = directory.resolve("planet.txt");
    Files.writeString(file, textOf(first) + "\n");
    assertTrue(leaf.cli("planet", "use", file.toString()).startsWith("0\n"));
    assertTrue(leaf.cli("planet", "use", "default").contains("the public one"));
    assertTrue(
        leaf.cli("planet", "use", first.home().resolve("planet").toString()).startsWith("0\n"));
    assertTrue(leaf.cli("planet", "use", "default").startsWith("0\n"));

    byte[] body = Files.readAllBytes(first.home().resolve("planet"));
    HttpServer server =
        leaf.here(
            () -> HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0));
    server.createContext(
        "/planet",
        exchange -> {
          exchange.sendResponseHeaders(200, body.length);
          exchange.getResponseBody().write(body);
          exchange.close();
        });
    server.start();
    try {
      String url = "http://127.0.0.1:" + server.getAddress().getPort();
      assertRejected("found HTTP status 404", leaf, "planet", "use", url + "/other");
      assertTrue(leaf.cli("planet", "use", url + "/planet").startsWith("0\n"));
    } finally {
      server.stop(0);
    }
    assertEquals(saved(first), saved(leaf));
    Await.until(() -> isOnline(leaf));
  }

  @Test
  @Order(6)
  void rejectsWhatIsNoPlanet() throws Exception {
    String text = textOf(first);
    Path file = directory.resolve("none.txt");
    Files.writeString(file, "hello");
    assertRejected("expected a planet, found", leaf, "planet", "use", file.toString());
    assertRejected("was a part of the line lost?", leaf, "planet", "use", text.substring(0, 200));
    assertRejected("cannot read nosuch", leaf, "planet", "use", "nosuch");
    assertRejected("expected a URL with https", leaf, "planet", "use", "http://192.0.2.1/planet");
    assertRejected("expected use and one word", leaf, "planet", "use");
    Path large = directory.resolve("large");
    Files.write(large, new byte[20_000]);
    assertRejected("it has more than", leaf, "planet", "use", large.toString());
    assertEquals(saved(first), saved(leaf));
  }

  @Test
  @Order(7)
  void addsARoot() throws Exception {
    assertRejected("is no root yet", first, "root", "add", second.address(), "--endpoint=10.9.0.2");
    assertRejected("there is no such file", first, "root", "add", "nosuch", "--endpoint=10.9.0.2");

    String identity = second.home().resolve("identity.public").toString();
    String output = first.cli("root", "add", identity, "--endpoint", "10.9.0.2/9993");

    assertTrue(output.startsWith("0\n200 root add OK\n"), output);
    for (NamespaceNode node : List.of(second, leaf)) {
      assertTrue(node.cli("planet", "use", textOf(first)).startsWith("0\n"));
    }
    assertTrue(shows(second, SECOND_ENDPOINT + "  (this node)"));
    assertTrue(shows(leaf, "root " + second.address() + "  " + SECOND_ENDPOINT));
  }

  @Test
  @Order(8)
  void theOtherRootServesWhenTheFirstIsDown() throws Exception {
    first.killDaemon();
    leaf.killDaemon();
    leaf.startDaemon();

    Await.until(() -> isOnline(leaf));

    first.startDaemon();
    assertTrue(planetOf(first).contains(SECOND_ENDPOINT), planetOf(first));
  }

  @Test
  @Order(9)
  void warnsOfAPortThatTheDaemonDoesNotHave() throws Exception {
    String output =
        first.cli("root", "add", first.address(), "--endpoint=10.9.0.1/9993,10.9.0.9/1");

    assertTrue(output.startsWith("0\n"), output);
    assertTrue(output.contains("this daemon does not listen at UDP port 1: forward it"), output);
  }

  @Test
  @Order(10)
  void removesARoot() throws Exception {
    assertRejected("is no root of the planet", first, "root", "remove", leaf.address());
    assertTrue(first.cli("root", "remove", second.address()).startsWith("0\n200 root remove OK"));
    assertRejected("is the only root", first, "root", "remove", first.address());
    assertRejected("this node does not sign", leaf, "root", "remove", first.address());
  }
}
