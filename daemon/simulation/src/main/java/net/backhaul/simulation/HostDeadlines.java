// SPDX-License-Identifier: Apache-2.0
package net.backhaul.simulation;

import java.util.ArrayList;
import java.util.List;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/** The deadlines of all hosts; computed again for a host that was called since. */
final class HostDeadlines {
  private final PriorityQueue<Entry> queue = new PriorityQueue<>();
  private final List<Slot> slots = new ArrayList<>();
  private final List<Slot> called = new ArrayList<>();

  /** The place of a host in the table. */
  static final class Slot {
    private final SimulatedHost host;
    private final int number;
    private int version;
    private boolean isCalled;

    private Slot(SimulatedHost host, int number) {
      this.host = host;
      this.number = number;
    }
  }

  private record Entry(long atMs, Slot slot, int version) implements Comparable<Entry> {
    @Override
    public int compareTo(Entry other) {
      int byTime = Long.compare(atMs, other.atMs);
      return byTime != 0 ? byTime : Integer.compare(slot.number, other.slot.number);
    }
  }

  Slot add(SimulatedHost host) {
    var slot = new Slot(host, slots.size());
    slots.add(slot);
    return slot;
  }

  /** Records that a host is called, which may change its deadline. */
  void called(Slot slot) {
    if (!slot.isCalled) {
      slot.isCalled = true;
      called.add(slot);
    }
  }

  /** Records that any host may have been called: between two runs, also its parts are. */
  void allCalled() {
    slots.forEach(this::called);
  }

  /** Returns the host with the earliest deadline; of several with the same the first one. */
  @Nullable SimulatedHost earliest() {
    for (int i = 0; i < called.size(); i++) {
      Slot slot = called.get(i);
      slot.version++;
      if (slot.host.isRunning()) {
        queue.add(new Entry(slot.host.nextDeadlineMs(), slot, slot.version));
      }
      slot.isCalled = false;
    }
    called.clear();
    for (Entry first = queue.peek(); first != null; first = queue.peek()) {
      if (first.version == first.slot.version) {
        return first.slot.host;
      }
      queue.poll();
    }
    return null;
  }

  /** Returns the earliest deadline, after a call of {@link #earliest}. */
  long earliestMs() {
    Entry first = queue.peek();
    return first == null ? Long.MAX_VALUE : first.atMs;
  }
}
