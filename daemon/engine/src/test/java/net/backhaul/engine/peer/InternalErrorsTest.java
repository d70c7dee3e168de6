// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine.peer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import net.backhaul.engine.DatagramBatch;
import net.backhaul.engine.DatagramRun;
import net.backhaul.engine.Deadline;
import net.backhaul.engine.Drop;
import net.backhaul.engine.StateKey;
import net.backhaul.protocol.message.Message;
import net.backhaul.protocol.message.Rendezvous;
import net.backhaul.protocol.message.UserMessage;
import net.backhaul.protocol.message.Verb;
import net.backhaul.protocol.packet.Bytes;
import net.backhaul.protocol.packet.PacketView;
import net.backhaul.protocol.packet.Packets;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** An internal error costs one datagram, packet or peer, never those that are handled with it. */
class InternalErrorsTest {
  private static final long START_MS = 1_700_000_000_000L;
  private static final InetSocketAddress AT_B = RecordedNodes.endpoint("10.0.2.2/9993");
  private static final InetSocketAddress AT_X = RecordedNodes.endpoint("10.0.8.8/9993");
  private static final InetSocketAddress AT_ROOT = RecordedNodes.endpoint("10.0.0.1/9993");
  private static final long SELF = RecordedNodes.identity("A").address();
  private static final long B = RecordedNodes.identity("B").address();
  private static final long X = RecordedNodes.identity("X").address();

  private final FailingOutput output = new FailingOutput();
  private final FailingHandler handler = new FailingHandler();
  private final Vl1 node = RecordedNodes.nodeA("planet", output, START_MS);

  /** Fails to send to some endpoints and to save, and lists the errors that are reported. */
  private static final class FailingOutput extends RecordingOutput {
    final Set<InetSocketAddress> failing = new HashSet<>();
    final List<String> errors = new ArrayList<>();
    boolean failsToSave;

    @Override
    public void sendDatagrams(DatagramRun run) {
      super.sendDatagrams(run);
      fail(failing.contains(run.endpoint()));
    }

    @Override
    public void sendShortLived(DatagramRun datagram, int hops) {
      super.sendShortLived(datagram, hops);
      fail(failing.contains(datagram.endpoint()));
    }

    @Override
    public void saveState(StateKey key, byte @Nullable [] content) {
      super.saveState(key, content);
      fail(failsToSave);
    }

    @Override
    public void internalError(String activity, RuntimeException error) {
      errors.add(activity + ": " + error.getMessage());
    }

    long sentTo(InetSocketAddress endpoint) {
      return datagrams.stream().filter(each -> each.to().equals(endpoint)).count();
    }

    private static void fail(boolean fails) {
      if (fails) {
        throw new IllegalStateException("as the test demands");
      }
    }
  }

  /** Fails to handle packets with some IDs, once they are no longer to be pending. */
  private static final class FailingHandler extends NoHandler {
    final Set<Long> failing = new HashSet<>();
    final List<Long> handled = new ArrayList<>();
    boolean pending;

    @Override
    public PacketOutcome receive(InboundPacket packet, Verb verb) {
      if (pending) {
        return PacketOutcome.PENDING;
      }
      if (failing.contains(packet.packetId())) {
        throw new IllegalStateException("as the test demands");
      }
      handled.add(packet.packetId());
      return PacketOutcome.ACCEPTED;
    }
  }

  private static byte[] frame(long packetId, int payloadBytes) {
    byte[] packet = new byte[Packets.HEADER_BYTES + payloadBytes];
    PacketView.writeHeader(packet, 0, packetId, SELF, B, Verb.FRAME.number());
    Decoded.cipher(B, SELF).seal(Packets.SUITE_SALSA, packet, 0, packet.length);
    return packet;
  }

  private static void add(DatagramBatch batch, byte[] datagram, int start, int end) {
    System.arraycopy(datagram, start, batch.bytes(), batch.end(), end - start);
    batch.add(0, AT_B, end - start);
  }

  private static DatagramBatch batch(long... packetIds) {
    var batch = new DatagramBatch(20_000);
    for (long id : packetIds) {
      byte[] frame = frame(id, 40);
      add(batch, frame, 0, frame.length);
    }
    return batch;
  }

  private void addPeers() {
    node.attach(handler);
    RecordedNodes.addPeer(node, "B", AT_B, START_MS);
    RecordedNodes.addPeer(node, "X", AT_X, START_MS);
  }

  private void assertErrors(String... activities) {
    List<String> expected = new ArrayList<>();
    for (String activity : activities) {
      expected.add(activity + ": as the test demands");
    }
    assertEquals(expected, output.errors);
    assertEquals(activities.length, node.counters().dropped(Drop.INTERNAL_ERROR));
  }

  @Test
  void dropsOneDatagramOfABatch() {
    addPeers();
    handler.failing.add(2L);

    node.receive(batch(1, 2, 3), START_MS);

    assertEquals(List.of(1L, 3L), handler.handled);
    assertErrors("handling a datagram");
  }

  @Test
  void dropsOnePacketOfSeveralDatagrams() {
    addPeers();
    handler.failing.add(1L);
    var batch = new DatagramBatch(20_000);
    byte[] packet = frame(1, 4_000);
    packet[18] |= 0x40; // Its head is followed by fragments.
    Decoded.cipher(B, SELF).seal(Packets.SUITE_SALSA, packet, 0, packet.length);
    var fragments = new Fragmenter();
    var run = new DatagramRun().wrap(packet, 0, packet.length);
    assertTrue(fragments.begin(run, Packets.DEFAULT_MTU_BYTES));
    while (fragments.hasNext()) {
      fragments.next(run);
      add(batch, run.bytes(), run.start(), run.end());
    }
    byte[] next = frame(2, 40);
    add(batch, next, 0, next.length);

    node.receive(batch, START_MS);

    assertEquals(List.of(2L), handler.handled);
    assertErrors("handling a datagram");
    assertEquals(0, node.stored(), "no fragment of the lost packet is stored");
  }

  @Test
  void dropsOnePendingPacket() {
    addPeers();
    handler.pending = true;
    node.receive(batch(1, 2, 3), START_MS);
    assertEquals(3, node.pendingInbound());
    handler.pending = false;
    handler.failing.add(2L);

    node.retryPending(START_MS);
    node.advance(START_MS);

    assertEquals(List.of(1L, 3L), handler.handled);
    assertEquals(0, node.pendingInbound());
    assertErrors("handling a pending packet");
  }

  @Test
  void dropsOnePendingPacketToBeSent() {
    node.attach(handler);
    Message message = new UserMessage(1, Bytes.EMPTY);
    node.send(B, message, START_MS);
    node.send(X, message, START_MS);
    node.send(B, message, START_MS);
    node.send(X, message, START_MS);
    assertEquals(4, node.pendingOutbound());
    addPeers();
    output.failing.add(AT_B);

    node.retryPending(START_MS);
    node.advance(START_MS);

    assertEquals(2, output.sentTo(AT_X));
    assertEquals(0, node.pendingOutbound());
    assertErrors("sending a pending packet", "sending a pending packet");
  }

  @Test
  void dropsOnePacketToBeSent() {
    addPeers();
    output.failing.add(AT_B);
    Message message = new UserMessage(1, Bytes.EMPTY);

    node.send(B, message, START_MS);
    node.send(new PacketRun().to(B, Verb.FRAME).wrapPayload(new byte[100], 28, 50), START_MS);
    node.send(X, message, START_MS);

    assertEquals(1, output.sentTo(AT_X));
    assertErrors("sending a packet", "sending a packet");
  }

  @Test
  void keepsPathsOfOtherPeersOpen() {
    addPeers();
    for (InetSocketAddress failing : List.of(AT_B, AT_X)) {
      output.failing.clear();
      output.failing.add(failing);
      output.datagrams.clear();
      output.errors.clear();
      node.deadlines().set(Deadline.KEEPALIVE, START_MS);
      for (Peer peer : node.peers.all()) {
        peer.lastNonTrivialMs = START_MS;
        peer.lastHelloSentMs = Peer.NEVER;
      }

      node.advance(START_MS);

      assertTrue(output.sentTo(AT_B) > 0, () -> "no HELLO to B, while failing to " + failing);
      assertTrue(output.sentTo(AT_X) > 0, () -> "no HELLO to X, while failing to " + failing);
      assertEquals(List.of("keeping the paths of a peer open: as the test demands"), output.errors);
    }
  }

  /** A deadline that stays in the past would keep a CPU busy. */
  @Test
  void movesDeadlinesOfRootsBeforeTheyFail() {
    addPeers();
    RecordedNodes.addPeer(node, "R", AT_ROOT, START_MS).confirmationsNeeded = 3;
    node.peers.get(RecordedNodes.identity("R").address()).probesLeft = 3;
    node.deadlines().set(Deadline.ROOT_PROBE, START_MS);
    output.failing.add(AT_ROOT);

    node.advance(START_MS);

    assertTrue(output.errors.contains("probing a root: as the test demands"));
    assertTrue(node.deadlines().atMs(node.deadlines().next()) > START_MS);
    assertTrue(node.deadlines().isSet(Deadline.ROOT_PROBE), "it is probed again");
  }

  @Test
  void contactsRootsAgainThatCouldNotBeContacted() {
    node.attach(handler);
    output.failing.addAll(List.of(AT_ROOT, RecordedNodes.endpoint("2001:db8::1/9993")));
    long nowMs = START_MS;
    for (int i = 1; i <= 3; i++) {
      node.advance(nowMs);

      assertEquals(i, output.errors.size());
      assertEquals("contacting a root: as the test demands", output.errors.getLast());
      long nextMs = node.deadlines().atMs(Deadline.ROOT_CONTACT);
      assertTrue(nextMs > nowMs, "not in the past");
      nowMs = nextMs;
    }
  }

  @Test
  void contactsIntroducedPeersAgainThatCouldNotBeContacted() {
    addPeers();
    RecordedNodes.addPeer(node, "R", AT_ROOT, START_MS);
    InetSocketAddress other = RecordedNodes.endpoint("10.9.9.9/9993");
    node.peers.get(B).paths.clear();
    output.failing.add(other);

    byte[] rendezvous = Datagrams.sealed("R", "A", new Rendezvous(0, B, other));
    Datagrams.receive(node, AT_ROOT, rendezvous, START_MS);

    assertErrors("handling a datagram");
    assertTrue(node.deadlines().isSet(Deadline.INTRODUCTION), "B is contacted again");
    output.errors.clear();
    node.advance(node.deadlines().atMs(Deadline.INTRODUCTION));
    assertTrue(output.errors.contains("contacting an introduced peer: as the test demands"));
    assertTrue(node.deadlines().isSet(Deadline.INTRODUCTION), "and a third time");
  }

  @Test
  void expiresOtherPeersWhereOneCannotBeSaved() {
    addPeers();
    output.failsToSave = true;

    node.advance(START_MS + 3_600_000);

    assertErrors("expiring a peer", "expiring a peer");
  }

  /** Without a handler of its own an output throws: no test passes over an internal error. */
  @Test
  void throwsByDefault() {
    var error = new IllegalStateException("as the test demands");

    var thrown =
        assertThrows(
            IllegalStateException.class,
            () -> new RecordingOutput().internalError("testing", error));

    assertEquals(error, thrown);
  }
}
