// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine.peer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import net.backhaul.engine.Counters;
import net.backhaul.engine.DatagramRun;
import net.backhaul.engine.Drop;
import net.backhaul.engine.Event;
import net.backhaul.engine.StateKey;
import net.backhaul.engine.network.Networks;
import net.backhaul.engine.network.NodeContext;
import net.backhaul.protocol.message.Verb;
import net.backhaul.protocol.packet.PacketCipher;
import net.backhaul.protocol.packet.PacketView;
import net.backhaul.protocol.packet.WireWriter;
import net.backhaul.testing.Vectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** No input from unauthenticated or malicious senders may break a node or exhaust its memory. */
class HostileDatagramsTest {
  private static final long START_MS = 1_700_000_003_011L;
  private static final int PACKETS = 500_000;
  private static final int PACKETS_A_MILLISECOND = 20;
  private static final int MOST_KNOWN_PEERS = 12;

  private final List<byte[]> recorded = recorded();
  private final List<byte[]> plain = plain();
  private final CountingOutput output = new CountingOutput();
  private final PacketCipher sealing =
      Decoded.cipher(RecordedNodes.identity("B").address(), RecordedNodes.identity("A").address());

  private static final class CountingOutput extends RecordingOutput {
    long sent;

    @Override
    public void sendDatagrams(DatagramRun run) {
      sent++;
    }

    @Override
    public void event(Event event) {}

    @Override
    public void saveState(StateKey key, byte @Nullable [] content) {}
  }

  private static List<byte[]> recorded() {
    var all = new ArrayList<byte[]>();
    for (JsonNode one : Vectors.file("vl1/cases.json").required("cases")) {
      one.required("inject").forEach(datagram -> all.add(Vectors.hex(datagram, "wire")));
    }
    for (JsonNode packet : Vectors.file("vl1/packets.json").required("packets")) {
      all.add(Vectors.hex(packet, "wire"));
    }
    return all;
  }

  private static List<byte[]> plain() {
    var all = new ArrayList<byte[]>();
    for (JsonNode packet : Vectors.file("vl1/packets.json").required("packets")) {
      all.add(Vectors.hex(packet, packet.has("plain") ? "plain" : "wire"));
    }
    all.removeIf(packet -> packet.length < 28);
    return all;
  }

  private Vl1 node(String planet) {
    Vl1 vl1 = RecordedNodes.nodeA(planet, output, START_MS);
    vl1.attach(new Networks(new NodeContext(vl1, output, new Random(2)), null, Map.of(), START_MS));
    RecordedNodes.addPeer(vl1, "B", RecordedNodes.endpoint("10.0.2.2/9993"), START_MS);
    RecordedNodes.addPeer(vl1, "R", RecordedNodes.endpoint("10.0.0.1/9993"), START_MS);
    return vl1;
  }

  /** A leaf, and a root, which relays packets and answers more. */
  @ParameterizedTest
  @CsvSource({"planet, 1", "planet-root-A, 2"})
  void survivesArbitraryDatagramsWithinLimits(String planet, long seed) {
    Vl1 vl1 = node(planet);
    var random = new Random(seed);
    InetSocketAddress[] endpoints = {
      RecordedNodes.endpoint("10.0.2.2/9993"),
      RecordedNodes.endpoint("10.0.0.1/9993"),
      RecordedNodes.endpoint("192.88.99.7/1"),
      RecordedNodes.endpoint("2001:db8::1/9993"),
    };
    byte[] me = new WireWriter().address(RecordedNodes.identity("A").address()).toByteArray();
    byte[] buffer = new byte[10_100];
    long nowMs = START_MS;

    for (int i = 0; i < PACKETS; i++) {
      int length =
          switch (i % 4) {
            case 0 -> random(random, me, buffer);
            case 1 -> sealed(random, buffer);
            default -> mutated(random, me, buffer);
          };
      long before = counted(vl1.counters()) + vl1.pendingInbound();
      InetSocketAddress from = endpoints[random.nextInt(endpoints.length)];
      try {
        Datagrams.receive(vl1, from, buffer, length, nowMs);
      } catch (RuntimeException | AssertionError e) {
        throw new AssertionError("seed " + seed + ", packet " + i, e);
      }
      if (counted(vl1.counters()) + vl1.pendingInbound() <= before) {
        throw new AssertionError("seed " + seed + ": packet " + i + " was not counted");
      }
      if (i % PACKETS_A_MILLISECOND == 0) {
        nowMs++;
        vl1.advance(nowMs);
      }
    }
    assertSeen(vl1.counters(), !planet.equals("planet"));
    assertTrue(vl1.peers.all().size() <= MOST_KNOWN_PEERS, "seed " + seed);
    assertTrue(
        vl1.stored()
            <= PendingInbound.MAX_PACKETS
                + 2 * PendingHeads.MAX_HEADS
                + PendingOutbound.MAX_PACKETS
                + WhoisExchange.MAX_PENDING
                + Introductions.MAX_PENDING
                + PortSearch.MAX_SEARCHES
                + SearchBudget.MAX_ADDRESSES
                + SurfaceAddresses.MAX_REPORTS,
        "seed " + seed);

    for (int i = 0; i < 300; i++) {
      nowMs += 5_000;
      vl1.advance(nowMs);
    }
    assertEquals(0, vl1.stored(), "seed " + seed);
    assertEquals(planet.equals("planet") ? 1 : 0, vl1.peers.all().size(), "seed " + seed);
    assertTrue(output.sent < PACKETS / 4, () -> "sent " + output.sent);
  }

  /** Asserts that the packets of this test reach every drop reason and verb. */
  private static void assertSeen(Counters counters, boolean root) {
    Set<Drop> reasons =
        EnumSet.range(Drop.TOO_SHORT, Drop.RATE_LIMITED); // Those of peers; networks have more.
    for (Drop reason : reasons) {
      boolean possible =
          switch (reason) {
            case TOO_MANY_HOPS, NO_ROUTE -> root;
            case NOT_FOR_US -> !root;
            default -> true;
          };
      assertEquals(
          possible, counters.dropped(reason) > 0, () -> reason + " was counted, or was not");
    }
    assertEquals(root, counters.relayedDatagrams() > 0);
    for (Verb verb : Verb.values()) {
      assertTrue(counters.received(verb) > 0, () -> verb + " never came in");
    }
  }

  private static long counted(Counters counters) {
    long all = counters.relayedDatagrams() + counters.fragmentDatagrams();
    for (Drop reason : Drop.values()) {
      all += counters.dropped(reason);
    }
    for (Verb verb : Verb.values()) {
      all += counters.received(verb);
    }
    return all + counters.receivedUnknown();
  }

  private static int random(Random random, byte[] me, byte[] buffer) {
    int length = random.nextInt(8) == 0 ? random.nextInt(buffer.length) : random.nextInt(200);
    if (length > 200) {
      length = Math.min(length, 10_050);
    }
    for (int i = 0; i < Math.min(length, 64); i++) {
      buffer[i] = (byte) random.nextInt();
    }
    if (length > 28 && random.nextBoolean()) {
      System.arraycopy(me, 0, buffer, 8, me.length);
    }
    return length;
  }

  /** An authentic packet with invalid content: its sender is known and malicious. */
  private int sealed(Random random, byte[] buffer) {
    byte[] original = plain.get(random.nextInt(plain.size()));
    int length = original.length;
    System.arraycopy(original, 0, buffer, 0, length);
    for (int i = random.nextInt(3); i > 0 && length > 28; i--) {
      buffer[28 + random.nextInt(length - 28)] = (byte) random.nextInt();
    }
    if (random.nextInt(4) == 0) {
      length = 28 + random.nextInt(length - 27);
    }
    int verb = random.nextInt(3) == 0 ? random.nextInt(256) : original[27];
    long a = RecordedNodes.identity("A").address();
    PacketView.writeHeader(
        buffer, 0, random.nextLong(), a, RecordedNodes.identity("B").address(), verb);
    sealing.seal(random.nextBoolean() ? 3 : 1, buffer, 0, length);
    return length;
  }

  private int mutated(Random random, byte[] me, byte[] buffer) {
    byte[] original = recorded.get(random.nextInt(recorded.size()));
    System.arraycopy(original, 0, buffer, 0, original.length);
    int length = original.length;
    if (length > 13 && random.nextInt(4) != 0) {
      System.arraycopy(me, 0, buffer, 8, me.length);
    }
    switch (random.nextInt(8)) {
      case 0 -> length = random.nextInt(length + 1);
      case 1 -> length = Math.min(buffer.length, length + random.nextInt(40));
      case 2 -> random.nextBytes(new byte[1]); // As it was recorded.
      default -> {
        for (int i = random.nextInt(3); i >= 0; i--) {
          buffer[random.nextInt(Math.max(1, length))] = (byte) random.nextInt();
        }
      }
    }
    return length;
  }
}
