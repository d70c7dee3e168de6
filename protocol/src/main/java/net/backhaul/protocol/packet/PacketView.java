// SPDX-License-Identifier: Apache-2.0
package net.backhaul.protocol.packet;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** The bytes of one packet, seen through its header's fields (02 section 1.2); owns no bytes. */
public final class PacketView {
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

  private static final int ID = 0;
  private static final int DESTINATION = 8;
  private static final int SOURCE = 13;
  private static final int FLAGS = 18;
  private static final int MAC = 19;
  private static final int VERB = 27;

  private static final int FLAG_SALSA = 0x80;
  private static final int FLAG_FRAGMENTED = 0x40;
  private static final int SUITE_SHIFT = 3;
  private static final int SUITE_MASK = 0x07;
  private static final int HOPS_MASK = 0x07;
  private static final int KEPT_WITH_SUITE = FLAG_FRAGMENTED | HOPS_MASK;
  private static final int VERB_MASK = 0x1f;
  private static final int COMPRESSED = 0x80;

  private byte[] bytes = new byte[Packets.HEADER_BYTES];
  private int start;
  private int length = Packets.HEADER_BYTES;

  /** Points this view at a packet, or says that the bytes are too few to hold one. */
  public boolean wrap(byte[] newBytes, int newStart, int newLength) {
    bytes = newBytes;
    start = newStart;
    length = newLength;
    return newLength >= Packets.HEADER_BYTES;
  }

  /** Writes a header with no flags and an empty MAC. */
  public static void writeHeader(
      byte[] bytes, int start, long id, long destination, long source, int verbByte) {
    LONG.set(bytes, start + ID, id);
    LONG.set(bytes, start + DESTINATION, destination << 24 | source >>> 16);
    LONG.set(bytes, start + 16, source << 48);
    LONG.set(bytes, start + MAC, 0L);
    bytes[start + VERB] = (byte) verbByte;
  }

  public long id() {
    return (long) LONG.get(bytes, start + ID);
  }

  public long destination() {
    return (long) LONG.get(bytes, start + DESTINATION) >>> 24;
  }

  public long source() {
    return (long) LONG.get(bytes, start + SOURCE) >>> 24;
  }

  public int hops() {
    return bytes[start + FLAGS] & HOPS_MASK;
  }

  public void hops(int hops) {
    bytes[start + FLAGS] = (byte) (bytes[start + FLAGS] & ~HOPS_MASK | hops & HOPS_MASK);
  }

  public int suite() {
    return bytes[start + FLAGS] >> SUITE_SHIFT & SUITE_MASK;
  }

  /** Sets the suite, and the old flag that goes with suite 1 alone. */
  public void suite(int suite) {
    bytes[start + FLAGS] =
        (byte)
            (bytes[start + FLAGS] & KEPT_WITH_SUITE
                | suite << SUITE_SHIFT
                | (suite == Packets.SUITE_SALSA ? FLAG_SALSA : 0));
  }

  public boolean fragmented() {
    return (bytes[start + FLAGS] & FLAG_FRAGMENTED) != 0;
  }

  public void fragmented(boolean fragmented) {
    int others = bytes[start + FLAGS] & ~FLAG_FRAGMENTED;
    bytes[start + FLAGS] = (byte) (others | (fragmented ? FLAG_FRAGMENTED : 0));
  }

  /** Returns the MAC, which over a trusted path is the path's id. */
  public long mac() {
    return (long) LONG.get(bytes, start + MAC);
  }

  public void mac(long mac) {
    LONG.set(bytes, start + MAC, mac);
  }

  public int verb() {
    return bytes[start + VERB] & VERB_MASK;
  }

  public boolean compressed() {
    return (bytes[start + VERB] & COMPRESSED) != 0;
  }

  public int payloadStart() {
    return start + Packets.HEADER_BYTES;
  }

  public int payloadLength() {
    return length - Packets.HEADER_BYTES;
  }
}
