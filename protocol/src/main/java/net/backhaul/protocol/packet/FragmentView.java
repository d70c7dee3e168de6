// SPDX-License-Identifier: Apache-2.0
package net.backhaul.protocol.packet;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** A view of a fragment and its header (02 section 1.6); owns no bytes. */
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

  /** Returns whether a datagram is a fragment rather than a packet or the head of one. */
  public static boolean isFragment(byte[] bytes, int start, int length) {
    return length > Packets.FRAGMENT_HEADER_BYTES && bytes[start + MARK] == (byte) 0xff;
  }

  /** Writes the header of fragment {@code number} of {@code total}, with no hops. */
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

  /** Returns the id of the packet that the fragment belongs to. */
  public long packetId() {
    return (long) LONG.get(bytes, start);
  }

  /** Returns the address of the receiving node. */
  public long destination() {
    return (long) LONG.get(bytes, start + DESTINATION) >>> 24;
  }

  /** Returns the number of datagrams of the packet, including its head. */
  public int total() {
    return bytes[start + COUNTS] >> 4 & 0x0f;
  }

  /** Returns the position of the fragment; the head of the packet is 0. */
  public int number() {
    return bytes[start + COUNTS] & 0x0f;
  }

  /** Returns whether total and number are valid (02 section 1.6). */
  public boolean isValid() {
    return total() >= 2 && total() <= Packets.MAX_FRAGMENTS && number() > 0 && number() < total();
  }

  /** Returns how often the fragment was relayed. */
  public int hops() {
    return bytes[start + HOPS] & HOPS_MASK;
  }

  /** Sets how often the fragment was relayed. */
  public void hops(int hops) {
    bytes[start + HOPS] = (byte) (bytes[start + HOPS] & ~HOPS_MASK | hops & HOPS_MASK);
  }

  /** Returns the index of the data in the array. */
  public int dataStart() {
    return start + Packets.FRAGMENT_HEADER_BYTES;
  }

  /** Returns the length of the data. */
  public int dataLength() {
    return length - Packets.FRAGMENT_HEADER_BYTES;
  }
}
