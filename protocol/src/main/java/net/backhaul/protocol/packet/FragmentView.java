// SPDX-License-Identifier: Apache-2.0
package net.backhaul.protocol.packet;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** The bytes of one fragment, seen through its fields (02 section 1.6); owns no bytes. */
public final class FragmentView {
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);
  private static final int DESTINATION = 8;
  private static final int MARK = 13;
  private static final int COUNTS = 14;
  private static final int HOPS = 15;
  private static final int HOPS_MASK = 0x07;

  private byte[] bytes = new byte[Packets.FRAGMENT_HEADER_BYTES];
  private int start;
  private int length;

  /** Returns whether a datagram is a fragment and not the head of a packet. */
  public static boolean isFragment(byte[] bytes, int start, int length) {
    return length > Packets.FRAGMENT_HEADER_BYTES && bytes[start + MARK] == (byte) 0xff;
  }

  /** Writes the header of fragment {@code number} of {@code total} datagrams, at hop 0. */
  public static void writeHeader(
      byte[] bytes, int start, long packetId, long destination, int total, int number) {
    LONG.set(bytes, start, packetId);
    LONG.set(bytes, start + DESTINATION, destination << 24 | 0xff0000L | total << 12 | number << 8);
  }

  /** Points this view at a fragment. */
  public void wrap(byte[] newBytes, int newStart, int newLength) {
    bytes = newBytes;
    start = newStart;
    length = newLength;
  }

  public long packetId() {
    return (long) LONG.get(bytes, start);
  }

  public long destination() {
    return (long) LONG.get(bytes, start + DESTINATION) >>> 24;
  }

  public int total() {
    return bytes[start + COUNTS] >> 4 & 0x0f;
  }

  public int number() {
    return bytes[start + COUNTS] & 0x0f;
  }

  /** Returns whether its numbers are such as a sender may give (02 section 1.6). */
  public boolean isValid() {
    return total() >= 2 && total() <= Packets.MAX_FRAGMENTS && number() > 0 && number() < total();
  }

  public int hops() {
    return bytes[start + HOPS] & HOPS_MASK;
  }

  public void hops(int hops) {
    bytes[start + HOPS] = (byte) (bytes[start + HOPS] & ~HOPS_MASK | hops & HOPS_MASK);
  }

  public int dataStart() {
    return start + Packets.FRAGMENT_HEADER_BYTES;
  }

  public int dataLength() {
    return length - Packets.FRAGMENT_HEADER_BYTES;
  }
}
