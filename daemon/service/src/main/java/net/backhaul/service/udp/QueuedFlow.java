// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.udp;

import java.util.ArrayDeque;

/** The queued datagrams of one flow, as runs. */
final class QueuedFlow {
  final ControlledDelay delay = new ControlledDelay();

  /** What the flow may send before it is another one's turn, in bytes; negative for a debt. */
  int deficit;

  /** Whether the flow is in one of the lists of its queue. */
  boolean isListed;

  private final QueuedRun.Pool pool;
  private final ArrayDeque<QueuedRun> runs = new ArrayDeque<>();
  private int memoryBytes;
  private int queuedBytes;

  QueuedFlow(QueuedRun.Pool pool) {
    this.pool = pool;
  }

  boolean isEmpty() {
    return runs.isEmpty();
  }

  /** Returns the memory that the flow takes. */
  int memoryBytes() {
    return memoryBytes;
  }

  /** Returns the length of all datagrams together. */
  int queuedBytes() {
    return queuedBytes;
  }

  QueuedRun head() {
    return runs.element();
  }

  /**
   * Adds a run of a batch, or appends it to the last one.
   *
   * @return the additional memory in bytes
   */
  int add(SendBatch batch, int run, long nowNs) {
    queuedBytes += batch.length(run);
    QueuedRun last = runs.peekLast();
    if (last != null && last.append(batch, run)) {
      return 0;
    }
    QueuedRun added = pool.copy(batch, run, nowNs);
    runs.add(added);
    memoryBytes += added.memoryBytes();
    return added.memoryBytes();
  }

  /** Removes the beginning of the first run. */
  void sent(int bytes) {
    QueuedRun head = head();
    head.skip(bytes);
    queuedBytes -= bytes;
    if (head.length() == 0) {
      runs.remove();
      memoryBytes -= head.memoryBytes();
      pool.release(head);
    }
  }

  /** Drops the first packet, with those of its fragments that are queued; returns its datagrams. */
  int dropPacket() {
    int datagrams = 0;
    do {
      sent(head().firstDatagramBytes());
      datagrams++;
    } while (!isEmpty() && head().startsWithFragment());
    return datagrams;
  }

  /** Drops the first run; returns its datagrams. */
  int dropRun() {
    int datagrams = head().datagrams();
    sent(head().length());
    return datagrams;
  }
}
