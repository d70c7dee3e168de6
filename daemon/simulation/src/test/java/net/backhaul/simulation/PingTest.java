// SPDX-License-Identifier: Apache-2.0
package net.backhaul.simulation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import net.backhaul.engine.Event;
import net.backhaul.engine.Node;
import net.backhaul.simulation.SimulatedNat.Kind;
import org.junit.jupiter.api.Test;

/** Pings of an operator over VL1, by ECHO (02 section 2.8). */
class PingTest extends ScenarioTest {
  private static final int DELAY_MS = 10;

  private static List<Event.PingAnswered> answers(SimulatedHost of) {
    return of.events().stream()
        .filter(Event.PingAnswered.class::isInstance)
        .map(Event.PingAnswered.class::cast)
        .toList();
  }

  private Event.PingAnswered ping(SimulatedHost from, SimulatedHost to, int bytes) {
    int before = answers(from).size();
    from.running().ping(to.nodeAddress(), bytes, internet.nowMs());
    internet.run(2_000);
    List<Event.PingAnswered> all = answers(from);
    assertEquals(before + 1, all.size());
    assertEquals(to.nodeAddress(), all.getLast().address());
    return all.getLast();
  }

  @Test
  void measuresDirectRoundTrips() {
    internet.delay(DELAY_MS);
    startMembers();
    assertPings(alice, bob, 2_000);

    for (int bytes : new int[] {Node.MIN_PING_BYTES, 56, 1_500, Node.MAX_PING_BYTES}) {
      Event.PingAnswered answer = ping(alice, bob, bytes);
      assertFalse(answer.relayed(), () -> bytes + " bytes");
      assertEquals(bob.endpoint(), answer.endpoint());
      assertEquals(2 * DELAY_MS, answer.roundTripMs());
    }
  }

  @Test
  void namesTheRootThatRelays() {
    internet.delay(DELAY_MS);
    startMembersBehindNats(Kind.SYMMETRIC, Kind.SYMMETRIC);
    assertPings(alice, bob, 2_000);

    Event.PingAnswered answer = ping(alice, bob, 56);

    assertTrue(answer.relayed());
    assertEquals(root.nodeAddress(), answer.relay());
    assertEquals(4 * DELAY_MS, answer.roundTripMs());
  }

  @Test
  void reachesPeerWhoseIdentityIsUnknown() {
    startMembers();
    ping(alice, bob, 56);
  }

  @Test
  void reportsNoAnswerOfDeadOrUnknownPeer() {
    startMembers();
    assertPings(alice, bob, 2_000);
    bob.kill();
    alice.running().ping(bob.nodeAddress(), 56, internet.nowMs());
    alice.running().ping(0x1234567890L, 56, internet.nowMs());
    internet.run(60_000);
    assertEquals(List.of(), answers(alice));
  }

  @Test
  void evictsOldestOfManyPings() {
    internet.delay(DELAY_MS);
    startMembers();
    assertPings(alice, bob, 2_000);

    alice.running().ping(bob.nodeAddress(), 56, internet.nowMs());
    for (int i = 0; i < 1_000; i++) {
      alice.running().ping(0x1200000000L + i, Node.MIN_PING_BYTES, internet.nowMs());
    }
    internet.run(2_000);

    assertEquals(List.of(), answers(alice));
  }

  @Test
  void rejectsSizesOutOfRange() {
    startMembers();
    for (int bytes : new int[] {Node.MIN_PING_BYTES - 1, Node.MAX_PING_BYTES + 1}) {
      assertThrows(
          IllegalArgumentException.class,
          () -> alice.running().ping(bob.nodeAddress(), bytes, internet.nowMs()));
    }
  }
}
