// SPDX-License-Identifier: Apache-2.0
package net.backhaul.protocol.ethernet;

import static net.backhaul.protocol.ethernet.IpLayout.ETHERNET_BYTES;
import static net.backhaul.protocol.ethernet.IpLayout.MAX_IP_BYTES;

import java.nio.ByteBuffer;
import java.util.Set;

/**
 * Joins frames that come in one after the other to super-frames, so that a device with offloads
 * takes many of them with one write.
 *
 * <p>Frames are joined only where cutting the super-frame gives the very same frames again, save
 * that the ids of IPv4 packets that may not be fragmented are counted up where the sender gave all
 * of them the same. Their checksums are verified first: the device is told that they are good.
 * Frames of one flow stay in order. One object is used again and again, and allocates nothing.
 */
public final class Coalescer {
  /** How many flows of one device are worth being kept open at once. */
  public static final int SLOTS = 8;

  /** How large the buffer of a slot is. */
  public static final int SLOT_BYTES = OffloadHeader.BYTES + ETHERNET_BYTES + MAX_IP_BYTES;

  /** What a device may be able to cut. */
  public enum Kind {
    TCP4,
    TCP6,
    UDP
  }

  /** Where super-frames go. */
  public interface Sink {
    /** Takes the first bytes of a slot's buffer: an offload header and an Ethernet frame. */
    void write(int slot, int length);
  }

  private final boolean tcp4;
  private final boolean tcp6;
  private final boolean udp;
  private final Sink sink;
  private final SegmentView segment = new SegmentView();

  /** The open ones in the order in which they were opened, then the others. */
  private final SuperFrame[] frames;

  private int open;

  /**
   * @param kinds what the device cuts
   * @param slots at least one buffer of {@link #SLOT_BYTES}; they may be used otherwise whenever
   *     nothing is open
   */
  public Coalescer(Set<Kind> kinds, ByteBuffer[] slots, Sink sink) {
    tcp4 = kinds.contains(Kind.TCP4);
    tcp6 = kinds.contains(Kind.TCP6);
    udp = kinds.contains(Kind.UDP);
    this.sink = sink;
    frames = new SuperFrame[slots.length];
    for (int i = 0; i < slots.length; i++) {
      if (slots[i].capacity() < SLOT_BYTES) {
        throw new IllegalArgumentException(
            "a slot has at least " + SLOT_BYTES + " bytes, not " + slots[i].capacity());
      }
      frames[i] = new SuperFrame(i, slots[i]);
    }
  }

  /**
   * Takes an Ethernet frame, or says that it is to be written as it is; then all that must go
   * before it has been written.
   */
  public boolean add(byte[] frame, int start, int length) {
    SegmentView.Kind kind = segment.wrap(frame, start, length);
    if (kind == SegmentView.Kind.OTHER) {
      flushMacs();
      return false;
    }
    if (!isWanted()) {
      return false;
    }
    boolean coalescible = kind == SegmentView.Kind.COALESCIBLE;
    int index = indexOfFlow();
    if (index >= 0) {
      SuperFrame flow = frames[index];
      if (coalescible && flow.isContinuedBy(segment)) {
        if (!segment.verify()) {
          write(index);
          return false;
        }
        flow.append(segment);
        if (flow.isFull()) {
          write(index);
        }
        return true;
      }
      write(index);
    }
    // A pushed segment would be the first and the last.
    if (!coalescible || segment.pushed || !segment.verify()) {
      return false;
    }
    if (open == frames.length) {
      write(0);
    }
    frames[open++].open(segment);
    return true;
  }

  /** Writes all that is open, in the order in which it was opened. */
  public void flush() {
    int count = open;
    open = 0;
    for (int i = 0; i < count; i++) {
      sink.write(frames[i].slot, frames[i].finish());
    }
  }

  private boolean isWanted() {
    if (!segment.tcp) {
      return udp;
    }
    return segment.v6 ? tcp6 : tcp4;
  }

  private int indexOfFlow() {
    for (int i = open - 1; i >= 0; i--) {
      if (frames[i].isFlowOf(segment)) {
        return i;
      }
    }
    return -1;
  }

  /** Writes whatever is open between the stations of a frame of which no more is known. */
  private void flushMacs() {
    if (segment.length < ETHERNET_BYTES) {
      flush();
      return;
    }
    int i = 0;
    while (i < open) {
      if (frames[i].hasMacsOf(segment)) {
        write(i);
      } else {
        i++;
      }
    }
  }

  private void write(int index) {
    SuperFrame frame = frames[index];
    open--;
    System.arraycopy(frames, index + 1, frames, index, open - index);
    frames[open] = frame;
    sink.write(frame.slot, frame.finish());
  }
}
