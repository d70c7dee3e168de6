// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.udp;

import net.backhaul.engine.DatagramRun;
import net.backhaul.engine.Traffic;
import net.backhaul.protocol.packet.Ecn;
import net.backhaul.protocol.packet.FragmentView;

/**
 * Datagrams to one destination that wait for their socket: of one size, the last may be shorter.
 */
final class QueuedRun {
  /** Room for what is appended, so that datagrams of a flow leave as runs. */
  private static final int LONG_BYTES = 16 * 1024;

  /** Runs up to this length are of sparse flows and get no room. */
  private static final int SHORT_BYTES = 2 * 1024;

  private final Destination destination;
  private final byte[] bytes;
  private final int segmentBytes;
  private final long queuedAtNs;
  private int trafficClass;
  private int start;
  private int end;

  /** Copies a run of a batch. */
  QueuedRun(SendBatch batch, int run, long nowNs) {
    int length = batch.length(run);
    destination = batch.destination(run);
    segmentBytes = Math.min(batch.segmentBytes(run), length);
    trafficClass = batch.trafficClass(run);
    queuedAtNs = nowNs;
    bytes = new byte[length <= SHORT_BYTES ? length : Math.max(length, LONG_BYTES)];
    batch.data().get(batch.start(run), bytes, 0, length);
    end = length;
  }

  /** Appends a run if the result is one run. */
  boolean append(QueuedRun other) {
    boolean fits =
        other.destination == destination
            && other.trafficClass == trafficClass
            && other.segmentBytes == segmentBytes
            && length() % segmentBytes == 0
            && other.length() <= bytes.length - end;
    if (fits) {
      System.arraycopy(other.bytes, other.start, bytes, end, other.length());
      end += other.length();
    }
    return fits;
  }

  Destination destination() {
    return destination;
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
    view.to(Traffic.DATA, 0, destination.address).trafficClass(trafficClass);
    return view.wrap(bytes, start, part, Math.min(segmentBytes, part));
  }
}
