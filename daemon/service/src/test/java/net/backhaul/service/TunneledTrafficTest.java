// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import net.backhaul.testing.Await;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * A full tunnel between hosts: Bob is behind a router of the underlay, and what he sends leaves at
 * Alice, who is a gateway. A server beyond both says from where it is reached. The root's host is
 * the router and the server.
 */
class TunneledTrafficTest {
  private static final String SERVER = "198.51.100.1";
  private static final int PORT = 4_500;
  private static final int WAIT_MS = 300;
  private static final String SETTINGS =
      "{\"private\": true, \"v4AssignMode\": {\"zt\": true}, \"routes\": [{\"target\":"
          + " \"10.82.0.0/24\"}, {\"target\": \"0.0.0.0/0\", \"via\": \"10.82.0.1\"}]}";

  @RegisterExtension static final SharedMembers SHARED = new SharedMembers(2);
  private NamespaceNode router;
  private NamespaceNode alice;
  private NamespaceNode bob;
  private DatagramSocket server;

  @BeforeAll
  static void assumeProgram() {
    RequiredProgram.assume("nft");
  }

  @BeforeEach
  void connect() throws Exception {
    router = SHARED.nodes().controller;
    alice = SHARED.members().get(0);
    bob = SHARED.members().get(1);
    router.ip("address", "add", SERVER + "/32", "dev", "lo");
    router.ip("address", "add", "10.9.1.1/32", "dev", "underlay");
    router.ip("address", "add", "10.9.1.2/32", "dev", "underlay");
    router.ip("route", "add", "10.9.1.0/24", "dev", "underlay");
    setForwarding(true);
    server = router.here(() -> new DatagramSocket(new InetSocketAddress(SERVER, PORT)));
    Thread.ofPlatform().daemon().start(this::serve);

    alice.ip("route", "add", "default", "via", "10.9.0.1");
    bob.ip("address", "add", "10.9.1.3/24", "dev", "eth0");
    bob.ip("address", "delete", "10.9.0.3/24", "dev", "eth0");
    bob.ip("route", "add", "default", "via", "10.9.1.1");
  }

  @AfterEach
  void disconnect() throws Exception {
    server.close();
    alice.ip("route", "delete", "default");
    bob.ip("address", "flush", "dev", "eth0");
    bob.ip("address", "add", "10.9.0.3/24", "dev", "eth0");
    setForwarding(false);
    router.ip("route", "delete", "10.9.1.0/24", "dev", "underlay");
    router.show("address", "delete", "10.9.1.1/32", "dev", "underlay");
    router.show("address", "delete", "10.9.1.2/32", "dev", "underlay");
    router.ip("address", "delete", SERVER + "/32", "dev", "lo");
  }

  private void setForwarding(boolean on) throws Exception {
    router.sysctl("net/ipv4/ip_forward", on ? "1" : "0");
  }

  /** Answers each datagram with the address that it came from. */
  private void serve() {
    var packet = new DatagramPacket(new byte[1], 1);
    while (!server.isClosed()) {
      try {
        server.receive(packet);
        byte[] from = packet.getAddress().getHostAddress().getBytes(StandardCharsets.UTF_8);
        server.send(new DatagramPacket(from, from.length, packet.getSocketAddress()));
      } catch (IOException unreachable) {
        // The next datagram may be answered.
      }
    }
  }

  /** Returns from where the server is reached by Bob; a message if it is not. */
  private String source() {
    try {
      return bob.here(
          () -> {
            try (var socket = new DatagramSocket()) {
              socket.setSoTimeout(WAIT_MS);
              socket.send(new DatagramPacket(new byte[1], 1, InetAddress.getByName(SERVER), PORT));
              var answer = new DatagramPacket(new byte[64], 64);
              socket.receive(answer);
              return new String(answer.getData(), 0, answer.getLength(), StandardCharsets.UTF_8);
            } catch (SocketTimeoutException unanswered) {
              return "no answer";
            } catch (IOException unreachable) {
              return unreachable.toString();
            }
          });
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  private void assertReachedFrom(String expected, String when) {
    Await.until(() -> source().equals(expected), () -> when + ": reached from " + source());
  }

  private String rules() throws IOException {
    return bob.show("rule", "show");
  }

  @Test
  void staysWhileTheUnderlayChangesAndEndsWithTheDaemon() throws Exception {
    String network = SHARED.nodes().network(1, SETTINGS);
    SHARED.nodes().join(alice, network, "{\"ipAssignments\": [\"10.82.0.1\"]}");
    SHARED.nodes().join(bob, network, "{\"ipAssignments\": [\"10.82.0.2\"]}");
    NamespaceMembers.awaitDevice(alice, network, "10.82.0.1");
    NamespaceMembers.awaitDevice(bob, network, "10.82.0.2");
    assertReachedFrom("10.9.1.3", "without a tunnel");

    alice.request("POST", "/network/" + network, "{\"gatewayOut\": \"eth0\"}");
    bob.request("POST", "/network/" + network, "{\"allowDefault\": true}");
    assertReachedFrom("10.9.0.2", "through the gateway");

    // Packets between the daemons are not lost for long, nor led into the tunnel.
    bob.ip("route", "replace", "default", "via", "10.9.1.2");
    router.ip("address", "delete", "10.9.1.1/32", "dev", "underlay");
    assertReachedFrom("10.9.0.2", "after a change of the underlay's router");
    assertTrue(rules().contains("lookup 23124"), rules());

    bob.killDaemon();
    assertReachedFrom("10.9.1.3", "after kill -9");
    bob.startDaemon();
    assertReachedFrom("10.9.0.2", "after the next start");

    bob.request("POST", "/network/" + network, "{\"allowDefault\": false}");
    assertReachedFrom("10.9.1.3", "without a tunnel again");
    assertFalse(rules().contains("23124"), rules());
    alice.request("POST", "/network/" + network, "{\"gatewayOut\": \"\"}");
    assertFalse(gatewayTables().contains("backhaul_"), gatewayTables());
  }

  private String gatewayTables() throws Exception {
    return alice.here(
        () -> {
          Process nft = new ProcessBuilder("nft", "list", "tables").start();
          return new String(nft.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        });
  }
}
