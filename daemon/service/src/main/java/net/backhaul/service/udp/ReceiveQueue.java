// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.udp;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.function.Consumer;
import net.backhaul.engine.DatagramBatch;
import net.backhaul.protocol.message.Verb;
import net.backhaul.protocol.packet.FragmentView;
import net.backhaul.protocol.packet.PacketView;
import net.backhaul.protocol.packet.Packets;
import org.jspecify.annotations.Nullable;

/**
 * Queues received datagrams by source and schedules them fairly under overload.
 *
 * <p>Without overload all of one read is handled at once, in order of arrival. What exceeds one
 * batch goes to queues by source, which are served round robin, one batch each. Receiving a
 * datagram costs a small part of handling it, so the sockets are emptied between two turns, and the
 * surplus is dropped here, where its source is known, and not in the kernel, where it affects all
 * sources.
 *
 * <p>Sources share a fixed number of queues by a hash with a secret. Each queue always has a batch
 * of its own; how many more it may have depends on how many are left (a dynamic threshold: never
 * more than are free), so one flood gets half of them, two get a third each, and a source that
 * sends little loses nothing. Datagrams leave a queue only to be handled: those of one source stay
 * in order, and those that arrive while its queue is full are dropped. A HELLO may then still use
 * memory that is reserved for it.
 */
final class ReceiveQueue {
  /** Number of queues; sources whose hashes collide share one. */
  static final int QUEUES = 64;

  /** Maximum batches of all queues together beyond the first of each. */
  static final int SHARED_BATCHES = 48;

  /**
   * Maximum of one batch, HELLOs aside: this many bytes, which is the most that the kernel
   * coalesces, or this many datagrams. Between two batches the sockets are read.
   */
  static final int DATA_BYTES = 65_536;

  static final int BATCH_DATAGRAMS = 128;

  /** Part of a batch that is reserved for HELLOs while its queue may have no further batch. */
  static final int HELLO_BYTES = 4_096;

  static final int HELLO_DATAGRAMS = 16;
  private static final int BATCH_BYTES = DATA_BYTES + HELLO_BYTES;

  /** Batches kept for reuse, so that a flood causes no garbage. */
  private static final int SPARE_BATCHES = SHARED_BATCHES;

  private static final int HASH_SHIFT = 32 - Integer.numberOfTrailingZeros(QUEUES);
  private static final int HASH_FACTOR = 0x9e3779b1;

  private final Consumer<DatagramBatch> handler;
  private final int secret;
  private final Queue[] queues = new Queue[QUEUES];
  private final ArrayDeque<Queue> ready = new ArrayDeque<>();
  private final ArrayDeque<DatagramBatch> spare = new ArrayDeque<>();
  private final DatagramBatch fresh = new DatagramBatch(BATCH_BYTES);
  private final byte[] header = new byte[Packets.HEADER_BYTES];
  private final PacketView packet = new PacketView();
  private int sharedInUse;
  private long receiveQueueFull;

  /** Batches of the sources of one hash, the oldest first. */
  private static final class Queue {
    final ArrayDeque<DatagramBatch> batches = new ArrayDeque<>();
  }

  /**
   * Creates an empty queue.
   *
   * @param handler takes batches, whose bytes it may overwrite until it returns
   * @param secret so that a sender cannot choose addresses that share a queue with another source
   */
  ReceiveQueue(Consumer<DatagramBatch> handler, int secret) {
    this.handler = handler;
    this.secret = secret;
    for (int i = 0; i < QUEUES; i++) {
      queues[i] = new Queue();
    }
  }

  /** Adds the datagrams of a run, whose bytes are copied. */
  void take(ReceivedRun run) {
    if (run.segmentBytes > DatagramBatch.MAX_DATAGRAM_BYTES) {
      return;
    }
    int done = 0;
    while (done < run.length) {
      int rest = run.length - done;
      int firstBytes = Math.min(run.segmentBytes, rest);
      DatagramBatch batch = batchFor(run.senderHash, firstBytes, rest, run.segmentBytes);
      if (batch == null) {
        addHellos(run, done);
        return;
      }
      int part = Math.min(rest, fitting(batch, run.segmentBytes, firstBytes));
      run.memory.get(run.start + done, batch.bytes(), batch.end(), part);
      int end = done + part;
      for (; done < end; done += run.segmentBytes) {
        batch.add(run.socket, run.sender, Math.min(run.segmentBytes, end - done), run.ecn);
      }
      done = end;
    }
  }

  /** Handles what has just been read, unless it was queued. */
  void endOfRead() {
    if (fresh.count() > 0) {
      try {
        handler.accept(fresh);
      } finally {
        fresh.clear();
      }
    }
  }

  /** Returns whether any queue holds a batch. */
  boolean hasBacklog() {
    return !ready.isEmpty();
  }

  /** Handles one batch of the queue whose turn it is. */
  void handleNext() {
    Queue next = ready.pollFirst();
    if (next == null) {
      return;
    }
    DatagramBatch batch = next.batches.removeFirst();
    if (!next.batches.isEmpty()) {
      sharedInUse--;
      ready.addLast(next);
    }
    try {
      handler.accept(batch);
    } finally {
      batch.clear();
      if (spare.size() < SPARE_BATCHES) {
        spare.addLast(batch);
      }
    }
  }

  /** Returns how many datagrams were dropped because the queue of their source was full. */
  long receiveQueueFull() {
    return receiveQueueFull;
  }

  /** Returns how many batches are in use or kept for reuse; for tests. */
  int batches() {
    return ready.size() + sharedInUse + spare.size();
  }

  /** Returns the batch for the first datagram of the rest of a run; null if the queue is full. */
  private @Nullable DatagramBatch batchFor(
      int sourceHash, int firstBytes, int runBytes, int segmentBytes) {
    if (ready.isEmpty() && accepts(fresh, firstBytes, runBytes, segmentBytes)) {
      return fresh;
    }
    Queue queue = queueOf(sourceHash);
    DatagramBatch last = queue.batches.peekLast();
    if (last == null) {
      ready.addLast(queue);
    } else if (accepts(last, firstBytes, runBytes, segmentBytes)) {
      return last;
    } else if (queue.batches.size() > SHARED_BATCHES - sharedInUse) {
      return null;
    } else {
      sharedInUse++;
    }
    DatagramBatch kept = spare.pollFirst();
    DatagramBatch next = kept == null ? new DatagramBatch(BATCH_BYTES) : kept;
    queue.batches.addLast(next);
    return next;
  }

  /** Adds the HELLOs of a run, from an offset on, whose queue is full, and drops the others. */
  private void addHellos(ReceivedRun run, int offset) {
    DatagramBatch last = queueOf(run.senderHash).batches.peekLast();
    for (int done = offset; done < run.length; done += run.segmentBytes) {
      int part = Math.min(run.segmentBytes, run.length - done);
      if (last != null
          && last.accepts(part)
          && last.count() < BATCH_DATAGRAMS + HELLO_DATAGRAMS
          && isHello(run.memory, run.start + done, part)) {
        run.memory.get(run.start + done, last.bytes(), last.end(), part);
        last.add(run.socket, run.sender, part, run.ecn);
      } else {
        receiveQueueFull++;
      }
    }
  }

  private Queue queueOf(int sourceHash) {
    return queues[((sourceHash ^ secret) * HASH_FACTOR) >>> HASH_SHIFT];
  }

  /**
   * Returns whether a batch takes a datagram of a run.
   *
   * <p>A batch that is half full leaves a run that it cannot hold whole to the next one: frames are
   * coalesced within a batch, and two halves cost the host twice.
   */
  private static boolean accepts(
      DatagramBatch batch, int firstBytes, int runBytes, int segmentBytes) {
    boolean halfFull = batch.end() > DATA_BYTES / 2 || batch.count() > BATCH_DATAGRAMS / 2;
    int bytes = halfFull ? Math.min(runBytes, DATA_BYTES) : firstBytes;
    int datagrams = halfFull ? Math.ceilDiv(bytes, segmentBytes) : 1;
    return batch.end() + bytes <= DATA_BYTES && batch.count() + datagrams <= BATCH_DATAGRAMS;
  }

  /** Returns how many bytes of a run fit, in whole datagrams; the first one always fits. */
  private static int fitting(DatagramBatch batch, int segmentBytes, int firstBytes) {
    int byRoom = (DATA_BYTES - batch.end()) / segmentBytes;
    int whole = Math.min(byRoom, BATCH_DATAGRAMS - batch.count());
    return Math.max(firstBytes, whole * segmentBytes);
  }

  /** A HELLO is recognized without a key: it is not encrypted (02 section 2). */
  private boolean isHello(ByteBuffer memory, int start, int length) {
    if (length < Packets.HEADER_BYTES) {
      return false;
    }
    memory.get(start, header, 0, Packets.HEADER_BYTES);
    return !FragmentView.isFragment(header, 0, Packets.HEADER_BYTES)
        && packet.wrap(header, 0, Packets.HEADER_BYTES)
        && packet.suite() == Packets.SUITE_POLY
        && packet.verb() == Verb.HELLO.number();
  }
}
