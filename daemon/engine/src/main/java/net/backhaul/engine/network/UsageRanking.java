// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine.network;

import java.util.ArrayList;
import org.jspecify.annotations.Nullable;

/**
 * Usages ordered by their number of entries: one is changed, and the largest found, in constant
 * time, however many there are.
 *
 * <p>Usages with the same number of entries form a list; a change moves a usage to the next list.
 */
final class UsageRanking<T> {
  /** The first usage of each list, by number of entries; the first element is not used. */
  private final ArrayList<@Nullable Usage<T>> lists = new ArrayList<>(2);

  private int most;

  /** The number of entries of one owner; in one ranking at most. */
  static final class Usage<T> {
    final T owner;
    private int entries;
    private @Nullable Usage<T> previous;
    private @Nullable Usage<T> next;

    Usage(T owner) {
      this.owner = owner;
    }

    int entries() {
      return entries;
    }
  }

  UsageRanking() {
    lists.add(null);
  }

  /** Counts one entry more. */
  void increment(Usage<T> usage) {
    unlink(usage);
    usage.entries++;
    link(usage);
    most = Math.max(most, usage.entries);
  }

  /** Counts one entry less. */
  void decrement(Usage<T> usage) {
    unlink(usage);
    if (usage.entries == most && lists.get(most) == null) {
      most--; // This usage has that many now, unless it was the last entry of all.
    }
    usage.entries--;
    link(usage);
  }

  /** Returns a usage with the most entries; null if none has any. */
  @Nullable Usage<T> largest() {
    return lists.get(most);
  }

  private void link(Usage<T> usage) {
    if (usage.entries == 0) {
      return;
    }
    while (lists.size() <= usage.entries) {
      lists.add(null);
    }
    Usage<T> first = lists.get(usage.entries);
    usage.next = first;
    if (first != null) {
      first.previous = usage;
    }
    lists.set(usage.entries, usage);
  }

  private void unlink(Usage<T> usage) {
    if (usage.entries == 0) {
      return;
    }
    if (usage.previous == null) {
      lists.set(usage.entries, usage.next);
    } else {
      usage.previous.next = usage.next;
    }
    if (usage.next != null) {
      usage.next.previous = usage.previous;
    }
    usage.previous = null;
    usage.next = null;
  }
}
