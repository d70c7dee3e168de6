// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.udp;

import java.util.ArrayDeque;
import net.backhaul.engine.DatagramRun;
import net.backhaul.engine.Traffic;
import net.backhaul.protocol.packet.Ecn;
import net.backhaul.protocol.packet.FragmentView;
import org.jspecify.annotations.Nullable;

/**
 * Datagrams to one destination that wait for their socket: of one size, the last may be shorter.
 * Objects are reused.
 */
final class QueuedRun {
  /** The memory of long runs: space for what is appended, so that flows leave as runs. */
  private static final int LONG_BYTES = 16 * 1024;

  /** The memory of runs that are as short as those of sparse flows. */
  private static final int SHORT_BYTES = 2 * 1024;

  private final byte[] bytes;
  private @Nullable Destination destination;
  private int segmentBytes;
  private int trafficClass;
  private long queuedAtNs;
  private int start;
  private int end;

  private QueuedRun(int memoryBytes) {
    bytes = new byte[memoryBytes];
  }

  /** Unused runs, so that a queue through which much flows creates no garbage. */
  static final class Pool {
    /** Maximum unused runs of each size: 1.1 MiB. */
    static final int MAX_RUNS = 64;

    private final ArrayDeque<QueuedRun> longRuns = new ArrayDeque<>();
    private final ArrayDeque<QueuedRun> shortRuns = new ArrayDeque<>();

    /** Returns a copy of a run of a batch. */
    QueuedRun copy(SendBatch batch, int run, long nowNs) {
      int length = batch.length(run);
      QueuedRun unused =
          length <= SHORT_BYTES ? shortRuns.poll() : length <= LONG_BYTES ? longRuns.poll() : null;
      if (unused == null) {
        int memoryBytes = length <= SHORT_BYTES ? SHORT_BYTES : Math.max(length, LONG_BYTES);
        unused = new QueuedRun(memoryBytes);
      }
      unused.copy(batch, run, nowNs);
      return unused;
    }

    /** Takes back a run that is no longer used. */
    void release(QueuedRun run) {
      ArrayDeque<QueuedRun> list = run.bytes.length == SHORT_BYTES ? shortRuns : longRuns;
      if (run.bytes.length <= LONG_BYTES && list.size() < MAX_RUNS) {
        list.push(run);
      }
    }
  }

  private void copy(SendBatch batch, int run, long nowNs) {
    int length = batch.length(run);
    destination = batch.destination(run);
    segmentBytes = Math.min(batch.segmentBytes(run), length);
    trafficClass = batch.trafficClass(run);
    queuedAtNs = nowNs;
    batch.data().get(batch.start(run), bytes, 0, length);
    start = 0;
    end = length;
  }

  /** Appends a run of a batch if the result is one run and there is memory. */
  boolean append(SendBatch batch, int run) {
    int length = batch.length(run);
    boolean fits =
        batch.destination(run) == destination
            && batch.trafficClass(run) == trafficClass
            && Math.min(batch.segmentBytes(run), length) == segmentBytes
            && length() % segmentBytes == 0
            && length <= bytes.length - end;
    if (fits) {
      batch.data().get(batch.start(run), bytes, end, length);
      end += length;
    }
    return fits;
  }

  Destination destination() {
    Destination to = destination;
    if (to == null) {
      throw new IllegalStateException("the run is empty");
    }
    return to;
  }

  long queuedAtNs() {
    return queuedAtNs;
  }

  int memoryBytes() {
    return bytes.length;
  }

  int length() {
    return end - start;
  }

  int datagrams() {
    return Math.ceilDiv(length(), segmentBytes);
  }

  int firstDatagramBytes() {
    return Math.min(segmentBytes, length());
  }

  /** Returns whether the first datagram is the second or later fragment of a packet. */
  boolean startsWithFragment() {
    return FragmentView.isFragment(bytes, start, firstDatagramBytes());
  }

  /** Returns whether the flow reacts to marks, so that the datagrams may be marked. */
  boolean isEct() {
    return (trafficClass & Ecn.MASK) != Ecn.NOT_ECT;
  }

  /** Marks the datagrams: congestion was experienced. */
  void mark() {
    trafficClass |= Ecn.CE;
  }

  void skip(int skipped) {
    start += skipped;
  }

  /**
   * Points a view at the beginning of this run: whole datagrams of up to a length, at least one.
   */
  DatagramRun wrap(DatagramRun view, int maxBytes) {
    int whole = Math.max(1, Math.min(maxBytes, length()) / segmentBytes) * segmentBytes;
    int part = maxBytes >= length() ? length() : Math.min(whole, length());
    view.to(Traffic.DATA, 0, destination().address).trafficClass(trafficClass);
    return view.wrap(bytes, start, part, Math.min(segmentBytes, part));
  }
}
