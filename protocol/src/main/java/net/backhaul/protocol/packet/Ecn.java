// SPDX-License-Identifier: Apache-2.0
package net.backhaul.protocol.packet;

/**
 * The ECN field: the lower two bits of the traffic class of an IP packet (RFC 3168 section 5), and
 * how it passes through a tunnel (RFC 6040).
 */
public final class Ecn {
  /** The bits of the traffic class that are the ECN field. */
  public static final int MASK = 0x3;

  /** The transport does not react to marks. */
  public static final int NOT_ECT = 0;

  /** The transport reacts to marks; also the identifier of L4S (RFC 9331). */
  public static final int ECT_1 = 1;

  /** The transport reacts to marks. */
  public static final int ECT_0 = 2;

  /** A router on the path has experienced congestion. */
  public static final int CE = 3;

  /** The result of {@link #decapsulate} for a packet that must be dropped. */
  public static final int DROP = -1;

  private Ecn() {}

  /**
   * Returns the ECN field of a packet that leaves a tunnel, or {@link #DROP} (RFC 6040 section
   * 4.2).
   *
   * @param inner the field of the packet in the tunnel
   * @param outer the field of the datagram that carried it
   */
  public static int decapsulate(int inner, int outer) {
    if (inner == NOT_ECT) {
      return outer == CE ? DROP : NOT_ECT;
    }
    return inner == CE || outer == NOT_ECT || outer == ECT_0 ? inner : outer;
  }

  /**
   * Returns the field of what is reassembled of two parts: a mark on any of them is kept (RFC 3168
   * section 5.3).
   */
  public static int combine(int one, int other) {
    if (one == CE || other == CE) {
      return CE;
    }
    return one == ECT_1 || other == ECT_1 ? ECT_1 : one | other;
  }
}
