// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.udp;

import java.security.SecureRandom;
import java.util.function.Consumer;
import net.backhaul.engine.DatagramRun;
import net.backhaul.engine.Traffic;

/**
 * Sends batches of one socket by direct system calls. When the kernel takes no more, the rest waits
 * in a {@link FairQueue} until the socket can be written; the kernel buffers a few milliseconds
 * only ({@link SendBufferLimit}), so that sparse flows and control datagrams do not wait behind
 * bulk data.
 *
 * <p>A socket that is not blocked has an empty queue.
 */
final class SendQueue {
  private static final SecureRandom SECRETS = new SecureRandom();

  private final OpenSocket socket;
  private final BatchSender sender;
  private final SocketBuffer buffer;
  private final MtuProbes probes;
  private final SendBufferLimit limit;
  private final Consumer<Boolean> watchWritable;
  private final FairQueue queue = new FairQueue(SECRETS.nextInt());
  private final DatagramRun view = new DatagramRun();
  private boolean isBlocked;
  private int bufferBytes;

  /**
   * Creates the queue of a socket.
   *
   * @param watchWritable starts or stops to call {@link #writable}
   */
  SendQueue(OpenSocket socket, BatchSender sender, Consumer<Boolean> watchWritable) {
    this.socket = socket;
    this.sender = sender;
    this.watchWritable = watchWritable;
    this.buffer = new SocketBuffer(socket.fd);
    this.probes = new MtuProbes(socket.fd, socket.v4);
    this.limit = new SendBufferLimit(buffer.bytes());
    this.bufferBytes = limit.bytes();
    buffer.bytes(bufferBytes);
  }

  boolean isBlocked() {
    return isBlocked;
  }

  /** Returns how many datagrams were dropped. */
  long dropped() {
    return queue.dropped();
  }

  /** Sends a batch or queues it, and clears it. */
  void transmit(SendBatch out) {
    int done = isBlocked ? 0 : sender.send(socket);
    if (done < out.runs()) {
      long nowNs = System.nanoTime();
      for (int run = done; run < out.runs(); run++) {
        add(out, run, nowNs);
      }
      if (!isBlocked) {
        block(nowNs);
      }
    }
    out.clear();
  }

  /**
   * Sends or queues a datagram that neither host nor router may fragment; returns false if the
   * system can't.
   *
   * @param batch empty
   */
  boolean transmitUnfragmented(Destination to, DatagramRun datagram, SendBatch batch) {
    if (!probes.areSupported()) {
      return false;
    }
    probes.add(to, datagram);
    if (!isBlocked && !probes.send(socket, batch, sender)) {
      block(System.nanoTime());
    }
    return true;
  }

  private void add(SendBatch out, int run, long nowNs) {
    if (out.traffic(run) == Traffic.CONTROL) {
      queue.addControl(out, run, nowNs);
    } else {
      queue.addData(out, run, nowNs);
    }
  }

  private void block(long nowNs) {
    isBlocked = true;
    limit.blocked(nowNs, buffer.unsentBytes());
    watchWritable.accept(true);
  }

  /** Sends what is queued; the socket can be written again. */
  void writable(SendBatch out) {
    if (!isBlocked) {
      return;
    }
    long nowNs = System.nanoTime();
    limit.writable(nowNs, buffer.unsentBytes());
    resizeBuffer();
    if (!probes.send(socket, out, sender)) {
      limit.blocked(nowNs, buffer.unsentBytes());
      return;
    }
    while (fill(out, nowNs)) {
      int done = sender.send(socket);
      if (done < out.runs()) {
        for (int run = done; run < out.runs(); run++) {
          queue.addUnsent(out, run, nowNs);
        }
        out.clear();
        limit.blocked(nowNs, buffer.unsentBytes());
        return;
      }
      out.clear();
    }
    isBlocked = false;
    watchWritable.accept(false);
  }

  /** Sets the buffer of the socket where the limit has changed by more than a quarter. */
  private void resizeBuffer() {
    if (Math.abs(limit.bytes() - bufferBytes) > bufferBytes / 4) {
      bufferBytes = limit.bytes();
      buffer.bytes(bufferBytes);
    }
  }

  /** Fills a batch with what leaves at once; false if nothing is queued. */
  private boolean fill(SendBatch out, long nowNs) {
    int left = limit.burstBytes();
    out.clear();
    while (left > 0) {
      QueuedRun run = queue.next(nowNs);
      if (run == null) {
        break;
      }
      boolean asRun = socket.supportsRuns() && run.destination().supportsRuns();
      run.wrap(view, Math.min(left, queue.turnBytes()));
      int part = out.add(run.destination(), asRun, view, 0);
      if (part == 0) {
        break;
      }
      queue.sent(part);
      left -= part;
    }
    return !out.isEmpty();
  }
}
