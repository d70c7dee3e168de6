// SPDX-License-Identifier: Apache-2.0
package net.backhaul.simulation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import java.util.Random;
import net.backhaul.engine.BondPolicy;
import net.backhaul.engine.BondPolicy.Base;
import net.backhaul.engine.BondPolicy.Selection;
import net.backhaul.engine.Event;
import net.backhaul.engine.PeerStatus;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Bonded hosts whose links die, come back or flap (02 section 3.10). */
class BondFailoverTest extends BondScenario {
  private static final long WITHIN_MS = 1_000;
  private static final BondPolicy BACKUP = BondPolicy.of(Base.ACTIVE_BACKUP);

  private static BondPolicy primary(Selection selection) {
    return policy(
        Base.ACTIVE_BACKUP, selection, Map.of("eth0", link(true, 0), "eth1", link(false, 0)));
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
  void takesOtherLinkWithinOneSecond(long seed) {
    var random = new Random(seed);
    begin(seed);
    countDatagrams();
    isSeparate = random.nextBoolean();
    internet.delay(1 + random.nextInt(60));
    start(2, BACKUP, BACKUP);
    for (int i = 0; i < 6; i++) {
      count();
      stream(1, 500 + random.nextInt(3_000));
      int used = busiestUplink();
      count();

      aliceLinks.get(used).down(true);
      stream(1, 2_000);

      assertGap(WITHIN_MS, "seed " + seed + ", " + i);
      assertTrue(sentOver[1 - used] > 50, () -> "seed " + seed + ": " + status());
      aliceLinks.get(used).down(false);
      stream(1, 500 + random.nextInt(8_000));
    }
  }

  @ParameterizedTest
  @EnumSource(Base.class)
  void everyPolicySurvivesDeathOfLink(Base base) {
    isSeparate = true;
    start(3, BondPolicy.of(base), BondPolicy.of(base));
    stream(4, 2_000);

    for (int uplink = 0; uplink < 3; uplink++) {
      count();
      aliceLinks.get(uplink).down(true);
      stream(4, 3_000);
      int before = received;
      stream(4, 1_000);
      assertEquals(400, received - before, base + ", " + uplink + ": " + status());
      aliceLinks.get(uplink).down(false);
      stream(4, 6_000);
    }
  }

  @Test
  void leavesLinkThatGoesDownAtOnce() {
    start(2, BACKUP, BACKUP);
    stream(1, 2_000);
    int used = busiestUplink();
    count();

    alice.setInterface(ip(ALICE_IP, used), false);
    stream(1, 2_000);

    assertGap(100, "an interface that is down");
    assertEquals(0, sentOver[used]);
  }

  @Test
  void returnsToPrimaryLink() {
    start(2, primary(Selection.ALWAYS), BACKUP);
    stream(1, 3_000);
    count();
    stream(1, 1_000);
    assertEquals(0, busiestUplink());

    aliceLinks.getFirst().down(true);
    stream(1, 3_000);
    aliceLinks.getFirst().down(false);
    stream(1, 3_000);

    count();
    stream(1, 1_000);
    assertEquals(0, sentOver[1], this::status);
    assertEquals(100, received, 3);
    assertEquals(0, reordered);
  }

  @Test
  void staysWithSpareWhereOnlyFailureCounts() {
    start(2, primary(Selection.FAILURE), BACKUP);
    aliceLinks.getFirst().down(true);
    stream(1, 3_000);
    aliceLinks.getFirst().down(false);
    stream(1, 10_000);

    count();
    stream(1, 1_000);
    assertEquals(0, sentOver[0], this::status);
  }

  @Test
  void returnsToPrimaryOnlyWhereItIsNotWorse() {
    isSeparate = true;
    start(2, primary(Selection.BETTER), BACKUP);
    aliceLinks.getFirst().down(true);
    stream(1, 3_000);
    aliceLinks.getFirst().down(false).delay(200);
    stream(1, 8_000);
    count();
    stream(1, 1_000);
    assertEquals(0, sentOver[0], this::status);

    aliceLinks.getFirst().delay(0);
    aliceLinks.getLast().delay(200);
    stream(1, 20_000);
    count();
    stream(1, 1_000);
    assertEquals(0, sentOver[1], this::status);
  }

  @Test
  void optimizesByQuality() {
    isSeparate = true;
    BondPolicy optimize = policy(Base.ACTIVE_BACKUP, Selection.OPTIMIZE, Map.of());
    start(2, optimize, optimize);
    for (int slow = 0; slow < 2; slow++) {
      aliceLinks.get(slow).delay(150);
      aliceLinks.get(1 - slow).delay(0);
      stream(1, 40_000);
      count();
      stream(1, 1_000);
      assertEquals(1 - slow, busiestUplink(), this::status);
    }
  }

  @Test
  void usesTheLinkThatTheFailedOneNames() {
    var named = new BondPolicy.Link(true, 0, BondPolicy.IpPreference.ANY, 0, true, "eth2");
    start(
        3,
        policy(
            Base.ACTIVE_BACKUP,
            Map.of("eth0", named, "eth1", link(false, 1_000), "eth2", link(false, 0))),
        BACKUP);
    stream(1, 4_000);
    count();
    stream(1, 1_000);
    assertEquals(0, busiestUplink(), this::status);

    count();
    aliceLinks.getFirst().down(true);
    stream(1, 2_000);

    assertEquals(2, busiestUplink(), this::status);
  }

  @Test
  void rotates() {
    start(2, BACKUP, BACKUP);
    stream(1, 1_000);
    PeerStatus.PathStatus before = preferred();

    assertTrue(alice.running().rotateBond(bob.nodeAddress(), internet.nowMs()));

    assertNotEquals(
        before.endpoint() + " " + before.socket(),
        preferred().endpoint() + " " + preferred().socket());
    count();
    stream(1, 1_000);
    assertEquals(100, received, 2);
    assertFalse(alice.running().rotateBond(root.nodeAddress(), internet.nowMs()));
  }

  private PeerStatus.PathStatus preferred() {
    return alice.peer(bob).paths().stream()
        .filter(PeerStatus.PathStatus::preferred)
        .findFirst()
        .orElseThrow();
  }

  /** A link that takes our datagrams and loses them, while those of the peer arrive. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void leavesLinkThatIsDeadInOneDirection(boolean isPeerBonded) {
    isSeparate = true;
    start(2, BACKUP, isPeerBonded ? BACKUP : null);
    for (int i = 0; i < 4; i++) {
      stream(1, 2_000);
      count();
      stream(1, 500);
      int used = busiestUplink();
      count();

      deafUplink = used;
      for (int at = 0; at < 20; at++) {
        bob.ping(alice, AD_HOC);
        stream(1, 100);
      }

      assertGap(1_500, "round " + i);
      deafUplink = -1;
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void toleratesLinkThatFlaps(long seed) {
    var random = new Random(seed);
    begin(seed);
    countDatagrams();
    isSeparate = true;
    start(2, primary(Selection.ALWAYS), BACKUP);
    count();
    int rounds = 30;
    for (int i = 0; i < rounds; i++) {
      aliceLinks.getFirst().down(i % 2 == 0);
      stream(1, 300 + random.nextInt(2_000));
    }
    aliceLinks.getFirst().down(true);

    assertGap(WITHIN_MS, "seed " + seed);
    long failovers = alice.events().stream().filter(Event.BondChanged.class::isInstance).count();
    assertTrue(failovers < rounds / 2, () -> failovers + " changes");
  }

  /** Pings of the peer that has no bond are answered again soon, too. */
  @Test
  void peerWithoutBondIsUnharmed() {
    isSeparate = true;
    start(2, BACKUP, null);
    assertNull(bob.peer(alice).bond());
    for (int i = 0; i < 4; i++) {
      stream(1, 3_000);
      count();
      stream(1, 500);
      int used = busiestUplink();
      count();
      aliceLinks.get(used).down(true);
      stream(1, 2_000);
      assertGap(WITHIN_MS, "round " + i);
      int replies = ping(bob, alice, AD_HOC, 20, 50);
      assertTrue(replies >= 15, replies + " replies of 20"); // It notices within 200 ms.
      aliceLinks.get(used).down(false);
      stream(1, 3_000);
    }
  }

  @Test
  void fallsBackToRootWhenAllLinksToPeerDie() {
    start(2, BACKUP, BACKUP);
    stream(1, 1_000);
    isSeparate = true;
    deafUplink = -1;
    count();
    internet.router(
        (from, to, length, trafficClass) ->
            from.getAddress().equals(root.endpoint().getAddress())
                    || to.getAddress().equals(root.endpoint().getAddress())
                ? trafficClass
                : SimulatedInternet.PathModel.LOST);
    stream(1, 6_000);

    assertGap(3_500, "through the root");
    count();
    stream(1, 1_000);
    assertEquals(100, received, 2);
  }

  @Test
  void bondsNeitherRootsNorWithoutPolicy() {
    start(2, BACKUP, null);

    assertNotNull(alice.peer(bob).bond());
    assertEquals(1, alice.peer(bob).bond().policy().base().code());
    assertNull(alice.peer(root).bond());
    assertNull(bob.peer(alice).bond());
    assertTrue(alice.running().isBonding());
    assertFalse(bob.running().isBonding());
  }
}
