// SPDX-License-Identifier: Apache-2.0
package net.backhaul.simulation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import net.backhaul.controller.CapabilityDefinition;
import net.backhaul.engine.Drop;
import net.backhaul.protocol.ethernet.EtherTypes;
import net.backhaul.protocol.network.Rule;
import net.backhaul.protocol.packet.Bytes;
import net.backhaul.protocol.packet.WireWriter;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Tags and capabilities that the controller saves decide on frames within a second. */
class PromptCredentialsTest extends ScenarioTest {
  private static final long TEAM = 1;
  private static final long PING = 9;

  /** The rule manual's example of teams: members exchange frames with those of their own. */
  private static final List<Rule> SAME_TEAM =
      List.of(
          match(Rule.MATCH_ETHERTYPE, new WireWriter().u16(EtherTypes.ARP)),
          Rule.action(Rule.ACTION_ACCEPT),
          match(Rule.MATCH_TAGS_DIFFERENCE, new WireWriter().u32(TEAM).u32(0)),
          Rule.action(Rule.ACTION_ACCEPT));

  private static final List<Rule> ARP_ONLY = SAME_TEAM.subList(0, 2);

  private SimulatedController controller;
  private long network;

  private static Rule match(int type, WireWriter field) {
    return Rule.match(type, Bytes.of(field.toByteArray()));
  }

  @BeforeEach
  void joinTwoMembers() {
    controller = scenario.startRoot().startController().controller();
    network = controller.createNetwork(1, "10.147.17");
    alice = scenario.startHost(ALICE_IP);
    bob = scenario.startHost(BOB_IP);
    internet.run(200);
    for (SimulatedHost member : List.of(alice, bob)) {
      controller.authorize(member, network);
      member.join(network);
    }
    internet.run(2_000);
    assertPings(alice, bob, network, 2_000);
    assertPings(bob, alice, network, 1_000);
  }

  private void rules(List<Rule> rules) {
    controller.rules(
        network,
        rules,
        List.of(new CapabilityDefinition(PING, false, List.of(Rule.action(Rule.ACTION_ACCEPT)))));
    internet.run(2_000);
  }

  private void team(SimulatedHost member, long team) {
    controller.credentials(member, network, Map.of(TEAM, team), List.of());
  }

  private void assertReaches(boolean expected, String when) {
    internet.run(900);
    for (SimulatedHost from : List.of(alice, bob)) {
      SimulatedHost to = from == alice ? bob : alice;
      assertEquals(expected ? 1 : 0, ping(from, to, network, 1, 90), when);
    }
  }

  @Test
  void tagDecidesWithinASecondEachWay() {
    rules(SAME_TEAM);
    team(alice, 1);
    team(bob, 1);
    assertReaches(true, "both are of one team");

    for (int round = 0; round < 5; round++) {
      team(bob, 2);
      assertReaches(false, "bob has left in round " + round);
      team(alice, 2);
      assertReaches(true, "alice has followed in round " + round);
      team(alice, 1);
      assertReaches(false, "alice has left in round " + round);
      team(bob, 1);
      assertReaches(true, "bob has followed in round " + round);
    }
  }

  /** Each change reaches the other member, and not only the first of a second. */
  @Test
  void lastOfSeveralTagsWithinASecondDecides() {
    rules(SAME_TEAM);
    team(alice, 1);
    team(bob, 1);
    assertReaches(true, "both are of one team");

    for (long team = 2; team < 5; team++) {
      team(bob, team);
      internet.run(100);
    }
    assertReaches(false, "bob is of another team");
    for (long team = 3; team >= 1; team--) {
      team(bob, team);
      internet.run(100);
    }
    assertReaches(true, "bob is back");
    assertEquals(0, alice.dropped(Drop.RATE_LIMITED));
  }

  @Test
  void capabilityDecidesWithinASecondEachWay() {
    rules(ARP_ONLY);
    assertReaches(false, "no rule accepts");

    for (SimulatedHost member : List.of(alice, bob)) {
      controller.credentials(member, network, Map.of(), List.of(PING));
    }
    assertReaches(true, "both have the capability");

    // What members still hold of each other is revoked.
    for (SimulatedHost member : List.of(alice, bob)) {
      controller.credentials(member, network, Map.of(), List.of());
    }
    assertReaches(false, "both have lost the capability");
    for (SimulatedHost member : List.of(alice, bob)) {
      controller.credentials(member, network, Map.of(), List.of(PING));
    }
    assertReaches(true, "both have it again");

    controller.rules(network, ARP_ONLY, List.of());
    assertReaches(false, "the network has no such capability any more");
  }

  @Test
  void removedTagDecidesWithinASecondEachWay() {
    rules(SAME_TEAM);
    team(alice, 1);
    team(bob, 1);
    assertReaches(true, "both are of one team");

    controller.credentials(bob, network, Map.of(), List.of());
    assertReaches(false, "bob is of no team");
    team(bob, 1);
    assertReaches(true, "bob is back");
  }

  /** A script that changes one member after the other makes a revocation for each. */
  @Test
  void manyRemovalsAtOnceReachAMember() {
    rules(SAME_TEAM);
    team(alice, 1);
    team(bob, 1);
    assertReaches(true, "both are of one team");

    for (int i = 0; i < 20; i++) {
      controller.credentials(bob, network, Map.of(TEAM, 1L, 100L + i, 1L), List.of());
      controller.credentials(bob, network, Map.of(TEAM, 1L), List.of());
      internet.run(20);
    }
    Map<Long, Long> all = new HashMap<>(Map.of(TEAM, 1L));
    LongStream.range(100, 200).forEach(tag -> all.put(tag, 1L));
    controller.credentials(bob, network, all, List.of());
    assertReaches(true, "bob has many tags");
    controller.credentials(bob, network, Map.of(), List.of());
    assertReaches(false, "bob is of no team");
    assertEquals(0, alice.dropped(Drop.RATE_LIMITED));
  }

  /** Neither member sends a frame between the change and the moment at which it has to decide. */
  @Test
  void credentialsArriveWithoutFrames() {
    rules(SAME_TEAM);
    team(alice, 1);
    team(bob, 2);
    internet.run(30_000);
    assertReaches(false, "the teams differ");
    internet.run(30_000);
    long before = alice.dropped(Drop.BLOCKED_BY_RULES_OUTBOUND);

    team(bob, 1);
    internet.run(900);

    assertEquals(1, ping(alice, bob, network, 1, 90));
    assertTrue(before > 0, "frames were blocked before");
    assertEquals(before, alice.dropped(Drop.BLOCKED_BY_RULES_OUTBOUND));
  }
}
