// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine.peer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetSocketAddress;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import net.backhaul.engine.peer.PeerSearch.Plan;
import net.backhaul.protocol.message.NatStatement.Mapping;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which ports are guessed, and which side does what. */
class PortGuessesTest {
  @Test
  void guessesEachPortOnce() {
    for (int seed = 0; seed < 20; seed++) {
      var guesses = new PortGuesses(40_000, 0, new Random(seed));
      Set<Integer> seen = new HashSet<>();
      for (int i = 0; i < 64_512; i++) {
        int port = guesses.next();
        assertTrue(port >= 1_024 && port <= 65_535 && seen.add(port), "seed " + seed);
      }
    }
  }

  @Test
  void predictsPortsInOrderFirst() {
    var guesses = new PortGuesses(65_530, 2, new Random(1));
    assertEquals(65_532, guesses.next());
    assertEquals(65_534, guesses.next());
    assertEquals(1_024, guesses.next());
    for (int i = 3; i < PortGuesses.PREDICTED; i++) {
      assertEquals(1_024 + 2 * (i - 2), guesses.next());
    }
    assertFalse(Math.abs(guesses.next() - guesses.next()) == 2);
    assertEquals(39_998, PortGuesses.predicted(40_000, -1, 2));
  }

  @ParameterizedTest
  @CsvSource({
    "40001 40002 40003, 1",
    "40001 40003 40005, 2",
    "40009 40008 40006, -1",
    "40001 40004 40005, 1",
    "40001 40002, 1",
    "40001, 0",
    "40001 40001 40001, 0",
    "40001 40002 40001, 0",
    "40001 40010 40011, 0",
    "4811 60110 33712, 0"
  })
  void findsOrderOfPorts(String ports, int step) {
    var allocation = new PortAllocation();
    int socket = 10;
    for (String port : ports.split(" ")) {
      allocation.observed(socket++, new InetSocketAddress("192.0.2.1", Integer.parseInt(port)));
    }
    assertEquals(step, allocation.step());
  }

  @Test
  void sidesDoOppositeThings() {
    for (Mapping ours : Mapping.values()) {
      for (Mapping theirs : Mapping.values()) {
        Plan plan = PeerSearch.plan(ours, theirs, false);
        Plan opposite = PeerSearch.plan(theirs, ours, false);
        assertEquals(plan.guesses(), opposite.opens(), ours + " " + theirs);
        boolean possible =
            ours != theirs || ours == Mapping.UNDETERMINED; // One may be endpoint-independent.
        assertEquals(possible, plan.guesses() || plan.opens(), ours + " " + theirs);
      }
    }
    Mapping symmetric = Mapping.ENDPOINT_DEPENDENT;
    assertEquals(new Plan(false, true, true), PeerSearch.plan(symmetric, symmetric, true));
  }
}
