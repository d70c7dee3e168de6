// SPDX-License-Identifier: Apache-2.0
package net.backhaul.controller;

import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The memberships of a network that have ended, by time: for members that return and may have
 * missed the revocations.
 */
final class RevokedMembers {
  /** Maximum memberships; at the limit the one that ended first is evicted. */
  static final int MAX_REVOKED = 65_536;

  private final Map<Long, RevokedMember> byAddress = new HashMap<>();
  private final TreeSet<RevokedMember> byTime =
      new TreeSet<>(
          Comparator.comparingLong(RevokedMember::thresholdMs)
              .thenComparingLong(RevokedMember::address));

  /** Adds a membership that has ended; an earlier end of the same one is replaced. */
  void add(RevokedMember revoked) {
    RevokedMember before = byAddress.get(revoked.address());
    if (before != null && before.thresholdMs() >= revoked.thresholdMs()) {
      return;
    }
    remove(revoked.address());
    byAddress.put(revoked.address(), revoked);
    byTime.add(revoked);
    if (byTime.size() > MAX_REVOKED) {
      byAddress.remove(byTime.removeFirst().address());
    }
  }

  /** Removes a member that is authorized again. */
  void remove(long address) {
    RevokedMember removed = byAddress.remove(address);
    if (removed != null) {
      byTime.remove(removed);
    }
  }

  @Nullable RevokedMember find(long address) {
    return byAddress.get(address);
  }

  /** Returns those that ended after a time, except of one address; the latest first. */
  List<RevokedMember> since(long sinceMs, long exceptAddress, int limit) {
    return byTime.descendingSet().stream()
        .takeWhile(each -> each.thresholdMs() > sinceMs)
        .filter(each -> each.address() != exceptAddress)
        .limit(limit)
        .toList();
  }
}
