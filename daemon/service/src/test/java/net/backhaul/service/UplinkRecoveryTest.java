// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Traffic between daemons on hosts of their own flows again soon after a change of a host's
 * network, and after the death of the root that relays. The limits are twice what is aimed at,
 * since machines that run tests are busy.
 */
class UplinkRecoveryTest {
  private static final int PORT = 4_000;
  private static final int SEND_EVERY_MS = 50;
  private static final long LIMIT_MS = 2 * 2_000;
  private static final long BOUNCE_LIMIT_MS = 2 * 500;
  private static final long ROOT_LIMIT_MS = 2 * 5_000;
  private static final long FIRST_REPLY_MS = 60_000;

  private static final String NETWORK =
      """
      {"private": true, "v4AssignMode": {"zt": true},
       "routes": [{"target": "10.77.0.0/24"}],
       "ipAssignmentPools": [{"ipRangeStart": "10.77.0.1", "ipRangeEnd": "10.77.0.99"}]}
      """;

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

  /** Starts roots and, after them, Alice and Bob, on a network of the first root's controller. */
  private void start(int roots, boolean direct) throws Exception {
    nodes = NamespaceNode.create(directory, roots + 2);
    alice = nodes.get(roots);
    bob = nodes.get(roots + 1);
    if (!direct) {
      alice.forbidPathsTo(bob);
      bob.forbidPathsTo(alice);
    }
    NamespaceNode.start(nodes, roots);
    NamespaceNode controller = nodes.getFirst();
    String network = controller.address() + "000001";
    controller.request("POST", "/controller/network/" + network, NETWORK);
    for (NamespaceNode member : List.of(alice, bob)) {
      controller.request(
          "POST",
          "/controller/network/" + network + "/member/" + member.address(),
          "{\"authorized\": true, \"ipAssignments\": [\"%s\"]}".formatted(ip(member)));
      member.request("POST", "/network/" + network, "{}");
    }
    echo(alice);
    assertTrue(msToEcho(FIRST_REPLY_MS) < FIRST_REPLY_MS);
  }

  private String ip(NamespaceNode member) {
    return member == alice ? "10.77.0.2" : "10.77.0.3";
  }

  /** Sends back what comes in, on any address of a host. */
  private void echo(NamespaceNode on) throws Exception {
    DatagramSocket socket = on.here(() -> new DatagramSocket(PORT));
    sockets.add(socket);
    Thread.ofPlatform()
        .daemon()
        .start(
            () -> {
              var packet = new DatagramPacket(new byte[Long.BYTES], Long.BYTES);
              while (!socket.isClosed()) {
                try {
                  socket.receive(packet);
                  socket.send(packet);
                } catch (IOException unreachable) {
                  // The next datagram may be answered.
                }
              }
            });
  }

  /**
   * Sends datagrams from Bob to Alice until one is answered, and returns how long that took; the
   * limit if none is.
   */
  private long msToEcho(long limitMs) throws Exception {
    return bob.here(
        () -> {
          InetAddress to = InetAddress.getByName(ip(alice));
          long startNanos = System.nanoTime();
          long sentMs = 0;
          try (var socket = new DatagramSocket()) {
            socket.setSoTimeout(SEND_EVERY_MS);
            while (sentMs < limitMs) {
              if (isEchoed(socket, to, startNanos)) {
                return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startNanos);
              }
              sentMs = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startNanos);
            }
          }
          return limitMs;
        });
  }

  private static boolean isEchoed(DatagramSocket socket, InetAddress to, long startNanos)
      throws IOException {
    byte[] bytes = ByteBuffer.allocate(Long.BYTES).putLong(startNanos).array();
    try {
      socket.send(new DatagramPacket(bytes, bytes.length, to, PORT));
    } catch (SocketException unreachable) {
      // Until the network is configured; the wait is the same.
    }
    try {
      socket.receive(new DatagramPacket(new byte[Long.BYTES], Long.BYTES));
      return true;
    } catch (SocketTimeoutException unanswered) {
      return false;
    }
  }

  /** Sends datagrams from Bob to Alice for some time. */
  private void converse(long ms) throws Exception {
    long endNanos = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(ms);
    while (System.nanoTime() < endNanos) {
      msToEcho(SEND_EVERY_MS);
    }
  }

  private void assertEchoes(long withinMs, String after) throws Exception {
    long ms = msToEcho(FIRST_REPLY_MS);
    assertTrue(ms <= withinMs, () -> "after " + after + ": " + ms + " ms");
    converse(1_000);
  }

  @Test
  void reachesHostAfterChangesOfItsNetwork() throws Exception {
    start(1, true);
    converse(2_000);

    alice.ip("address", "flush", "dev", "eth0");
    alice.ip("address", "add", "10.9.0.102/24", "dev", "eth0");
    assertEchoes(LIMIT_MS, "another address");

    for (int downMs : new int[] {200, 3_000}) {
      alice.ip("link", "set", "eth0", "down");
      converse(downMs);
      alice.ip("link", "set", "eth0", "up");
      assertEchoes(BOUNCE_LIMIT_MS, "a link that was down for " + downMs + " ms");
    }

    alice.connect(nodes.getFirst(), "eth1", 103);
    alice.ip("link", "set", "eth1", "up");
    alice.ip("link", "set", "eth0", "down");
    assertEchoes(LIMIT_MS, "another uplink");
    alice.ip("link", "set", "eth0", "up");
    alice.ip("link", "set", "eth1", "down");
    assertEchoes(LIMIT_MS, "the first uplink again");

    alice.pauseDaemon(true);
    converse(4_000);
    alice.pauseDaemon(false);
    assertEchoes(LIMIT_MS, "a pause of the daemon");
  }

  @Test
  void relaysThroughOtherRootAfterDeathOfOne() throws Exception {
    start(2, false);
    converse(3_000);

    NamespaceNode first = nodes.getFirst();
    first.killDaemon();
    assertEchoes(ROOT_LIMIT_MS, "the death of a root");
    first.startDaemon();
    converse(8_000); // The root that was started is used again only after a HELLO.

    nodes.get(1).killDaemon();
    assertEchoes(ROOT_LIMIT_MS, "the death of the other root");
  }
}
