// SPDX-License-Identifier: Apache-2.0
package net.backhaul.controller;

import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** Notifications pending until the changes they depend on are saved, and those ready to send. */
final class NotificationQueue {
  private final TreeMap<Long, Set<PendingNotification>> pending = new TreeMap<>();
  private final LinkedHashSet<PendingNotification> ready = new LinkedHashSet<>();
  private long savedTicket;

  /** Adds a notification that depends on a ticket; equal ones with one ticket are sent once. */
  void add(long ticket, PendingNotification notification) {
    if (isSaved(ticket)) {
      ready.add(notification);
    } else {
      pending.computeIfAbsent(ticket, key -> new LinkedHashSet<>()).add(notification);
    }
  }

  /** Adds a notification that depends on no change. */
  void addReady(PendingNotification notification) {
    ready.add(notification);
  }

  boolean isSaved(long ticket) {
    return ticket <= savedTicket;
  }

  /** Makes the notifications ready that depend on changes up to a ticket. */
  void saved(long ticket) {
    savedTicket = Math.max(savedTicket, ticket);
    Map<Long, Set<PendingNotification>> saved = pending.headMap(savedTicket, true);
    saved.values().forEach(ready::addAll);
    saved.clear();
  }

  boolean hasReady() {
    return !ready.isEmpty();
  }

  /** Removes and returns the notification that has been ready for the longest time. */
  PendingNotification removeFirst() {
    return ready.removeFirst();
  }
}
