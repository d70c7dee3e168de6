// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine;

/**
 * Segments of equal size except the last, which may be shorter, back to back in one array: the part
 * that runs of datagrams and of packets have in common.
 *
 * <p>A mutable view that its owner reuses; it owns no bytes.
 */
public abstract class SegmentRun {
  private byte[] bytes = {};
  private int start;
  private int length;
  private int segmentBytes;
  private int trafficClass;
  private int flow;

  protected SegmentRun() {}

  protected final void setBytes(byte[] newBytes, int newStart, int newLength, int newSegmentBytes) {
    bytes = newBytes;
    start = newStart;
    length = newLength;
    segmentBytes = newSegmentBytes;
  }

  protected final void setTrafficClass(int newTrafficClass) {
    trafficClass = newTrafficClass;
  }

  protected final void setFlow(int newFlow) {
    flow = newFlow;
  }

  public final byte[] bytes() {
    return bytes;
  }

  /** Returns where the first segment begins. */
  public final int start() {
    return start;
  }

  /** Returns where the last segment ends. */
  public final int end() {
    return start + length;
  }

  /** Returns the length of all segments together, in bytes. */
  public final int length() {
    return length;
  }

  /** Returns the size of one segment; the length itself for a single one. */
  public final int segmentBytes() {
    return segmentBytes;
  }

  /** Returns the traffic class of the IP headers, 0 to 255. */
  public final int trafficClass() {
    return trafficClass;
  }

  /** Returns a hash of the flow of the IP packets in frames. */
  public final int flow() {
    return flow;
  }
}
