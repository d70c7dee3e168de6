// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine.peer;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The paths that recent flows take, so that a flow stays on one and its order is kept.
 *
 * <p>Set-associative and of fixed size: where a set is full of flows in use, the path of a new flow
 * is selected by its hash for each packet, which keeps its order too.
 */
final class FlowTable {
  /** Maximum flows of a bond. */
  static final int MAX_FLOWS = 2_048;

  /** A flow that was silent for so long expires. */
  static final long EXPIRE_AFTER_MS = 60_000;

  /** A flow that was silent for so long may change its path: its packets have arrived. */
  static final long PAUSE_MS = 500;

  private static final int WAYS = 4;
  private static final int SETS = MAX_FLOWS / WAYS;

  private final int[] keys = new int[MAX_FLOWS];
  private final long[] usedMs = new long[MAX_FLOWS];
  private final @Nullable BondMember[] members = new @Nullable BondMember[MAX_FLOWS];

  /** The place of the flow that was looked up last, or -1. */
  private int found;

  FlowTable() {
    Arrays.fill(usedMs, Peer.NEVER);
  }

  /** Looks a flow up; returns the path that it took last, or null for a new one. */
  @Nullable BondMember find(int flow, long nowMs) {
    int set = set(flow);
    int free = -1;
    for (int at = set; at < set + WAYS; at++) {
      if (keys[at] == flow && members[at] != null && nowMs - usedMs[at] < EXPIRE_AFTER_MS) {
        found = at;
        return members[at];
      }
      if (members[at] == null || nowMs - usedMs[at] >= PAUSE_MS) {
        free = free < 0 || usedMs[at] < usedMs[free] ? at : free;
      }
    }
    found = free;
    if (free >= 0) {
      keys[free] = flow;
      members[free] = null;
      usedMs[free] = Peer.NEVER;
    }
    return null;
  }

  /** Returns whether the flow that was looked up has, or can have, a place. */
  boolean hasPlace() {
    return found >= 0;
  }

  /** Returns whether the flow that was looked up has paused, so that it may change its path. */
  boolean hasPaused(long nowMs) {
    return nowMs - usedMs[found] >= PAUSE_MS;
  }

  /** Records the path of the flow that was looked up. */
  void use(BondMember member, long nowMs) {
    members[found] = member;
    usedMs[found] = nowMs;
  }

  /** Counts the flows of each path, and removes those that have expired. */
  void count(long nowMs) {
    for (int at = 0; at < MAX_FLOWS; at++) {
      BondMember member = members[at];
      if (member == null) {
        continue;
      }
      if (nowMs - usedMs[at] >= EXPIRE_AFTER_MS) {
        members[at] = null;
        usedMs[at] = Peer.NEVER;
      } else {
        member.flows++;
      }
    }
  }

  /** Returns the number of flows. */
  int size() {
    int size = 0;
    for (BondMember member : members) {
      size += member == null ? 0 : 1;
    }
    return size;
  }

  private static int set(int flow) {
    return (mix(flow) & (SETS - 1)) * WAYS;
  }

  /** Spreads the bits of a number over all bits. */
  static int mix(int number) {
    int h = number * 0x9e3779b9;
    h ^= h >>> 15;
    h *= 0x85ebca6b;
    return h ^ h >>> 13;
  }
}
