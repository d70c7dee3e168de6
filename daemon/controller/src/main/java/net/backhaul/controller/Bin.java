// SPDX-License-Identifier: Apache-2.0
package net.backhaul.controller;

import java.net.InetAddress;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** The removed members of a network in memory. */
final class Bin {
  private final TreeMap<Long, BinnedMember> byAddress = new TreeMap<>();
  private final TreeSet<BinnedMember> byTime =
      new TreeSet<>(
          Comparator.comparingLong(BinnedMember::removedMs)
              .thenComparingLong(BinnedMember::address));
  private final Map<InetAddress, Integer> assignmentCounts = new HashMap<>();
  private long recordSize;

  void put(BinnedMember binned) {
    remove(binned.address());
    byAddress.put(binned.address(), binned);
    byTime.add(binned);
    recordSize += RecordSize.of(binned.member());
    binned
        .member()
        .settings()
        .ipAssignments()
        .forEach(ip -> assignmentCounts.merge(ip, 1, Integer::sum));
  }

  void remove(long address) {
    BinnedMember removed = byAddress.remove(address);
    if (removed != null) {
      byTime.remove(removed);
      recordSize -= RecordSize.of(removed.member());
      for (InetAddress ip : removed.member().settings().ipAssignments()) {
        assignmentCounts.computeIfPresent(ip, (key, count) -> count == 1 ? null : count - 1);
      }
    }
  }

  @Nullable BinnedMember find(long address) {
    return byAddress.get(address);
  }

  /** Returns the one that was removed first; null for none. */
  @Nullable BinnedMember oldest() {
    return byTime.isEmpty() ? null : byTime.first();
  }

  /** Returns all, ascending by address. */
  List<BinnedMember> list() {
    return List.copyOf(byAddress.values());
  }

  /** Returns all, the latest first. */
  List<BinnedMember> latest() {
    return List.copyOf(byTime.descendingSet());
  }

  int size() {
    return byAddress.size();
  }

  /** Returns the {@link RecordSize} of all. */
  long recordSize() {
    return recordSize;
  }

  /** Returns whether one of them has an address, which others get only where no other is free. */
  boolean isAssigned(InetAddress ip) {
    return assignmentCounts.containsKey(ip);
  }
}
