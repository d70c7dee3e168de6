// SPDX-License-Identifier: Apache-2.0
package net.backhaul.rules.evaluation;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import net.backhaul.protocol.ethernet.EtherTypes;

/**
 * A frame as rules see it: its direction, the addresses of the two members, its Ethernet header,
 * and the bytes after that. A mutable view that is reused and owns no bytes; bytes beyond the end
 * read as 0.
 *
 * <p>{@link #wrap} and {@link #ethernet} come first, then {@link #inbound} or {@link #outbound}.
 */
public class FrameHeader {
  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.nativeOrder());
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.nativeOrder());
  private static final int IPV4_MIN_BYTES = 20;
  private static final int IPV6_MIN_BYTES = 40;
  private static final int NEXT_HEADER = 6;
  private static final int HOP_BY_HOP = 0;
  private static final int ROUTING = 43;
  private static final int DESTINATION_OPTIONS = 60;
  private static final int MOBILITY = 135;
  private static final int IPV4_PROTOCOL = 9;
  private static final int TCP = 6;
  private static final int TCP_FLAGS = 13;
  private static final int NOT_WALKED = -2;

  private boolean isInbound;
  private long source;
  private long destination;
  private long sourceMac;
  private long destinationMac;
  private int etherType;
  private byte[] bytes = {};
  private int start;
  private int length;
  private int payloadAt = NOT_WALKED;
  private int payloadProtocol;

  /** Creates a view of an empty frame. */
  public FrameHeader() {}

  /** Points this view at the bytes after an Ethernet header. */
  public final void wrap(byte[] newBytes, int newStart, int newLength) {
    bytes = newBytes;
    start = newStart;
    length = newLength;
    payloadAt = NOT_WALKED;
  }

  /** Sets the Ethernet header. */
  public final void ethernet(long newDestinationMac, long newSourceMac, int newEtherType) {
    destinationMac = newDestinationMac;
    sourceMac = newSourceMac;
    etherType = newEtherType;
  }

  /**
   * Sets the addresses of a frame that this member sends.
   *
   * @param to the recipient, or 0 where there is no single one
   */
  public final void outbound(long from, long to) {
    isInbound = false;
    source = from;
    destination = to;
  }

  /** Sets the addresses of a frame that this member receives. */
  public final void inbound(long from, long to) {
    isInbound = true;
    source = from;
    destination = to;
  }

  /** Returns whether this member receives the frame. */
  public final boolean isInbound() {
    return isInbound;
  }

  /** Returns the address of the sending member. */
  public final long source() {
    return source;
  }

  /** Returns the address of the receiving member, or 0. */
  public final long destination() {
    return destination;
  }

  /** Returns the source MAC. */
  public final long sourceMac() {
    return sourceMac;
  }

  /** Returns the destination MAC. */
  public final long destinationMac() {
    return destinationMac;
  }

  /** Returns the EtherType. */
  public final int etherType() {
    return etherType;
  }

  /** Returns the array that has the frame, borrowed. */
  public final byte[] array() {
    return bytes;
  }

  /** Returns the index in {@link #array} of byte {@code i} of the frame. */
  public final int at(int i) {
    return start + i;
  }

  /** Returns the length in bytes, without the Ethernet header. */
  public final int length() {
    return length;
  }

  /** Returns a byte, or 0 beyond the end. */
  public final int u8(int i) {
    return i < length ? bytes[start + i] & 0xff : 0;
  }

  /** Returns two bytes as a number. */
  public final int u16(int i) {
    return u8(i) << 8 | u8(i + 1);
  }

  /** Returns four bytes as a number. */
  public final long u32(int i) {
    return (long) u16(i) << 16 | u16(i + 2);
  }

  /** Returns four bytes within the frame in native order, for comparison only. */
  public final int int32(int i) {
    return (int) INT.get(bytes, start + i);
  }

  /** Returns eight bytes within the frame in native order, for comparison only. */
  public final long int64(int i) {
    return (long) LONG.get(bytes, start + i);
  }

  /** Returns whether matches of IPv4 apply (03 section 5.4.1). */
  public final boolean isIpv4() {
    return etherType == EtherTypes.IPV4 && length >= IPV4_MIN_BYTES;
  }

  /** Returns whether matches of IPv6 apply (03 section 5.4.2). */
  public final boolean isIpv6() {
    return etherType == EtherTypes.IPV6 && length >= IPV6_MIN_BYTES;
  }

  /** Returns the length stated by an IPv4 header. */
  public final int ipv4HeaderBytes() {
    return 4 * (u8(0) & 0x0f);
  }

  /**
   * Skips IPv6 extension headers, once per frame; returns the index of the payload, or -1 where
   * they are truncated (03 section 5.4.3).
   */
  public final int ipv6PayloadAt() {
    if (payloadAt == NOT_WALKED) {
      payloadAt = walkIpv6();
    }
    return payloadAt;
  }

  /** Returns the protocol of the payload at {@link #ipv6PayloadAt}. */
  public final int ipv6Protocol() {
    return payloadProtocol;
  }

  private int walkIpv6() {
    int at = IPV6_MIN_BYTES;
    int protocol = u8(NEXT_HEADER);
    while (at <= length) {
      switch (protocol) {
        case HOP_BY_HOP, ROUTING, DESTINATION_OPTIONS, MOBILITY -> {
          if (at + 8 > length) {
            return -1;
          }
          protocol = u8(at);
          at += 8 * u8(at + 1) + 8;
        }
        default -> {
          payloadProtocol = protocol;
          return at;
        }
      }
    }
    return -1;
  }

  /**
   * Returns the flags of TCP as in the characteristics (03 section 5.4.8): byte 13 of its header,
   * and above it the low half of byte 12; 0 where a frame has none.
   */
  public final int tcpFlags() {
    int at = -1;
    if (isIpv4()) {
      at = u8(IPV4_PROTOCOL) == TCP ? ipv4HeaderBytes() : -1;
    } else if (isIpv6()) {
      int payload = ipv6PayloadAt();
      boolean has = payload >= 0 && payloadProtocol == TCP && length > payload + TCP_FLAGS + 1;
      at = has ? payload : -1;
    }
    return at < 0 ? 0 : (u8(at + TCP_FLAGS - 1) & 0x0f) << 8 | u8(at + TCP_FLAGS);
  }
}
