// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine.peer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import net.backhaul.engine.Drop;
import net.backhaul.engine.LocalSocket;
import net.backhaul.engine.NodeOptions;
import net.backhaul.engine.StateKey;
import net.backhaul.protocol.message.NatStatement;
import net.backhaul.protocol.message.NatStatement.Mapping;
import net.backhaul.protocol.message.PushDirectPaths;
import net.backhaul.protocol.message.Rendezvous;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a peer can make a node send by statements about a NAT (02 section 4.10). */
class PortSearchLimitsTest {
  private static final long START_MS = 1_700_000_000_000L;
  private static final int HOPS_AT = 18;
  private static final InetSocketAddress AT_ROOT = RecordedNodes.endpoint("10.0.0.1/9993");
  private static final InetSocketAddress SEEN = RecordedNodes.endpoint("192.88.99.20/4000");
  private static final InetSocketAddress VICTIM = RecordedNodes.endpoint("192.88.99.200/4000");

  private final RecordingOutput output = new RecordingOutput();
  private final Vl1 node =
      new Vl1(
          RecordedNodes.identity("A"),
          NodeOptions.DEFAULT,
          output,
          new Random(1),
          Map.of(new StateKey(StateKey.Kind.PLANET, 0), RecordedNodes.world("planet")),
          START_MS);
  private long nowMs = START_MS;
  private Peer peer;

  @BeforeEach
  void start() {
    node.socketsChanged(
        List.of(new LocalSocket(0, RecordedNodes.endpoint("10.0.9.9/9993"))), nowMs);
    RecordedNodes.addPeer(node, "R", AT_ROOT, nowMs);
    peer = node.peers.add(RecordedNodes.identity("B").withoutPrivateKey()).orElseThrow();
    peer.lastTrustMs = nowMs;
    output.datagrams.clear();
  }

  private void introduce(InetSocketAddress endpoint) {
    var introduction = new Rendezvous(0, peer.address, endpoint);
    Datagrams.receive(node, AT_ROOT, Datagrams.sealed("R", "A", introduction), nowMs);
  }

  private void state(InetSocketAddress latest) {
    var statement = new NatStatement(Mapping.ENDPOINT_DEPENDENT, 0, true);
    var pushed = new PushDirectPaths.PushedEndpoint(0, latest, statement);
    byte[] packet = Datagrams.sealed("B", "A", new PushDirectPaths(List.of(pushed)));
    packet[HOPS_AT]++;
    Datagrams.receive(node, AT_ROOT, packet, nowMs);
  }

  private void run(long ms) {
    for (long endMs = nowMs + ms; nowMs < endMs; nowMs += PortSearch.TICK_MS) {
      node.advance(nowMs);
    }
  }

  private Map<InetAddress, Long> sent() {
    return output.datagrams.stream()
        .collect(Collectors.groupingBy(each -> each.to().getAddress(), Collectors.counting()));
  }

  @Test
  void searchesWhereRootHasSeenPeer() {
    introduce(SEEN);
    state(SEEN);
    run(30_000);

    assertEquals(PeerSearch.GUESSES, node.counters().searchProbes());
    assertTrue(sent().get(SEEN.getAddress()) >= PeerSearch.GUESSES);
    assertEquals(Mapping.ENDPOINT_DEPENDENT, peer.nat.mapping());
  }

  @Test
  void sendsNothingToAddressThatNoRootHasSeen() {
    introduce(SEEN);
    state(VICTIM);
    run(30_000);

    assertEquals(0, node.counters().searchProbes());
    assertEquals(null, sent().get(VICTIM.getAddress()));
    assertEquals(1, node.counters().dropped(Drop.UNPROVEN_ADDRESS));
  }

  @Test
  void sendsNothingForPeersThatAreNoMembers() {
    peer.lastTrustMs = Peer.NEVER;
    introduce(SEEN);
    state(SEEN);
    run(30_000);

    assertEquals(0, node.counters().searchProbes());
    assertEquals(1, node.counters().dropped(Drop.RATE_LIMITED));
  }

  @Test
  void boundsWhatRepeatedStatementsCause() {
    Map<Long, Long> bySecond = new HashMap<>();
    long before = 0;
    for (int i = 0; i < SearchBudget.PERIOD_MS / 1_000; i++) {
      peer.lastTrustMs = nowMs;
      if (i % 25 == 0) {
        introduce(SEEN);
      }
      state(SEEN);
      state(SEEN);
      run(1_000);
      bySecond.put(nowMs, node.counters().searchProbes() - before);
      before = node.counters().searchProbes();
    }

    assertTrue(before <= SearchBudget.PER_PEER, () -> "sent " + node.counters().searchProbes());
    assertTrue(before > PeerSearch.GUESSES, "several attempts");
    int mostInSecond = SearchBudget.PER_SECOND + SearchBudget.AT_ONCE;
    assertTrue(bySecond.values().stream().allMatch(each -> each <= mostInSecond));
    assertTrue(node.counters().dropped(Drop.RATE_LIMITED) > 0, "statements");
    assertTrue(
        output.datagrams.stream()
            .filter(each -> each.to().getAddress().equals(SEEN.getAddress()))
            .allMatch(each -> each.bytes().length <= 150));
  }
}
