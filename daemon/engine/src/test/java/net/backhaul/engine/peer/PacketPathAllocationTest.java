// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine.peer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.InetSocketAddress;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import net.backhaul.engine.DatagramBatch;
import net.backhaul.engine.DatagramRun;
import net.backhaul.engine.StateKey;
import net.backhaul.engine.Traffic;
import net.backhaul.protocol.address.Endpoints;
import net.backhaul.protocol.identity.Identity;
import net.backhaul.protocol.message.Verb;
import net.backhaul.protocol.packet.FragmentView;
import net.backhaul.protocol.packet.PacketCipher;
import net.backhaul.protocol.packet.PacketView;
import net.backhaul.protocol.packet.Packets;
import net.backhaul.testing.AllocationMeter;
import net.backhaul.testing.Vectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Receiving, sending and relaying packets of frames allocates nothing. */
@Tag("alone")
class PacketPathAllocationTest {
  private static final long START_MS = 1_700_000_000_000L;
  private static final int FRAME_BYTES = 1_394;

  private static final InetSocketAddress AT_B = RecordedNodes.endpoint("10.0.2.2/9993");
  private static final InetSocketAddress AT_X = RecordedNodes.endpoint("10.0.8.8/9993");

  private final LastDatagram output = new LastDatagram();
  private final Vl1 root = node("planet-root-A");
  private final Vl1 leaf = node("planet");
  private final byte[] work = new byte[Packets.MAX_BYTES];
  private final DatagramBatch batch = new DatagramBatch(Packets.MAX_BYTES);
  private final PacketRun run = new PacketRun();

  /** Stores the last datagram only. */
  private static final class LastDatagram extends RecordingOutput {
    final byte[] last = new byte[Packets.MAX_BYTES];
    int lastLength;
    InetSocketAddress lastTo = AT_B;
    Traffic lastTraffic = Traffic.CONTROL;
    long sent;

    @Override
    public void sendDatagrams(DatagramRun run) {
      System.arraycopy(run.bytes(), run.start(), last, 0, run.length());
      lastLength = run.length();
      lastTo = run.endpoint();
      lastTraffic = run.traffic();
      sent++;
    }
  }

  /** Treats every packet of a network as one of a member. */
  private static final class Trusting extends NoHandler {
    @Override
    public PacketOutcome receive(InboundPacket packet, Verb verb) {
      return PacketOutcome.TRUSTED;
    }
  }

  private Vl1 node(String planet) {
    Vl1 vl1 = RecordedNodes.nodeA(planet, output, START_MS);
    vl1.attach(new Trusting());
    addPeer(vl1, "B", AT_B);
    addPeer(vl1, "X", AT_X);
    return vl1;
  }

  private static void addPeer(Vl1 vl1, String name, InetSocketAddress at) {
    Peer peer = RecordedNodes.addPeer(vl1, name, at, START_MS);
    peer.lastPathPushSentMs = START_MS;
  }

  private static byte[] sealed(String from, String to, int suite, int payloadBytes) {
    Identity source = RecordedNodes.identity(from);
    Identity destination = RecordedNodes.identity(to);
    byte[] packet = new byte[Packets.HEADER_BYTES + payloadBytes];
    new Random(7).nextBytes(packet);
    PacketView.writeHeader(
        packet, 0, 0x1122334455667788L, destination.address(), source.address(), 6);
    packet[18] = 0;
    PacketCipher.of(source.agree(destination).orElseThrow()).seal(suite, packet, 0, packet.length);
    return packet;
  }

  @Test
  void relaysWithoutAllocation() {
    byte[] packet = sealed("B", "X", Packets.SUITE_AES, FRAME_BYTES);

    long bytes =
        AllocationMeter.bytesPerRun(
            () -> {
              Datagrams.add(batch, AT_B, packet, packet.length);
              root.receive(batch, START_MS);
            });

    assertEquals(0, bytes);
    assertEquals(AT_X, output.lastTo);
    assertEquals(Traffic.DATA, output.lastTraffic);
  }

  @Test
  void classifiesFramesAsData() {
    long to = RecordedNodes.identity("B").address();
    for (Verb verb : Verb.values()) {
      byte[] packet = new byte[Packets.HEADER_BYTES + 40];

      leaf.send(run.to(to, verb).wrapPayload(packet, Packets.HEADER_BYTES, 40), START_MS);

      boolean frame = Set.of(Verb.FRAME, Verb.EXT_FRAME, Verb.MULTICAST_FRAME).contains(verb);
      assertEquals(frame ? Traffic.DATA : Traffic.CONTROL, output.lastTraffic, verb.toString());
    }
  }

  @Test
  void changesOnlyHopsWhenRelaying() {
    byte[] head = sealed("B", "X", Packets.SUITE_AES, FRAME_BYTES);
    Datagrams.receive(root, AT_B, head, START_MS);
    Datagrams.receive(root, AT_B, head, START_MS);
    byte[] relayed = Arrays.copyOf(output.last, output.lastLength);
    head[18] += 1;
    assertEquals(HexFormat.of().formatHex(head), HexFormat.of().formatHex(relayed));

    byte[] fragment = new byte[200];
    new Random(3).nextBytes(fragment);
    FragmentView.writeHeader(fragment, 0, 5, RecordedNodes.identity("X").address(), 3, 2);
    Datagrams.receive(root, AT_B, fragment, START_MS);
    relayed = Arrays.copyOf(output.last, output.lastLength);
    fragment[15] = 1;
    assertEquals(HexFormat.of().formatHex(fragment), HexFormat.of().formatHex(relayed));
  }

  @Test
  void relaysForUnknownPeerOverExpiredPathToRoot() {
    InetSocketAddress atRoot = RecordedNodes.endpoint("10.0.0.1/9993");
    addPeer(leaf, "R", atRoot);
    Path fromB = leaf.peers.get(RecordedNodes.identity("B").address()).paths.getFirst();
    leaf.peers.get(RecordedNodes.identity("X").address()).paths.clear();
    byte[] packet = sealed("B", "X", Packets.SUITE_AES, 40);
    long laterMs = START_MS + Path.EXPIRES_AFTER_MS;
    leaf.trustedPaths.add(fromB, laterMs);

    Datagrams.receive(leaf, AT_B, packet, laterMs);

    assertEquals(atRoot, output.lastTo);
    assertEquals(1, leaf.counters().relayedDatagrams());
  }

  /** The headers before and after a relay of the reference differ in the hop count alone. */
  @Test
  void relaysLikeReference() {
    JsonNode rows = Vectors.file("vl1/fragments.json").required("relayed_headers");
    int pairs = 0;
    for (JsonNode before : rows) {
      for (JsonNode after : rows) {
        byte[] sent = Vectors.hex(before, "first_28_bytes");
        byte[] relayed = Vectors.hex(after, "first_28_bytes");
        boolean fragment = sent[13] == -1;
        sent[fragment ? 15 : 18] += 1;
        if (before.required("sender").asText().equals("A") && Arrays.equals(sent, relayed)) {
          pairs++;
        }
      }
    }
    assertEquals(rows.size() / 2, pairs);
  }

  @Test
  void dropsForeignDatagramsWithoutAllocation() {
    byte[] packet = sealed("B", "X", Packets.SUITE_AES, FRAME_BYTES);

    long bytes =
        AllocationMeter.bytesPerRun(
            () -> {
              Datagrams.add(batch, AT_B, packet, packet.length);
              leaf.receive(batch, START_MS);
            });

    assertEquals(0, bytes);
    assertEquals(0, output.sent);
  }

  @ParameterizedTest
  @ValueSource(ints = {Packets.SUITE_SALSA, Packets.SUITE_AES})
  void receivesFrameWithoutAllocation(int suite) {
    byte[] packet = sealed("B", "A", suite, FRAME_BYTES);

    long bytes =
        AllocationMeter.bytesPerRun(
            () -> {
              Datagrams.add(batch, AT_B, packet, packet.length);
              leaf.receive(batch, START_MS);
            });

    assertTrue(leaf.counters().received(Verb.FRAME) > 0);
    assertEquals(0, bytes);
  }

  @ParameterizedTest
  @ValueSource(ints = {Packets.SUITE_SALSA, Packets.SUITE_AES})
  void sendsFrameWithoutAllocation(int suite) {
    long to = RecordedNodes.identity("B").address();
    leaf.peers.get(to).version(suite == Packets.SUITE_AES ? 12 : 11, 1, 14, 1);

    long bytes =
        AllocationMeter.bytesPerRun(
            () ->
                leaf.send(
                    run.to(to, Verb.FRAME).wrapPayload(work, Packets.HEADER_BYTES, FRAME_BYTES),
                    START_MS));

    assertEquals(AT_B, output.lastTo);
    assertEquals(0, bytes);
  }

  @Test
  void sendsFrameThroughRootWithoutAllocation() {
    addPeer(leaf, "R", RecordedNodes.endpoint("10.0.0.1/9993"));
    Peer peer = leaf.peers.get(RecordedNodes.identity("B").address());
    peer.paths.clear();
    peer.version(11, 1, 14, 1);

    long bytes =
        AllocationMeter.bytesPerRun(
            () ->
                leaf.send(
                    run.to(peer.address, Verb.FRAME)
                        .wrapPayload(work, Packets.HEADER_BYTES, FRAME_BYTES),
                    START_MS));

    assertEquals(RecordedNodes.endpoint("10.0.0.1/9993"), output.lastTo);
    assertEquals(0, bytes);
  }

  @Test
  void readsAndWritesPeerCacheLikeReference() {
    for (JsonNode vector : Vectors.file("vl1/peer_cache.json").required("objects")) {
      byte[] saved = Vectors.hex(vector, "bytes");
      JsonNode decoded = vector.required("decoded");
      Identity identity = Identity.parse(decoded.required("identity").asText());
      var key = new StateKey(StateKey.Kind.PEER, identity.address());
      var recording = new RecordingOutput();
      var table = new PeerTable(RecordedNodes.identity("A"), recording, 10, Map.of(key, saved));

      PeerTable.Restored restored = table.restore(identity.address()).orElseThrow();

      assertEquals(identity, restored.peer().identity);
      assertEquals(decoded.required("protocol").asInt(), restored.peer().protocolVersion);
      List<String> endpoints = restored.endpoints().stream().map(Endpoints::text).toList();
      assertEquals(decoded.required("paths").size(), endpoints.size());
      for (int i = 0; i < endpoints.size(); i++) {
        assertEquals(decoded.required("paths").get(i).asText(), endpoints.get(i));
        restored.peer().addPath(new Path(0, restored.endpoints().get(i)), START_MS);
      }
      assertEquals(
          HexFormat.of().formatHex(saved), HexFormat.of().formatHex(table.save(restored.peer())));
      assertEquals(List.of(key), recording.saved);
    }
  }
}
