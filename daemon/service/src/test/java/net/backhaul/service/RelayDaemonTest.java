// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.SocketTimeoutException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Daemons on hosts of their own, of which one loses UDP: it falls back to a TCP relay, which is the
 * root, and returns. The limits are twice what is aimed at, since machines that run tests are busy.
 */
class RelayDaemonTest {
  private static final String SETTINGS =
      "{\"settings\": {\"portMappingEnabled\": false, \"allowSecondaryPort\": false, %s}}";
  private static final int PORT = 4_000;
  private static final int SEND_EVERY_MS = 100;
  private static final long LIMIT_MS = 2 * 10_000;
  private static final long FIRST_REPLY_MS = 60_000;

  @TempDir Path directory;
  private List<NamespaceNode> nodes = List.of();
  private final List<DatagramSocket> sockets = new ArrayList<>();
  private NamespaceNode alice;
  private NamespaceNode bob;

  @AfterEach
  void stop() {
    sockets.forEach(DatagramSocket::close);
    nodes.forEach(NamespaceNode::close);
  }

  private void start(String aliceSettings) throws Exception {
    RequiredProgram.assume("nft");
    nodes = NamespaceNode.create(directory, 3);
    NamespaceNode root = nodes.get(0);
    alice = nodes.get(1);
    bob = nodes.get(2);
    write(root, "\"tcpRelay\": \"10.9.0.1/443\"");
    write(alice, aliceSettings);
    NamespaceNode.start(nodes, 1);
  }

  private static void write(NamespaceNode node, String settings) throws Exception {
    Files.writeString(node.home().resolve("local.conf"), SETTINGS.formatted(settings));
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
    DatagramSocket socket = bob.here(() -> new DatagramSocket(PORT));
    sockets.add(socket);
    Thread.ofPlatform().daemon().start(() -> echo(socket));
  }

  private static void echo(DatagramSocket socket) {
    var packet = new DatagramPacket(new byte[8], 8);
    while (!socket.isClosed()) {
      try {
        socket.receive(packet);
        socket.send(packet);
      } catch (java.io.IOException unreachable) {
        // The next datagram may be answered.
      }
    }
  }

  private long msToEcho() throws Exception {
    return msToEcho(FIRST_REPLY_MS);
  }

  /**
   * Sends datagrams from Alice to Bob until one is answered; returns how long that took, at least
   * the limit if none was.
   */
  private long msToEcho(long limitMs) throws Exception {
    return alice.here(
        () -> {
          long startNs = System.nanoTime();
          long ms = 0;
          try (var socket = new DatagramSocket()) {
            socket.setSoTimeout(SEND_EVERY_MS);
            while (ms < limitMs) {
              try {
                var to = InetAddress.getByName("10.77.0.3");
                socket.send(new DatagramPacket(new byte[8], 8, to, PORT));
                socket.receive(new DatagramPacket(new byte[8], 8));
                break;
              } catch (SocketTimeoutException | java.net.SocketException unanswered) {
                ms = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startNs);
              }
            }
          }
          return ms;
        });
  }

  private void assertEchoes(String when) throws Exception {
    long ms = msToEcho();
    assertTrue(ms <= LIMIT_MS, () -> when + ": " + ms + " ms");
  }

  private void blockUdp() throws Exception {
    alice.nft("add table inet t");
    for (String chain : new String[] {"input", "output"}) {
      alice.nft("add chain inet t " + chain + " { type filter hook " + chain + " priority 0; }");
      String device = chain.equals("input") ? "iifname" : "oifname";
      alice.nft("add rule inet t " + chain + " " + device + " eth0 meta l4proto udp drop");
    }
  }

  /** Runs a command until its output contains a text, for some time. */
  private void assertSays(String text, String... words) throws Exception {
    long endNs = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(LIMIT_MS);
    String output = alice.cli(words);
    while (!output.contains(text) && System.nanoTime() < endNs) {
      // Traffic, since a fallback counts from the first unanswered probe.
      msToEcho(SEND_EVERY_MS);
      output = alice.cli(words);
    }
    String last = output;
    assertTrue(output.contains(text), () -> "expected " + text + ", found " + last);
  }

  @ParameterizedTest
  @ValueSource(strings = {"\"10.9.0.1/443\"", "[\"10.9.0.77/443\", \"tls:10.9.0.1/443\"]"})
  void fallsBackToTcpAndReturns(String relays) throws Exception {
    start("\"tcpFallbackRelay\": " + relays);
    join();
    assertTrue(msToEcho() < FIRST_REPLY_MS);
    assertSays(" ONLINE", "info");

    blockUdp();
    assertEchoes("without UDP");
    assertSays(" TUNNELED", "info");
    assertSays("TCP relay  10.9.0.1/443", "status", "--long");
    assertSays("\"tunneled\": true", "-j", "peers");
    assertSays("TO DO  tcp relay", "doctor");
    assertSays("TCP  ", "status", "--long");

    alice.nft("delete table inet t");
    assertSays(" ONLINE", "info");
    assertEchoes("with UDP again");
  }

  @Test
  void startsWithoutUdp() throws Exception {
    start("\"forceTcpRelay\": true, \"tcpFallbackRelay\": \"10.9.0.1/443\"");
    blockUdp();
    assertSays(" TUNNELED", "info");
    join();
    assertTrue(msToEcho() < FIRST_REPLY_MS);
    assertSays("as forceTcpRelay in local.conf demands", "doctor");
  }
}
