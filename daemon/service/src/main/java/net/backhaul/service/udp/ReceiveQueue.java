// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.udp;

import java.net.InetSocketAddress;
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
 * Takes what sockets have received and decides what is handled next where more comes than can be
 * handled.
 *
 * <p>As long as there is not too much, all of one read is handled at once, in the order it came.
 * What is beyond one batch goes to queues by source, which take turns with a batch each. Taking in
 * a datagram costs a small part of handling it, so the sockets are emptied between two turns, and
 * it is here that too much is given up, where it can be seen whose it is, and not in the kernel,
 * where it hits everybody.
 *
 * <p>Sources share a fixed number of queues by a hash with a secret. Each queue always has a batch
 * of its own; how many more it may have depends on how many are left (a dynamic threshold: never
 * more than there are free ones), so one flood gets half of them, two get a third each, and whoever
 * sends little loses nothing. Nothing is taken out of a queue but to be handled: the datagrams of
 * one source stay in order, and those that come when its queue is full are the ones that are lost.
 * A HELLO may then still use room that other datagrams may not.
 */
final class ReceiveQueue {
  /** How many queues there are; sources whose hashes meet share one. */
  static final int QUEUES = 64;

  /** How many batches all queues may have together beyond the first of each. */
  static final int SHARED_BATCHES = 48;

  /**
   * What is handled before the next look at the sockets, HELLOs aside: this many bytes, which hold
   * all that the kernel may have joined, or this many datagrams.
   */
  static final int DATA_BYTES = 65_536;

  static final int BATCH_DATAGRAMS = 128;

  /** What of a batch is kept for HELLOs where its queue may have no further one. */
  static final int HELLO_BYTES = 4_096;

  static final int HELLO_DATAGRAMS = 16;
  private static final int BATCH_BYTES = DATA_BYTES + HELLO_BYTES;

  /** How many batches are kept for the next flood: made anew each time, they would be garbage. */
  private static final int SPARE_BATCHES = SHARED_BATCHES;

  private static final int HASH_SHIFT = 32 - Integer.numberOfTrailingZeros(QUEUES);
  private static final int HASH_FACTOR = 0x9e3779b1;

  private final Consumer<DatagramBatch> handler;
  private final int secret;
  private final Queue[] queues = new Queue[QUEUES];
  private final ArrayDeque<Queue> waiting = new ArrayDeque<>();
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
   * Makes an empty one.
   *
   * @param handler gets batches, whose bytes it may clobber until it returns
   * @param secret so that nobody can choose addresses that share a queue with somebody else's
   */
  ReceiveQueue(Consumer<DatagramBatch> handler, int secret) {
    this.handler = handler;
    this.secret = secret;
    for (int i = 0; i < QUEUES; i++) {
      queues[i] = new Queue();
    }
  }

  /**
   * Takes datagrams of one size, of which the last may be shorter, that came from one sender.
   *
   * @param sourceHash the same for all that comes from this sender
   * @param memory where they lie, from an absolute start on; borrowed
   * @param length of all together
   */
  void take(
      int socket,
      InetSocketAddress from,
      int sourceHash,
      ByteBuffer memory,
      int start,
      int length,
      int segmentBytes) {
    if (segmentBytes > DatagramBatch.MAX_DATAGRAM_BYTES) {
      return;
    }
    int done = 0;
    while (done < length) {
      int firstBytes = Math.min(segmentBytes, length - done);
      DatagramBatch batch = roomFor(sourceHash, firstBytes, length - done, segmentBytes);
      if (batch == null) {
        keepHellos(socket, from, sourceHash, memory, start + done, length - done, segmentBytes);
        return;
      }
      int part = Math.min(length - done, fitting(batch, segmentBytes, firstBytes));
      memory.get(start + done, batch.bytes(), batch.end(), part);
      batch.addRun(socket, from, part, segmentBytes);
      done += part;
    }
  }

  /** Handles what has just been read, where it came at a rate that allows that. */
  void endOfRead() {
    if (fresh.count() > 0) {
      try {
        handler.accept(fresh);
      } finally {
        fresh.clear();
      }
    }
  }

  /** Returns whether anything waits for its turn. */
  boolean isBehind() {
    return !waiting.isEmpty();
  }

  /** Handles one batch of the source whose turn it is. */
  void handleNext() {
    Queue next = waiting.pollFirst();
    if (next == null) {
      return;
    }
    DatagramBatch batch = next.batches.removeFirst();
    if (!next.batches.isEmpty()) {
      sharedInUse--;
      waiting.addLast(next);
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

  /** Returns how many datagrams were given up since the queue of their source was full. */
  long receiveQueueFull() {
    return receiveQueueFull;
  }

  /** Returns how many batches are in use or kept, for tests. */
  int batches() {
    return waiting.size() + sharedInUse + spare.size();
  }

  /** Returns where the first datagram of what is left of a run goes, or null for nowhere. */
  private @Nullable DatagramBatch roomFor(
      int sourceHash, int firstBytes, int runBytes, int segmentBytes) {
    if (waiting.isEmpty() && suits(fresh, firstBytes, runBytes, segmentBytes)) {
      return fresh;
    }
    Queue queue = queueOf(sourceHash);
    DatagramBatch last = queue.batches.peekLast();
    if (last == null) {
      waiting.addLast(queue);
    } else if (suits(last, firstBytes, runBytes, segmentBytes)) {
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

  /** The queue of the source is full: of these datagrams it takes HELLOs at most. */
  private void keepHellos(
      int socket,
      InetSocketAddress from,
      int sourceHash,
      ByteBuffer memory,
      int start,
      int length,
      int segmentBytes) {
    DatagramBatch last = queueOf(sourceHash).batches.peekLast();
    for (int done = 0; done < length; done += segmentBytes) {
      int part = Math.min(segmentBytes, length - done);
      if (last != null
          && last.hasRoomFor(part)
          && last.count() < BATCH_DATAGRAMS + HELLO_DATAGRAMS
          && isHello(memory, start + done, part)) {
        memory.get(start + done, last.bytes(), last.end(), part);
        last.add(socket, from, part);
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
   * <p>One that is half full leaves a run that it does not hold whole to the next: what is handled
   * together is joined, and two halves cost the host twice.
   */
  private static boolean suits(
      DatagramBatch batch, int firstBytes, int runBytes, int segmentBytes) {
    boolean halfFull = batch.end() > DATA_BYTES / 2 || batch.count() > BATCH_DATAGRAMS / 2;
    int bytes = halfFull ? Math.min(runBytes, DATA_BYTES) : firstBytes;
    int datagrams = halfFull ? Math.ceilDiv(bytes, segmentBytes) : 1;
    return batch.end() + bytes <= DATA_BYTES && batch.count() + datagrams <= BATCH_DATAGRAMS;
  }

  /** Returns how many bytes of a run fit, in whole datagrams of which the first does. */
  private static int fitting(DatagramBatch batch, int segmentBytes, int firstBytes) {
    int byRoom = (DATA_BYTES - batch.end()) / segmentBytes;
    int whole = Math.min(byRoom, BATCH_DATAGRAMS - batch.count());
    return Math.max(firstBytes, whole * segmentBytes);
  }

  /** A HELLO can be told without a key: it is not encrypted (02 section 2). */
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
