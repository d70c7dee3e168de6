// SPDX-License-Identifier: Apache-2.0
package net.backhaul.protocol.ethernet;

import static net.backhaul.protocol.ethernet.IpLayout.ETHERNET_BYTES;
import static net.backhaul.protocol.ethernet.IpLayout.MAX_IP_BYTES;

import java.nio.ByteBuffer;
import java.util.Set;

/**
 * Coalesces consecutive frames of flows into super-frames, so that a device with offloads takes
 * many of them with one write.
 *
 * <p>Frames are coalesced only if segmenting the super-frame gives the same frames again, except
 * that equal ids of IPv4 packets that must not be fragmented become consecutive. Checksums are
 * verified first, since the device accepts them as correct. Frames of a flow stay in order. Objects
 * are reused and allocate nothing.
 */
public final class Coalescer {
  /** The number of flows of a device that are usefully open at once. */
  public static final int SLOTS = 8;

  /** The capacity of the buffer of a slot. */
  public static final int SLOT_BYTES = OffloadHeader.BYTES + ETHERNET_BYTES + MAX_IP_BYTES;

  /** The super-frames that a device may be able to segment. */
  public enum Kind {
    /** TCP over IPv4. */
    TCP4,
    /** TCP over IPv6. */
    TCP6,
    /** UDP over either. */
    UDP
  }

  /** Receives super-frames. */
  public interface Sink {
    /** Writes the first bytes of a slot's buffer: an offload header and an Ethernet frame. */
    void write(int slot, int length);
  }

  private final boolean tcp4;
  private final boolean tcp6;
  private final boolean udp;
  private final Sink sink;
  private final SegmentView segment = new SegmentView();

  /** Open super-frames in the order in which they were opened, then unused ones. */
  private final SuperFrame[] frames;

  private int open;

  /**
   * Creates a coalescer of a device.
   *
   * @param kinds what the device segments
   * @param slots at least one buffer of {@link #SLOT_BYTES}; the caller may use them while no
   *     super-frame is open
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
   * Takes an Ethernet frame.
   *
   * @return false if the caller has to write the frame itself; all frames that must precede it have
   *     been written
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
    // A segment with PSH would be the first and the last.
    if (!coalescible || segment.pushed || !segment.verify()) {
      return false;
    }
    if (open == frames.length) {
      write(0);
    }
    frames[open++].open(segment);
    return true;
  }

  /** Writes all open super-frames in the order in which they were opened. */
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

  /** Writes the open super-frames with the MACs of a frame of unknown flow. */
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
