// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine.peer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Function;
import net.backhaul.crypto.KeyPair;
import net.backhaul.engine.Drop;
import net.backhaul.engine.NodeOptions;
import net.backhaul.engine.PeerReach.Verdict;
import net.backhaul.engine.StateKey;
import net.backhaul.protocol.identity.Identity;
import net.backhaul.protocol.message.EchoOk;
import net.backhaul.protocol.message.Nop;
import net.backhaul.protocol.message.Whois;
import net.backhaul.protocol.packet.Bytes;
import net.backhaul.protocol.packet.PacketView;
import net.backhaul.protocol.packet.Reassembly;
import net.backhaul.protocol.packet.WireWriter;
import net.backhaul.testing.Vectors;
import org.junit.jupiter.api.Test;

/** Floods of one kind of input within a second: what they may cost, and what counts them. */
class FloodsTest {
  private static final long START_MS = 1_700_000_000_000L;
  private static final int PACKETS = 2_000;
  private static final int PEERS = 50;
  private static final InetSocketAddress AT_B = RecordedNodes.endpoint("10.0.2.2/9993");
  private static final InetSocketAddress AT_ROOT = RecordedNodes.endpoint("10.0.0.1/9993");

  private final Random random = new Random(1);
  private final RecordingOutput output = new RecordingOutput();
  private final Vl1 node =
      new Vl1(
          RecordedNodes.identity("A"),
          NodeOptions.DEFAULT,
          output,
          new Random(2),
          Map.of(new StateKey(StateKey.Kind.PLANET, 0), RecordedNodes.world("planet")),
          START_MS);

  private void receive(InetSocketAddress from, byte[] packet, int number) {
    Datagrams.receive(node, from, packet.clone(), START_MS + number * 1_000L / PACKETS);
  }

  private InetSocketAddress forged() throws UnknownHostException {
    byte[] ip = {(byte) (20 + random.nextInt(4)), 0, 0, 0};
    ip[1] = (byte) random.nextInt();
    ip[2] = (byte) random.nextInt();
    ip[3] = (byte) random.nextInt();
    return new InetSocketAddress(InetAddress.getByAddress(ip), 1 + random.nextInt(0xffff));
  }

  private long dropped(Drop reason) {
    return node.counters().dropped(reason);
  }

  private static byte[] recorded(String id) {
    for (JsonNode recorded : Vectors.file("vl1/cases.json").required("cases")) {
      if (recorded.required("id").asText().equals(id)) {
        String wire = recorded.required("inject").get(0).required("wire").asText();
        return HexFormat.of().parseHex(wire);
      }
    }
    throw new AssertionError("no case " + id);
  }

  @Test
  void answersNoHelloThatIsNotAuthentic() throws UnknownHostException {
    byte[] hello = recorded("hello-new");
    int before = node.peers.all().size();
    for (int i = 0; i < PACKETS; i++) {
      byte[] changed = hello.clone();
      changed[changed.length - 1 - random.nextInt(8)] ^= (byte) (1 + random.nextInt(255));
      receive(forged(), changed, i);
    }

    assertEquals(List.of(), output.datagrams);
    assertEquals(before, node.peers.all().size());
    assertEquals(PACKETS, dropped(Drop.BAD_MAC) + dropped(Drop.RATE_LIMITED));
  }

  @Test
  void sendsLessThanReplayedHellosFromForgedAddressesBring() throws UnknownHostException {
    RecordedNodes.addPeer(node, "B", AT_B, START_MS);
    byte[] hello = recorded("hello-old-planet");
    for (int i = 0; i < PACKETS; i++) {
      receive(forged(), hello, i);
    }

    long sent = output.datagrams.stream().mapToLong(datagram -> datagram.bytes().length).sum();
    assertTrue(sent <= (long) PACKETS * hello.length, () -> sent + " bytes");
    assertEquals(PACKETS, dropped(Drop.UNPROVEN_ADDRESS));
    assertTrue(node.stored() <= SurfaceAddresses.MAX_REPORTS, () -> node.stored() + " entries");
  }

  @Test
  void answersOneWhoisOfManyAtATime() {
    RecordedNodes.addPeer(node, "B", AT_B, START_MS);
    RecordedNodes.addPeer(node, "R", AT_ROOT, START_MS);
    long self = RecordedNodes.identity("A").address();
    byte[] whois = Datagrams.sealed("B", "A", new Whois(List.of(self, self, self)));
    for (int i = 0; i < PACKETS; i++) {
      receive(AT_B, whois, i);
    }

    assertTrue(output.datagrams.size() <= 11, () -> output.datagrams.size() + " answers");
    assertTrue(dropped(Drop.RATE_LIMITED) >= PACKETS - 11);
  }

  private static Identity madeUp(int number) {
    KeyPair keys = KeyPair.generate(new Random(number));
    HexFormat hex = HexFormat.of();
    return Identity.parse(
        "20%08x:0:%s:%s"
            .formatted(number, hex.formatHex(keys.publicKey()), hex.formatHex(keys.privateKey())));
  }

  /** Each peer requests our identity, which is answered, and two unknown ones of its own. */
  private int whoisStorm(Function<Integer, InetSocketAddress> from, int hops) {
    RecordedNodes.addPeer(node, "R", AT_ROOT, START_MS);
    Identity self = RecordedNodes.identity("A");
    var storm = new ArrayList<byte[]>();
    for (int i = 0; i < PEERS; i++) {
      Identity peer = madeUp(i);
      RecordedNodes.addPeer(node, peer, from.apply(i), START_MS);
      long unknown = 0x30_0000_0000L + 2 * i;
      var whois = new Whois(List.of(self.address(), unknown, unknown + 1));
      byte[] packet = Datagrams.sealed(peer, self, whois);
      var view = new PacketView();
      view.wrap(packet, 0, packet.length);
      view.hops(hops);
      storm.add(packet);
    }
    for (int i = 0; i < PACKETS; i++) {
      receive(from.apply(i % PEERS), storm.get(i % PEERS), i);
    }
    assertTrue(dropped(Drop.RATE_LIMITED) >= PACKETS - 11 * PEERS, "" + dropped(Drop.RATE_LIMITED));
    long toRoot = output.datagrams.stream().filter(each -> each.to().equals(AT_ROOT)).count();
    return (int) toRoot;
  }

  @Test
  void boundsWhoisStormOfManyPeers() {
    int requests = whoisStorm(number -> RecordedNodes.endpoint("10.1.0.1/" + (1 + number)), 0);

    assertTrue(requests <= 3 * WhoisExchange.MAX_PENDING_FOR_UNKNOWN, requests + " requests");
    int answers = output.datagrams.size() - requests;
    assertTrue(answers >= PEERS && answers <= 11 * PEERS, answers + " answers");
  }

  @Test
  void boundsWhoisStormThroughRoot() {
    int sent = whoisStorm(number -> AT_ROOT, 1);

    int max = 3 * WhoisExchange.MAX_PENDING_FOR_UNKNOWN + 11 * PEERS;
    assertTrue(sent >= PEERS && sent <= max, sent + " answers and requests");
  }

  @Test
  void boundsWhatPacketsOfUnknownSendersCost() throws UnknownHostException {
    RecordedNodes.addPeer(node, "R", AT_ROOT, START_MS);
    byte[] packet = Datagrams.sealed("B", "A", new Nop());
    var view = new PacketView();
    for (int i = 0; i < PACKETS; i++) {
      view.wrap(packet, 0, packet.length);
      long source = 0x1000000000L + random.nextInt(Integer.MAX_VALUE);
      PacketView.writeHeader(packet, 0, i, view.destination(), source, 0);
      receive(forged(), packet, i);
    }

    assertTrue(
        output.datagrams.size() <= 2 * WhoisExchange.MAX_PENDING,
        () -> output.datagrams.size() + " requests");
    assertTrue(node.pendingInbound() <= PendingInbound.MAX_PACKETS);
    assertTrue(dropped(Drop.PENDING_EXPIRED) >= PACKETS - PendingInbound.MAX_PACKETS);
  }

  /** An OK of ours may be captured and sent again from any address. */
  @Test
  void learnsNoPathByReplayedAnswers() throws UnknownHostException {
    RecordedNodes.addPeer(node, "B", AT_B, START_MS);
    byte[] ok = Datagrams.sealed("B", "A", new EchoOk(0x7777777700000001L, Bytes.EMPTY));
    node.context.expectedReplies.expect(0x7777777700000001L);
    node.context.expectedReplies.sentTo(0x7777777700000001L, AT_B);
    var endpoints = new HashSet<InetSocketAddress>();
    for (int i = 0; i < PACKETS; i++) {
      InetSocketAddress from = forged();
      endpoints.add(from);
      receive(from, ok, i);
    }

    Peer b = node.peers.get(RecordedNodes.identity("B").address());
    assertTrue(b.paths.stream().noneMatch(path -> endpoints.contains(path.endpoint)));
    assertTrue(
        output.datagrams.size() <= 2 * Confirmations.MAX_ENDPOINTS,
        () -> output.datagrams.size() + " confirmations");
  }

  /** The answer to a beacon is longer than the beacon, whose source anyone can forge. */
  @Test
  void answersFewBeaconsAndNoneFromTheInternet() throws UnknownHostException {
    RecordedNodes.addPeer(node, "B", AT_B, START_MS);
    long b = RecordedNodes.identity("B").address();
    byte[] beacon = new WireWriter().u64(1).address(b).toByteArray();
    for (int i = 0; i < PACKETS; i++) {
      receive(forged(), beacon, i);
    }
    assertEquals(List.of(), output.datagrams);
    assertEquals(PACKETS, dropped(Drop.UNPROVEN_ADDRESS));

    for (int i = 0; i < PACKETS; i++) {
      receive(RecordedNodes.endpoint("10.0.2.2/" + (1 + i)), beacon, i);
    }
    assertEquals(1, output.datagrams.size());
    assertEquals(PACKETS - 1, dropped(Drop.RATE_LIMITED));
  }

  /** Fragments of packets that never become whole, of more packets than can be stored. */
  @Test
  void boundsFragmentsOfPacketsThatNeverBecomeWhole() throws UnknownHostException {
    long self = RecordedNodes.identity("A").address();
    for (int i = 0; i < PACKETS; i++) {
      byte[] fragment = new byte[1_400];
      random.nextBytes(fragment);
      byte[] header =
          new WireWriter()
              .u64(random.nextLong())
              .address(self)
              .u8(0xff)
              .u8(0x71)
              .u8(0)
              .toByteArray();
      System.arraycopy(header, 0, fragment, 0, header.length);
      receive(forged(), fragment, i);
    }

    assertEquals(List.of(), output.datagrams);
    assertTrue(node.stored() <= 2 * PendingHeads.MAX_HEADS, () -> node.stored() + " entries");
    assertEquals(PACKETS, node.counters().fragmentDatagrams());
    assertEquals(PACKETS - Reassembly.MAX_SETS, dropped(Drop.INCOMPLETE), "evicted");
    node.advance(START_MS + 60_000);
    assertEquals(PACKETS, dropped(Drop.INCOMPLETE), "expired");
  }

  @Test
  void keepsLatestCandidatesOfPeer() {
    var candidates = new Candidates();
    for (int i = 0; i < PACKETS; i++) {
      var endpoint = RecordedNodes.endpoint("10.0.3.1/" + (1 + i));
      candidates.record(endpoint, Verdict.TRIED, START_MS + i);
      candidates.record(endpoint, Verdict.FORBIDDEN, START_MS + i);
    }

    var latest = candidates.latest(START_MS + PACKETS);
    assertEquals(Candidates.MAX_CANDIDATES, latest.size());
    assertEquals(PACKETS, latest.getFirst().endpoint().getPort());
    assertEquals(Verdict.FORBIDDEN, latest.getFirst().verdict());
    assertEquals(2, latest.getFirst().tries());
    assertEquals(List.of(), candidates.latest(START_MS + PACKETS + Candidates.LIFE_MS));
  }

  @Test
  void countsProbesThatWereNotAnsweredInTimeAsLost() {
    var log = new ProbeLog();
    for (int i = 0; i < PACKETS; i++) {
      log.sent(i, START_MS);
    }
    assertEquals(0, log.decided(START_MS));
    assertEquals(ProbeLog.MAX_PROBES, log.decided(START_MS + ProbeLog.LOST_AFTER_MS));
    assertEquals(ProbeLog.MAX_PROBES, log.lost(START_MS + ProbeLog.LOST_AFTER_MS));

    assertTrue(log.answered(PACKETS - 1));
    assertFalse(log.answered(0), "evicted");
    assertEquals(ProbeLog.MAX_PROBES - 1, log.lost(START_MS + ProbeLog.LOST_AFTER_MS));
  }
}
