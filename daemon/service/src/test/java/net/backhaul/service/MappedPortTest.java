// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.SocketException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import net.backhaul.testing.NetworkNamespace;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A daemon behind a router with a symmetric NAT, which maps its third port, and one outside behind
 * a firewall that permits no packet that it has not asked for: it reaches the mapped port.
 */
class MappedPortTest {
  private static final int PORT = 24_000;
  private static final String MAPPED = Miniupnpd.PUBLIC + "/" + PORT;
  private static final long LIMIT_S = 60;

  @TempDir Path directory;
  private List<NamespaceNode> nodes = List.of();
  private Miniupnpd router;
  private NamespaceNode alice;
  private NamespaceNode bob;

  @AfterEach
  void stop() {
    nodes.forEach(NamespaceNode::close);
    if (router != null) {
      router.close();
    }
  }

  private void start() throws Exception {
    NetworkNamespace.assumePossible();
    Miniupnpd.assumePossible();
    nodes = NamespaceNode.create(directory, 3);
    NamespaceNode root = nodes.get(0);
    bob = nodes.get(1);
    alice = nodes.get(2);
    router = new Miniupnpd(directory);
    root.ip("address", "add", "5.9.0.1/24", "dev", "underlay");
    bob.ip("address", "add", "5.9.0.2/24", "dev", "eth0");
    root.ip("link", "add", "router", "type", "veth", "peer", "name", "wan");
    root.ip("link", "set", "wan", "netns", router.namespaceFile());
    root.ip("link", "set", "router", "master", "underlay", "up");
    root.ip("link", "set", "host3", "nomaster");
    root.ip("link", "set", "host3", "netns", router.namespaceFile());
    router.ip("link", "set", "host3", "name", "lan");
    router.startNat();
    router.ip("route", "add", "10.9.0.0/24", "dev", "wan");
    alice.ip("address", "flush", "dev", "eth0");
    alice.ip("address", "add", "192.168.7.2/24", "dev", "eth0");
    alice.ip("route", "add", "default", "via", Miniupnpd.LAN);
    Files.writeString(
        alice.home().resolve("local.conf"),
        "{\"settings\": {\"allowSecondaryPort\": false, \"tertiaryPort\": " + PORT + "}}");
    for (String command :
        List.of(
            "add table inet t",
            "add chain inet t in { type filter hook input priority 0; }",
            "add rule inet t in iifname eth0 ct state new drop")) {
      bob.here(() -> new ProcessBuilder("nft", command).inheritIO().start().waitFor());
    }
    router.start(600, false);
    NamespaceNode.start(nodes, 1);
  }

  private void join() throws Exception {
    NamespaceNode controller = nodes.getFirst();
    String network = controller.address() + "000001";
    controller.request(
        "POST", "/controller/network/" + network, "{\"routes\": [{\"target\": \"10.77.0.0/24\"}]}");
    int host = 2;
    for (NamespaceNode member : List.of(alice, bob)) {
      controller.request(
          "POST",
          "/controller/network/" + network + "/member/" + member.address(),
          "{\"authorized\": true, \"ipAssignments\": [\"10.77.0." + host++ + "\"]}");
      member.request("POST", "/network/" + network, "{}");
    }
  }

  /** Sends a datagram from Alice to Bob in their network, which makes them trust each other. */
  private void sendFrame() throws Exception {
    alice.here(
        () -> {
          try (var socket = new DatagramSocket()) {
            var to = InetAddress.getByName("10.77.0.3");
            socket.send(new DatagramPacket(new byte[8], 8, to, PORT));
          } catch (SocketException noRouteYet) {
            return false;
          }
          return true;
        });
  }

  /** Runs a command until its output has a text, and returns the output. */
  private String await(NamespaceNode on, String text, String... words) throws Exception {
    long endNanos = System.nanoTime() + TimeUnit.SECONDS.toNanos(LIMIT_S);
    String output = on.cli(words);
    while (!output.contains(text) && System.nanoTime() < endNanos) {
      sendFrame();
      output = on.cli(words);
    }
    String last = output;
    assertTrue(
        output.contains(text),
        () -> {
          try {
            return "expected " + text + ", found\n" + last + alice.log() + router.log();
          } catch (java.io.IOException e) {
            throw new AssertionError(e);
          }
        });
    return output;
  }

  @Test
  void peerOutsideReachesMappedPort() throws Exception {
    start();
    String line =
        "mapped     " + MAPPED + " to 192.168.7.2/" + PORT + " by PCP at 192.168.7.1, for";
    await(alice, line, "status", "--long");
    join();

    await(bob, "\"address\": \"" + MAPPED + "\"", "-j", "peers");
    String doctor = alice.cli("doctor");
    assertTrue(doctor.contains("ok     mapping    " + MAPPED + " to "), doctor);
    String metrics = alice.request("GET", "/metrics", "");
    assertTrue(metrics.contains("backhaul_port_mapping 1\n"), metrics);
    assertTrue(
        metrics.contains("backhaul_port_mapping_requests{outcome=\"granted\"} 1\n"), metrics);
    assertTrue(alice.request("GET", "/diagnosis", "").contains("\"doubleNat\":false"));

    alice.stopDaemon();
    assertFalse(router.mappings().contains("192.168.7.2"), router.mappings());
  }
}
