// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine.peer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import net.backhaul.protocol.address.Endpoints;
import org.junit.jupiter.api.Test;

/** The limits of searches for ports. */
class SearchBudgetTest {
  private static final long START_MS = 1_700_000_000_000L;

  private final SearchBudget budget = new SearchBudget();
  private long nowMs = START_MS;

  private static InetAddress ip(int number) {
    return Endpoints.parseIp("192.88." + number / 250 + "." + (1 + number % 250));
  }

  /** Takes as much as possible for some time, and returns how much that was. */
  private int take(SearchBudget.Count peer, int address, long forMs) {
    int taken = 0;
    for (long endMs = nowMs + forMs; nowMs < endMs; nowMs += 10) {
      while (budget.take(peer, ip(address), nowMs)) {
        taken++;
      }
    }
    return taken;
  }

  @Test
  void limitsRate() {
    var peer = new SearchBudget.Count();
    assertEquals(
        SearchBudget.AT_ONCE + SearchBudget.PER_SECOND, take(peer, 0, 1_000), 2, "in a second");
    assertEquals(10 * SearchBudget.PER_SECOND, take(peer, 0, 10_000), 2);
    assertEquals(10 * SearchBudget.PER_SECOND, peer.sent() - 160, 4);
  }

  @Test
  void limitsPeerAndAddressAndNodeInPeriod() {
    var one = new SearchBudget.Count();
    assertEquals(SearchBudget.PER_PEER, take(one, 0, 60_000));
    assertEquals(0, take(one, 1, 1_000), "of a peer at any address");

    var other = new SearchBudget.Count();
    assertEquals(0, take(other, 0, 1_000), "at an address for any peer");

    int all = SearchBudget.PER_PEER;
    for (int i = 2; i < 12; i++) {
      all += take(new SearchBudget.Count(), i, 45_000);
    }
    assertEquals(SearchBudget.PER_NODE, all);

    nowMs += SearchBudget.PERIOD_MS;
    assertTrue(take(one, 0, 1_000) > 0, "in the next period");
  }

  @Test
  void limitsAddresses() {
    for (int i = 0; i < SearchBudget.MAX_ADDRESSES; i++) {
      nowMs += 100;
      assertTrue(budget.take(new SearchBudget.Count(), ip(i), nowMs));
    }
    nowMs += 100;
    assertFalse(budget.take(new SearchBudget.Count(), ip(200), nowMs));
    assertEquals(SearchBudget.MAX_ADDRESSES, budget.addresses());

    nowMs += SearchBudget.PERIOD_MS;
    assertTrue(budget.take(new SearchBudget.Count(), ip(200), nowMs));
    assertEquals(1, budget.addresses());
  }
}
