// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class DeadlinesTest {
  private final Deadlines deadlines = new Deadlines();

  @Test
  void returnsEarliestDeadline() {
    deadlines.set(Deadline.KEEPALIVE, 300);
    deadlines.set(Deadline.CONFIG_REQUEST, 200);
    deadlines.set(Deadline.NETWORK_EXPIRY, 400);

    assertEquals(Deadline.CONFIG_REQUEST, deadlines.next());
    deadlines.clear(Deadline.CONFIG_REQUEST);
    assertEquals(Deadline.KEEPALIVE, deadlines.next());
  }

  @Test
  void movesDeadlineOnlyForward() {
    deadlines.setEarlier(Deadline.PENDING_RETRY, 500);
    deadlines.setEarlier(Deadline.PENDING_RETRY, 700);
    assertEquals(500, deadlines.atMs(Deadline.PENDING_RETRY));

    deadlines.setEarlier(Deadline.PENDING_RETRY, 100);
    assertEquals(100, deadlines.atMs(Deadline.PENDING_RETRY));
  }

  @Test
  void isDueFromItsTimeOn() {
    assertFalse(deadlines.isSet(Deadline.INTRODUCTION));
    assertFalse(deadlines.isDue(Deadline.INTRODUCTION, Deadlines.NEVER - 1));
    deadlines.set(Deadline.INTRODUCTION, 100);

    assertTrue(deadlines.isSet(Deadline.INTRODUCTION));
    assertFalse(deadlines.isDue(Deadline.INTRODUCTION, 99));
    assertTrue(deadlines.isDue(Deadline.INTRODUCTION, 100));
  }
}
