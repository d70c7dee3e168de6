// SPDX-License-Identifier: Apache-2.0
package net.backhaul.controller;

import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** What members shall hear, held back until the changes that it follows from are safe. */
final class NotificationQueue {
  private final TreeMap<Long, Set<PendingNotification>> heldBack = new TreeMap<>();
  private final LinkedHashSet<PendingNotification> due = new LinkedHashSet<>();
  private long savedTicket;

  /** Lets a message out once a ticket is safe; of equal ones that wait for one ticket only one. */
  void add(long ticket, PendingNotification message) {
    if (isSafe(ticket)) {
      due.add(message);
    } else {
      heldBack.computeIfAbsent(ticket, key -> new LinkedHashSet<>()).add(message);
    }
  }

  boolean isSafe(long ticket) {
    return ticket <= savedTicket;
  }

  /** Takes note that all changes up to a ticket are safe. */
  void saved(long ticket) {
    savedTicket = Math.max(savedTicket, ticket);
    Map<Long, Set<PendingNotification>> safe = heldBack.headMap(savedTicket, true);
    safe.values().forEach(due::addAll);
    safe.clear();
  }

  boolean isEmpty() {
    return due.isEmpty();
  }

  /** Returns the message that has been due longest, which is then no longer here. */
  PendingNotification removeFirst() {
    return due.removeFirst();
  }
}
