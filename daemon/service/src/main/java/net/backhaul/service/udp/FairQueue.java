// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.udp;

import java.util.ArrayDeque;
import net.backhaul.engine.HashBits;
import org.jspecify.annotations.Nullable;

/**
 * The datagrams that a socket has not taken yet, in flows that share it fairly: deficit round robin
 * with priority for sparse flows and a controlled delay, as in FQ-CoDel (RFC 8290).
 *
 * <p>Control datagrams have a queue of their own, which comes first. The memory is limited: when it
 * is full, the flow with the longest queue loses its oldest packets. Times are in nanoseconds.
 */
final class FairQueue {
  /** Maximum memory for queued data. */
  static final int MAX_DATA_BYTES = 2 * 1024 * 1024;

  /** Maximum memory for queued control datagrams, in addition. */
  static final int MAX_CONTROL_BYTES = 256 * 1024;

  /** What a flow may send before it is another one's turn: two datagrams. */
  static final int QUANTUM_BYTES = 3_000;

  private static final int FLOWS = 256;

  /** Number of bits of the index of a flow. */
  private static final int INDEX_BITS = Integer.numberOfTrailingZeros(FLOWS);

  private final int secret;
  private final QueuedRun.Pool pool = new QueuedRun.Pool();
  private final @Nullable QueuedFlow[] flows = new QueuedFlow[FLOWS];
  private final ArrayDeque<QueuedFlow> newFlows = new ArrayDeque<>();
  private final ArrayDeque<QueuedFlow> oldFlows = new ArrayDeque<>();
  private final QueuedFlow control = new QueuedFlow(pool);

  /** What the socket did not take of a system call; in order, and first. */
  private final QueuedFlow unsent = new QueuedFlow(pool);

  private QueuedFlow current = control;
  private int dataBytes;
  private long dropped;
  private long marked;

  /**
   * Creates an empty queue.
   *
   * @param secret so that nobody can choose packets that share the queue of a flow
   */
  FairQueue(int secret) {
    this.secret = secret;
  }

  boolean isEmpty() {
    return unsent.isEmpty() && control.isEmpty() && newFlows.isEmpty() && oldFlows.isEmpty();
  }

  /** Returns how many datagrams were dropped. */
  long dropped() {
    return dropped;
  }

  /** Returns how many runs were marked instead of dropped (RFC 3168). */
  long marked() {
    return marked;
  }

  /** Adds what a socket did not take of the system call before: it is sent before all else. */
  void addUnsent(SendBatch batch, int run, long nowNs) {
    unsent.add(batch, run, nowNs);
  }

  /** Adds control datagrams; they are dropped if there is no memory. */
  void addControl(SendBatch batch, int run, long nowNs) {
    if (control.memoryBytes() + batch.length(run) > MAX_CONTROL_BYTES) {
      dropped += Math.ceilDiv(batch.length(run), batch.segmentBytes(run));
      return;
    }
    control.add(batch, run, nowNs);
  }

  /** Adds datagrams to the queue that their destination and flow share with some others. */
  void addData(SendBatch batch, int run, long nowNs) {
    int index = index(batch.flow(run), batch.destination(run).address.hashCode());
    QueuedFlow flow = flows[index];
    if (flow == null) {
      flow = new QueuedFlow(pool);
      flows[index] = flow;
    }
    dataBytes += flow.add(batch, run, nowNs);
    if (!flow.isListed) {
      flow.isListed = true;
      flow.deficit = QUANTUM_BYTES;
      newFlows.add(flow);
    }
    while (dataBytes > MAX_DATA_BYTES) {
      dropFromLongest();
    }
  }

  /** Returns which queue the packets of a flow to a destination have. */
  int index(int flow, int destination) {
    return HashBits.mixed(HashBits.mixed(secret ^ flow) ^ destination)
        >>> (Integer.SIZE - INDEX_BITS);
  }

  private void dropFromLongest() {
    QueuedFlow longest = null;
    for (QueuedFlow flow : flows) {
      if (flow != null && (longest == null || flow.memoryBytes() > longest.memoryBytes())) {
        longest = flow;
      }
    }
    if (longest == null || longest.isEmpty()) {
      throw new IllegalStateException(dataBytes + " bytes are queued in no flow");
    }
    int before = longest.memoryBytes();
    dropped += longest.dropRun();
    dataBytes -= before - longest.memoryBytes();
  }

  /**
   * Returns the run to be sent next, or null if the queue is empty. The caller sends its beginning
   * and calls {@link #sent}.
   */
  @Nullable QueuedRun next(long nowNs) {
    if (!unsent.isEmpty()) {
      current = unsent;
      return unsent.head();
    }
    if (!control.isEmpty()) {
      current = control;
      return control.head();
    }
    while (!newFlows.isEmpty() || !oldFlows.isEmpty()) {
      boolean isNew = !newFlows.isEmpty();
      ArrayDeque<QueuedFlow> list = isNew ? newFlows : oldFlows;
      QueuedFlow flow = list.element();
      if (flow.deficit <= 0) {
        flow.deficit += QUANTUM_BYTES;
        list.remove();
        oldFlows.add(flow);
        continue;
      }
      QueuedRun run = controlledHead(flow, nowNs);
      if (run != null) {
        current = flow;
        return run;
      }
      list.remove();
      if (isNew && !oldFlows.isEmpty()) {
        oldFlows.add(flow); // Else a flow that is always just empty would come first each time.
      } else {
        flow.isListed = false;
      }
    }
    return null;
  }

  /** Returns the head of a flow after marking or dropping what its delay demands; null if none. */
  private @Nullable QueuedRun controlledHead(QueuedFlow flow, long nowNs) {
    while (!flow.isEmpty()) {
      QueuedRun head = flow.head();
      if (!flow.delay.signals(nowNs, head.queuedAtNs(), flow.queuedBytes(), head.isEct())) {
        return head;
      }
      if (head.isEct()) {
        head.mark();
        marked++;
        return head;
      }
      if (head.startsWithFragment()) {
        return head; // The packet has lost nothing yet: its head was sent.
      }
      int before = flow.memoryBytes();
      dropped += flow.dropPacket();
      dataBytes -= before - flow.memoryBytes();
    }
    return null;
  }

  /** Removes the beginning of the run that {@link #next} has returned. */
  void sent(int bytes) {
    int before = current.memoryBytes();
    current.sent(bytes);
    current.deficit -= bytes;
    if (current != control && current != unsent) {
      dataBytes -= before - current.memoryBytes();
    }
  }

  /** Returns how many bytes of the run that {@link #next} has returned may be sent at once. */
  int turnBytes() {
    return current == control || current == unsent ? Integer.MAX_VALUE : current.deficit;
  }
}
