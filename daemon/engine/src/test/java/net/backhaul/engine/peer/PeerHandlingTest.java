// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine.peer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.backhaul.engine.Deadline;
import net.backhaul.engine.Drop;
import net.backhaul.engine.Event;
import net.backhaul.engine.LatencyHistogram;
import net.backhaul.engine.NodeOptions;
import net.backhaul.engine.PeerStatus;
import net.backhaul.engine.StateKey;
import net.backhaul.engine.network.Networks;
import net.backhaul.engine.network.NodeContext;
import net.backhaul.protocol.identity.Identity;
import net.backhaul.protocol.message.Echo;
import net.backhaul.protocol.message.ErrorMessage;
import net.backhaul.protocol.message.Nop;
import net.backhaul.protocol.message.PushDirectPaths;
import net.backhaul.protocol.message.UserMessage;
import net.backhaul.protocol.message.Verb;
import net.backhaul.protocol.packet.Bytes;
import net.backhaul.protocol.packet.PacketView;
import net.backhaul.protocol.packet.Packets;
import net.backhaul.protocol.packet.WireWriter;
import net.backhaul.protocol.world.World;
import net.backhaul.testing.Vectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The handling of peers that no recording covers. */
class PeerHandlingTest {
  private static final long START_MS = 1_700_000_000_000L;
  private static final InetSocketAddress AT_B = RecordedNodes.endpoint("10.0.2.2/9993");
  private static final InetSocketAddress AT_ROOT = RecordedNodes.endpoint("10.0.0.1/9993");
  private static final StateKey PLANET = new StateKey(StateKey.Kind.PLANET, 0);
  private static final Bytes EMPTY = Bytes.EMPTY;
  private static final long B = RecordedNodes.identity("B").address();
  private static final long SELF = RecordedNodes.identity("A").address();
  private static final long ROOT = RecordedNodes.identity("R").address();

  private final RecordingOutput output = new RecordingOutput();
  private final Vl1 leaf = node(Map.of());

  private Vl1 node(Map<StateKey, byte[]> saved) {
    var all = new HashMap<>(saved);
    all.putIfAbsent(new StateKey(StateKey.Kind.PLANET, 0), RecordedNodes.world("planet"));
    var vl1 =
        new Vl1(
            RecordedNodes.identity("A"), NodeOptions.DEFAULT, output, new Random(1), all, START_MS);
    vl1.attach(new Networks(new NodeContext(vl1, output, new Random(2)), null, Map.of(), START_MS));
    return vl1;
  }

  private static Peer addPeer(Vl1 vl1, String name, InetSocketAddress at) {
    return RecordedNodes.addPeer(vl1, name, at, START_MS);
  }

  private void receive(InetSocketAddress from, byte[] packet, long nowMs) {
    Datagrams.receive(leaf, from, packet, nowMs);
  }

  private long sent(String verb, @Nullable InetSocketAddress to) {
    return output.datagrams.stream()
        .filter(datagram -> to == null || datagram.to().equals(to))
        .filter(datagram -> verb.equals(Decoded.of(datagram).get("verb")))
        .count();
  }

  @Test
  void dropsReplyToOverlongEcho() {
    addPeer(leaf, "B", AT_B);
    byte[] echo = Datagrams.sealed("B", "A", new Echo(Bytes.of(new byte[9_996])));

    receive(AT_B, echo, START_MS);

    assertEquals(1, leaf.counters().received(Verb.ECHO));
    assertEquals(1, leaf.counters().dropped(Drop.TOO_LONG));
    assertEquals(List.of(), output.datagrams);
  }

  @Test
  void sendsWorldsToProvenAddressesAlone() {
    byte[] hello = HexFormat.of().parseHex(helloWithOldPlanet());
    addPeer(leaf, "B", AT_B);

    receive(RecordedNodes.endpoint("192.88.99.9/9993"), hello.clone(), START_MS);

    assertEquals(Verb.OK.name(), Decoded.of(output.datagrams.getFirst()).get("verb"));
    assertTrue(output.datagrams.getFirst().bytes().length <= hello.length);
    assertEquals(1, leaf.counters().dropped(Drop.UNPROVEN_ADDRESS));

    output.datagrams.clear();
    receive(AT_B, hello.clone(), START_MS);

    assertTrue(output.datagrams.getFirst().bytes().length > hello.length);
    assertEquals(1, leaf.counters().dropped(Drop.UNPROVEN_ADDRESS));
  }

  @Test
  void answersEncryptedHelloOfKnownPeersAlone() {
    byte[] hello = HexFormat.of().parseHex(helloWithOldPlanet());
    Decoded.cipher(B, RecordedNodes.identity("A").address())
        .seal(Packets.SUITE_SALSA, hello, 0, hello.length);

    receive(AT_B, hello.clone(), START_MS);
    assertEquals(0, sent("OK", AT_B), "an unknown sender");

    addPeer(leaf, "B", AT_B);
    receive(AT_B, hello.clone(), START_MS);
    assertEquals(1, sent("OK", AT_B));
  }

  private static String helloWithOldPlanet() {
    for (JsonNode recorded : Vectors.file("vl1/cases.json").required("cases")) {
      if (recorded.required("id").asText().equals("hello-old-planet")) {
        return recorded.required("inject").get(0).required("wire").asText();
      }
    }
    throw new AssertionError("no such case");
  }

  @Test
  void countsPacketsAndErrorsOfPeer() {
    addPeer(leaf, "B", AT_B);
    byte[] error =
        Datagrams.sealed("B", "A", new ErrorMessage(1, 5, ErrorMessage.OBJ_NOT_FOUND, 0, EMPTY));
    receive(AT_B, error, START_MS);
    error[40] ^= 1;
    receive(AT_B, error, START_MS);
    leaf.send(B, new ErrorMessage(1, 6, ErrorMessage.UNWANTED_MULTICAST, 0, EMPTY), START_MS);
    leaf.send(B, new UserMessage(1, EMPTY), START_MS);

    PeerStatus status =
        leaf.peerStatuses(START_MS).stream()
            .filter(each -> each.address() == B)
            .findFirst()
            .orElseThrow();
    assertEquals(new PeerStatus.PacketCounts(1, 2, 1), status.packets());
    assertEquals(1, leaf.counters().errorsReceived(ErrorMessage.OBJ_NOT_FOUND));
    assertEquals(0, leaf.counters().errorsSent(ErrorMessage.OBJ_NOT_FOUND));
    assertEquals(1, leaf.counters().errorsSent(ErrorMessage.UNWANTED_MULTICAST));
  }

  @Test
  void recordsLatencyAtEachKeepalive() {
    addPeer(leaf, "B", AT_B).paths.getFirst().recordRoundTrip(0);
    leaf.peers.get(B).paths.getFirst().recordRoundTrip(5);
    leaf.advance(START_MS);
    leaf.advance(START_MS + Keepalive.CHECK_EVERY_MS);

    LatencyHistogram latencies = leaf.peers.get(B).counters.latency.snapshot();
    assertEquals(2, latencies.count());
  }

  @Test
  void reportsThatARootIsOnlineByItself() {
    Vl1 root = node(Map.of(PLANET, RecordedNodes.world("planet-root-A")));
    root.advance(START_MS);

    assertEquals(List.of(new Event.Online(true)), output.events);
  }

  /** An internal error while a pending packet is handled must not keep later ones pending. */
  @Test
  void retriesPendingPacketsAfterAnError() {
    addPeer(leaf, "B", AT_B);
    var handler = new FailingOnce();
    leaf.attach(handler);
    byte[] packet = Datagrams.sealed("B", "A", new Echo(Bytes.EMPTY));
    PacketView.writeHeader(packet, 0, 77, SELF, B, Verb.MULTICAST_LIKE.number());
    Decoded.cipher(B, SELF).seal(Packets.SUITE_SALSA, packet, 0, packet.length);
    receive(AT_B, packet, START_MS);
    leaf.retryPending(START_MS);
    assertThrows(IllegalStateException.class, () -> leaf.advance(START_MS));

    receive(AT_B, packet, START_MS + 1);
    assertEquals(1, leaf.pendingInbound());
    leaf.retryPending(START_MS + 1);
    leaf.advance(START_MS + 1);

    assertEquals(4, handler.received);
    assertEquals(0, leaf.pendingInbound());
    assertFalse(leaf.deadlines().isDue(Deadline.PENDING_READY, START_MS + 1), "not in the past");
  }

  /** Each packet is pending at first; the first that is retried fails. */
  private static final class FailingOnce extends NoHandler {
    int received;

    @Override
    public PacketOutcome receive(InboundPacket packet, Verb verb) {
      received++;
      if (received == 2) {
        throw new IllegalStateException("as the test demands");
      }
      return received % 2 == 1 ? PacketOutcome.PENDING : PacketOutcome.ACCEPTED;
    }
  }

  @Test
  void dropsPayloadLongerThanPacket() {
    leaf.send(B, new UserMessage(1, Bytes.of(new byte[9_990])), START_MS);
    leaf.send(
        new PacketRun().to(B, Verb.FRAME).wrapPayload(new byte[10_100], 28, 10_010), START_MS);
    addPeer(leaf, "B", AT_B);
    leaf.advance(START_MS + 500);

    assertEquals(2, leaf.counters().dropped(Drop.TOO_LONG));
    assertEquals(0, leaf.stored());
  }

  @Test
  void limitsPathsAddedByRedirects() {
    Peer peer = addPeer(leaf, "B", AT_B);
    for (int push = 0; push < 20; push++) {
      var paths = new ArrayList<PushDirectPaths.PushedEndpoint>();
      for (int i = 0; i < 200; i++) {
        paths.add(
            new PushDirectPaths.PushedEndpoint(
                2, RecordedNodes.endpoint("10.7." + push + "." + i + "/1")));
      }
      receive(
          AT_B, Datagrams.sealed("B", "A", new PushDirectPaths(paths)), START_MS + push * 31_000L);
    }
    assertTrue(peer.paths.size() <= Peer.MAX_PATHS, () -> "paths: " + peer.paths.size());
    assertTrue(sent("HELLO", null) <= 20 * 9, () -> "HELLOs: " + sent("HELLO", null));
  }

  @Test
  void replacesPathsOfSameIpv6PrefixByRedirect() {
    Peer peer = addPeer(leaf, "B", RecordedNodes.endpoint("2001:db8:1:2::5/9993"));
    peer.paths.getFirst().priority = 9;
    var path = new Path(0, RecordedNodes.endpoint("2001:db8:1:2:9::1/9993"));

    peer.redirect(path);

    assertEquals(List.of(path), peer.paths);
  }

  /** Packets of a peer that alternates between endpoints must not each cause a HELLO. */
  @Test
  void confirmsEachNewEndpointOncePerSecond() {
    addPeer(leaf, "B", AT_B);
    byte[] packet = Datagrams.sealed("B", "A", new Nop());
    InetSocketAddress one = RecordedNodes.endpoint("10.0.3.3/9993");
    InetSocketAddress other = RecordedNodes.endpoint("10.0.4.4/9993");
    for (int i = 0; i < 100; i++) {
      receive(i % 2 == 0 ? one : other, packet, START_MS + i * 10);
    }
    assertEquals(1, sent("HELLO", one));
    assertEquals(1, sent("HELLO", other));

    for (int i = 0; i < 100; i++) {
      receive(RecordedNodes.endpoint("10.1.1." + i + "/9993"), packet, START_MS + 2_000);
    }
    assertEquals(2 + Confirmations.MAX_ENDPOINTS, sent("HELLO", null));

    receive(one, packet, START_MS + 3_000);
    assertEquals(2, sent("HELLO", one));
  }

  /** The root may be the only node that can send us the moon, and we have a path to it. */
  @Test
  void requestsMoonFromSeedThatIsAlreadyRoot() {
    addPeer(leaf, "R", AT_ROOT);
    leaf.advance(START_MS);
    output.datagrams.clear();

    leaf.orbit(0x1122334455L, ROOT, null, START_MS + 1_000);
    leaf.advance(START_MS + 1_000);

    assertEquals(1, sent("HELLO", AT_ROOT));
  }

  /** Its other address may not have answered when we started, or we had no such address then. */
  @Test
  void sendsHelloToRootOverFamilyWithoutPath() {
    InetSocketAddress atRoot6 = RecordedNodes.endpoint("2001:db8::1/9993");
    Identity root = RecordedNodes.identity("R");
    var planet =
        World.make(
            World.Type.PLANET,
            1,
            START_MS,
            root.publicKey(),
            List.of(new World.Root(root.withoutPrivateKey(), List.of(AT_ROOT, atRoot6))),
            root.keyPair());
    var bytes = new WireWriter();
    planet.writeTo(bytes);
    Vl1 node = node(Map.of(new StateKey(StateKey.Kind.PLANET, 0), bytes.toByteArray()));
    Peer peer = addPeer(node, "R", AT_ROOT);
    peer.lastHelloSentMs = START_MS;
    for (long nowMs = START_MS; nowMs < START_MS + 220_000; nowMs += 5_000) {
      peer.paths.getFirst().lastInMs = nowMs;
      node.advance(nowMs);
    }
    assertEquals(0, sent("HELLO", atRoot6));

    peer.paths.getFirst().lastInMs = START_MS + 224_000;
    node.advance(START_MS + 225_000);

    assertEquals(1, sent("HELLO", AT_ROOT));
    assertEquals(1, sent("HELLO", atRoot6));
  }

  @Test
  void marksLongHelloAsFragmented() {
    for (int moon = 1; moon <= 100; moon++) {
      leaf.orbit(moon, ROOT, null, START_MS);
    }
    leaf.advance(START_MS);

    assertTrue(output.datagrams.size() >= 2);
    assertEquals("(head of a fragmented packet)", Decoded.of(output.datagrams.get(0)).get("verb"));
    assertEquals("1 of 2", Decoded.of(output.datagrams.get(1)).get("fragment"));
  }

  @Test
  void savesLastEndpointsOfPeerWithoutPaths() {
    Peer peer = addPeer(leaf, "B", AT_B);
    peer.lastNonTrivialMs = START_MS;
    for (long nowMs = START_MS; nowMs < START_MS + 600_000; nowMs += 5_000) {
      leaf.advance(nowMs);
    }
    assertNull(leaf.peers.get(B));

    // Its keys are gone with it.
    assertThrows(
        IllegalStateException.class,
        () -> peer.cipher.seal(Packets.SUITE_POLY, new byte[64], 0, 64));

    // It does not answer the first time either.
    for (int times = 0; times < 2; times++) {
      PeerTable.Restored again = leaf.peers.restore(B).orElseThrow();
      assertEquals(List.of(AT_B), again.endpoints());
      leaf.peers.expire(again.peer());
    }
  }

  @Test
  void keepsBusyPathTrusted() throws Exception {
    var trusted = new TrustedPaths();
    var used = new Path(0, AT_B);
    for (int i = 0; i < 2 * TrustedPaths.MAX_PATHS; i++) {
      long nowMs = START_MS + i * 50L;
      InetAddress ip = InetAddress.getByAddress(new byte[] {10, 9, (byte) (i >> 8), (byte) i});
      trusted.add(used, nowMs);
      trusted.add(new Path(0, new InetSocketAddress(ip, 1)), nowMs);
    }
    assertTrue(trusted.contains(AT_B, START_MS + 500_000));
    assertFalse(trusted.contains(AT_ROOT, START_MS + 500_000));
  }
}
