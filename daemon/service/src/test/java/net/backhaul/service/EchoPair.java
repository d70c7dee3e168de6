// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/**
 * Two members of one network: Alice sends datagrams back, on any address of her host, and Bob
 * measures how long he has no reply.
 */
final class EchoPair implements AutoCloseable {
  private static final int PORT = 4_003;
  private static final int SEND_EVERY_MS = 20;
  private static final String ALICE_IP = "10.77.0.2";
  private static final String BOB_IP = "10.77.0.3";
  private static final String NETWORK =
      """
      {"private": true, "v4AssignMode": {"zt": true},
       "routes": [{"target": "10.77.0.0/24"}],
       "ipAssignmentPools": [{"ipRangeStart": "10.77.0.1", "ipRangeEnd": "10.77.0.99"}]}
      """;

  private final DatagramSocket echo;
  final NamespaceNode controller;
  final NamespaceNode alice;
  final NamespaceNode bob;

  /** What was sent and received, and the longest time without a reply. */
  record Conversation(int sent, int replies, long longestGapMs) {}

  /**
   * Makes the last two of started nodes members of a network of the first one, and waits until it
   * is configured.
   */
  EchoPair(List<NamespaceNode> nodes) throws Exception {
    controller = nodes.getFirst();
    alice = nodes.get(nodes.size() - 2);
    bob = nodes.getLast();
    echo = alice.here(() -> new DatagramSocket(PORT));
    Thread.ofPlatform().daemon().start(this::sendBack);
    String network = controller.address() + "000001";
    controller.request("POST", "/controller/network/" + network, NETWORK);
    join(alice, network, ALICE_IP);
    join(bob, network, BOB_IP);
    NamespaceMembers.awaitDevice(alice, network, ALICE_IP);
    NamespaceMembers.awaitDevice(bob, network, BOB_IP);
  }

  private void join(NamespaceNode member, String network, String ip) throws Exception {
    controller.request(
        "POST",
        "/controller/network/" + network + "/member/" + member.address(),
        "{\"authorized\": true, \"ipAssignments\": [\"%s\"]}".formatted(ip));
    member.request("POST", "/network/" + network, "{}");
  }

  private void sendBack() {
    var packet = new DatagramPacket(new byte[Long.BYTES], Long.BYTES);
    while (!echo.isClosed()) {
      try {
        echo.receive(packet);
        echo.send(packet);
      } catch (IOException unreachable) {
        // The next datagram may be answered.
      }
    }
  }

  /** Converses for some time, and calls something when a fifth of it has passed. */
  Conversation converse(long ms, Callable<?> action) throws Exception {
    Future<Conversation> running = bob.beside(() -> exchange(ms, Integer.MAX_VALUE));
    Thread.sleep(ms / 5);
    action.call();
    return running.get();
  }

  /** Sends datagrams from Bob to Alice for some time. */
  Conversation converse(long ms) throws Exception {
    return bob.beside(() -> exchange(ms, Integer.MAX_VALUE)).get();
  }

  /** Returns how long it takes until a datagram is answered; the limit if none is. */
  long msToReply(long limitMs) throws Exception {
    Conversation first = bob.beside(() -> exchange(limitMs, 1)).get();
    return first.replies == 0 ? limitMs : first.longestGapMs;
  }

  private static Conversation exchange(long ms, int maxReplies) throws IOException {
    InetAddress to = InetAddress.getByName(ALICE_IP);
    long start = System.nanoTime();
    long last = start;
    long gap = 0;
    int sent = 0;
    int replies = 0;
    try (var socket = new DatagramSocket()) {
      long end = start + TimeUnit.MILLISECONDS.toNanos(ms);
      for (long now = start; now < end && replies < maxReplies; now = System.nanoTime()) {
        long due = start + TimeUnit.MILLISECONDS.toNanos((long) sent * SEND_EVERY_MS);
        if (now >= due) {
          sent++;
          send(socket, to, sent);
          continue;
        }
        socket.setSoTimeout((int) Math.max(1, TimeUnit.NANOSECONDS.toMillis(due - now)));
        try {
          socket.receive(new DatagramPacket(new byte[Long.BYTES], Long.BYTES));
          replies++;
          gap = Math.max(gap, System.nanoTime() - last);
          last = System.nanoTime();
        } catch (SocketTimeoutException unanswered) {
          // The next one is sent.
        }
      }
    }
    if (replies < maxReplies) {
      gap = Math.max(gap, System.nanoTime() - last);
    }
    return new Conversation(sent, replies, TimeUnit.NANOSECONDS.toMillis(gap));
  }

  private static void send(DatagramSocket socket, InetAddress to, long number) {
    byte[] bytes = ByteBuffer.allocate(Long.BYTES).putLong(number).array();
    try {
      socket.send(new DatagramPacket(bytes, bytes.length, to, PORT));
    } catch (IOException unreachable) {
      // Until the network is configured.
    }
  }

  @Override
  public void close() {
    echo.close();
  }
}
