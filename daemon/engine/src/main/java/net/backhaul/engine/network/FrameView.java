// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine.network;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import net.backhaul.protocol.ethernet.EtherTypes;
import org.jspecify.annotations.Nullable;

/**
 * A frame on its way through the rules; owns no bytes and is used again and again.
 *
 * <p>Bytes are those after the Ethernet header. The remote member is the sender of what comes in,
 * and the recipient of what goes out; it is null where nobody in particular is meant.
 */
final class FrameView {
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

  boolean inbound;
  long source;
  long destination;
  long sourceMac;
  long destinationMac;
  int etherType;
  @Nullable Member remote;
  private byte[] bytes = {};
  private int start;
  private int length;
  private int walkedProtocol;

  /** Points this view at the bytes after an Ethernet header. */
  void wrap(byte[] newBytes, int newStart, int newLength) {
    bytes = newBytes;
    start = newStart;
    length = newLength;
  }

  void ethernet(long newDestinationMac, long newSourceMac, int newEtherType) {
    destinationMac = newDestinationMac;
    sourceMac = newSourceMac;
    etherType = newEtherType;
  }

  void outbound(long from, long to, @Nullable Member recipient) {
    inbound = false;
    source = from;
    destination = to;
    remote = recipient;
  }

  void inbound(long from, long to, @Nullable Member sender) {
    inbound = true;
    source = from;
    destination = to;
    remote = sender;
  }

  byte[] array() {
    return bytes;
  }

  /** Returns the index in {@link #array} of byte {@code i} of the frame. */
  int at(int i) {
    return start + i;
  }

  int length() {
    return length;
  }

  /** Returns a byte, or 0 beyond the end. */
  int u8(int i) {
    return i < length ? bytes[start + i] & 0xff : 0;
  }

  int u16(int i) {
    return u8(i) << 8 | u8(i + 1);
  }

  long u32(int i) {
    return (long) u16(i) << 16 | u16(i + 2);
  }

  /** Returns four bytes that are there, in the order of the array, to be compared only. */
  int int32(int i) {
    return (int) INT.get(bytes, start + i);
  }

  /** Returns eight bytes that are there, in the order of the array, to be compared only. */
  long int64(int i) {
    return (long) LONG.get(bytes, start + i);
  }

  boolean isIpv4() {
    return etherType == EtherTypes.IPV4 && length >= IPV4_MIN_BYTES;
  }

  boolean isIpv6() {
    return etherType == EtherTypes.IPV6 && length >= IPV6_MIN_BYTES;
  }

  /** Returns the length that an IPv4 header states. */
  int ipv4HeaderBytes() {
    return 4 * (u8(0) & 0x0f);
  }

  /** Returns where the payload of an IPv6 packet begins, or -1 (03 section 5.4.3). */
  int walkIpv6() {
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
          walkedProtocol = protocol;
          return at;
        }
      }
    }
    return -1;
  }

  /** Returns the protocol that the last successful walk has come to. */
  int walkedProtocol() {
    return walkedProtocol;
  }
}
