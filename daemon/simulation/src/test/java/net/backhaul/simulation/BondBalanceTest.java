// SPDX-License-Identifier: Apache-2.0
package net.backhaul.simulation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.Random;
import net.backhaul.engine.BondPolicy;
import net.backhaul.engine.BondPolicy.Base;
import net.backhaul.engine.BondStatus;
import net.backhaul.engine.Drop;
import net.backhaul.engine.PeerStatus;
import net.backhaul.protocol.message.Verb;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** How bonds distribute frames over their links (02 section 3.10). */
class BondBalanceTest extends BondScenario {
  private static Map<String, BondPolicy.Link> capacities(long first, long second) {
    return Map.of("eth0", link(false, first), "eth1", link(false, second));
  }

  /** Links of very different delays would reorder a flow that changes between them. */
  @ParameterizedTest
  @EnumSource(
      value = Base.class,
      names = {"BALANCE_XOR", "BALANCE_AWARE"})
  void keepsOrderWithinFlow(Base base) {
    isSeparate = true;
    start(3, BondPolicy.of(base), BondPolicy.of(base));
    aliceLinks.get(1).delay(40);
    aliceLinks.get(2).delay(90);
    stream(40, 2_000);
    internet.run(200);
    count();

    stream(40, 20_000);
    internet.run(1_000);

    assertEquals(0, reordered);
    assertEquals(40 * 2_000, received);
    for (int uplink = 0; uplink < 3; uplink++) {
      assertTrue(sentOver[uplink] > 5 * 2_000, "uplink " + uplink + ": " + sentOver[uplink]);
    }
  }

  /** A link that comes back gets flows again, but not before they pause. */
  @ParameterizedTest
  @EnumSource(
      value = Base.class,
      names = {"BALANCE_XOR", "BALANCE_AWARE"})
  void movesFlowsBackWhenTheyPause(Base base) {
    isSeparate = true;
    start(2, BondPolicy.of(base), BondPolicy.of(base));
    stream(20, 2_000);
    aliceLinks.getFirst().down(true);
    stream(20, 3_000);
    aliceLinks.getFirst().down(false).delay(50);
    stream(20, 8_000);
    count();
    stream(20, 2_000);
    assertEquals(0, sentOver[0]);
    assertEquals(0, reordered);

    internet.run(1_000);
    count();
    stream(20, 2_000);

    assertTrue(sentOver[0] >= 5 * 200, sentOver[0] + " over the link that came back");
    assertEquals(0, reordered);
  }

  @Test
  void distributesByCapacity() {
    isSeparate = true;
    BondPolicy policy = policy(Base.BALANCE_AWARE, capacities(3_000, 1_000));
    start(2, policy, policy);
    count();

    stream(40, 5_000);

    double share = (double) sentOver[0] / (sentOver[0] + sentOver[1]);
    assertEquals(0.75, share, 0.03, this::status);
  }

  @Test
  void avoidsLinkOfPoorQuality() {
    isSeparate = true;
    BondPolicy policy = BondPolicy.of(Base.BALANCE_AWARE);
    start(2, policy, policy);
    aliceLinks.getFirst().loss(0.2);
    stream(1, 20_000);
    count();

    stream(40, 5_000);

    assertTrue(sentOver[0] < sentOver[1], () -> sentOver[0] + " and " + sentOver[1]);
  }

  @Test
  void takesLinksInTurn() {
    isSeparate = true;
    BondPolicy plain = BondPolicy.of(Base.BALANCE_RR);
    BondPolicy policy =
        new BondPolicy(
            "test", plain.base(), plain.timing(), plain.selection(), 4, plain.quality(), Map.of());
    start(3, policy, policy);
    count();

    stream(1, 12_000);

    for (int uplink = 0; uplink < 3; uplink++) {
      assertEquals(400, sentOver[uplink], 8, "uplink " + uplink);
    }
  }

  @Test
  void sendsAllOverAllLinksAndDeliversOnce() {
    isSeparate = true;
    start(2, BondPolicy.of(Base.BROADCAST), BondPolicy.of(Base.BROADCAST));
    aliceLinks.getFirst().loss(0.2);
    aliceLinks.getLast().loss(0.2);
    count();

    stream(1, 10_000);

    assertEquals(960, received, 15);
    assertEquals(0, duplicates);
    assertEquals(800, sentOver[0], 50); // Those that the link did not lose.
    assertEquals(800, sentOver[1], 50);
    assertEquals(640, bob.dropped(Drop.DUPLICATE), 60);
  }

  @Test
  void peerWithoutBondDeliversDuplicatesOfBroadcast() {
    isSeparate = true;
    start(2, BondPolicy.of(Base.BROADCAST), null);
    count();

    stream(1, 2_000);

    assertEquals(400, received, 2);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void boundsFlows(long seed) {
    var random = new Random(seed);
    begin(seed);
    countDatagrams();
    start(2, BondPolicy.of(Base.BALANCE_XOR), null);
    count();
    for (int i = 0; i < 60; i++) {
      stream(100 + random.nextInt(200), EVERY_MS);
    }
    stream(6_000, EVERY_MS);
    internet.run(1_000);

    assertEquals(0, reordered);
    int flows =
        alice.peer(bob).paths().stream()
            .map(PeerStatus.PathStatus::link)
            .mapToInt(BondStatus.LinkStatus::flows)
            .sum();
    assertTrue(flows <= 2_048 && flows > 1_000, flows + " flows");

    internet.run(61_000);
    stream(1, 1_000);
    flows =
        alice.peer(bob).paths().stream()
            .map(PeerStatus.PathStatus::link)
            .mapToInt(BondStatus.LinkStatus::flows)
            .sum();
    assertEquals(1, flows);
  }

  @Test
  void usesOnlyListedLinks() {
    isSeparate = true;
    BondPolicy policy =
        policy(Base.BALANCE_RR, Map.of("eth1", link(false, 0), "eth2", link(false, 0)));
    start(3, policy, BondPolicy.of(Base.BALANCE_RR));
    count();

    stream(1, 5_000);

    assertEquals(0, sentOver[0]);
    assertEquals(2, alice.peer(bob).bond().totalLinks());
  }

  @Test
  void measuresByReportsOfThePeer() {
    isSeparate = true;
    start(2, BondPolicy.of(Base.BALANCE_RR), BondPolicy.of(Base.BALANCE_RR));
    aliceLinks.getFirst().delay(25);

    stream(2, 40_000);

    long reports = bob.running().counters().sent(Verb.QOS_MEASUREMENT);
    assertTrue(reports >= 26, reports + " measurements"); // One for 140 frames with an odd id.
    List<PeerStatus.PathStatus> paths = alice.peer(bob).paths();
    for (PeerStatus.PathStatus path : paths) {
      BondStatus.LinkStatus link = path.link();
      double expected = link.device().equals("eth0") ? 70 : 20;
      assertEquals(expected, link.latencyMs(), 3, this::status);
    }
  }

  @Test
  void sendsDatagramsOfTheMtuOfLink() {
    isSeparate = true;
    start(2, BondPolicy.of(Base.ACTIVE_BACKUP), null);

    PeerStatus.PathStatus used =
        alice.peer(bob).paths().stream()
            .filter(PeerStatus.PathStatus::preferred)
            .findFirst()
            .orElseThrow();
    assertTrue(
        alice.running().setBondMtu(used.link().device(), used.endpoint().getAddress(), 1_300));

    assertEquals(
        List.of(1_300),
        alice.running().diagnosis(internet.nowMs()).peers().stream()
            .filter(each -> each.peer().address() == bob.nodeAddress())
            .map(each -> each.mtuBytes())
            .toList());
    assertTrue(!alice.running().setBondMtu("eth7", bob.endpoint().getAddress(), 1_300));
    assertTrue(!alice.running().setBondMtu("eth0", root.endpoint().getAddress(), 1_300));
  }
}
