// SPDX-License-Identifier: Apache-2.0
package net.backhaul.protocol.packet;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** A view of a packet and its header (02 section 1.2); owns no bytes. */
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
  private static final int SUITE_UNRELATED = FLAG_FRAGMENTED | HOPS_MASK;
  private static final int VERB_MASK = 0x1f;
  private static final int COMPRESSED = 0x80;

  private byte[] bytes = new byte[Packets.HEADER_BYTES];
  private int start;
  private int length = Packets.HEADER_BYTES;

  /** Points this view at a packet; returns false if the bytes are too few for a header. */
  public boolean wrap(byte[] newBytes, int newStart, int newLength) {
    bytes = newBytes;
    start = newStart;
    length = newLength;
    return newLength >= Packets.HEADER_BYTES;
  }

  /** Writes a header without flags and with a zero MAC. */
  public static void writeHeader(
      byte[] bytes, int start, long id, long destination, long source, int verbByte) {
    LONG.set(bytes, start + ID, id);
    LONG.set(bytes, start + DESTINATION, destination << 24 | source >>> 16);
    LONG.set(bytes, start + 16, source << 48);
    LONG.set(bytes, start + MAC, 0L);
    bytes[start + VERB] = (byte) verbByte;
  }

  /** Returns the id, which is the nonce of its encryption. */
  public long id() {
    return (long) LONG.get(bytes, start + ID);
  }

  /** Returns the address of the receiving node. */
  public long destination() {
    return (long) LONG.get(bytes, start + DESTINATION) >>> 24;
  }

  /** Returns the address of the sending node. */
  public long source() {
    return (long) LONG.get(bytes, start + SOURCE) >>> 24;
  }

  /** Returns how often the packet was relayed. */
  public int hops() {
    return bytes[start + FLAGS] & HOPS_MASK;
  }

  /** Sets how often the packet was relayed. */
  public void hops(int hops) {
    bytes[start + FLAGS] = (byte) (bytes[start + FLAGS] & ~HOPS_MASK | hops & HOPS_MASK);
  }

  /** Returns the cipher suite, one of the constants of {@link Packets} or unknown. */
  public int suite() {
    return bytes[start + FLAGS] >> SUITE_SHIFT & SUITE_MASK;
  }

  /** Sets the cipher suite, and the legacy flag that suite 1 requires. */
  public void suite(int suite) {
    bytes[start + FLAGS] =
        (byte)
            (bytes[start + FLAGS] & SUITE_UNRELATED
                | suite << SUITE_SHIFT
                | (suite == Packets.SUITE_SALSA ? FLAG_SALSA : 0));
  }

  /** Returns whether fragments follow this head of a packet. */
  public boolean fragmented() {
    return (bytes[start + FLAGS] & FLAG_FRAGMENTED) != 0;
  }

  /** Sets whether fragments follow this head of a packet. */
  public void fragmented(boolean fragmented) {
    int others = bytes[start + FLAGS] & ~FLAG_FRAGMENTED;
    bytes[start + FLAGS] = (byte) (others | (fragmented ? FLAG_FRAGMENTED : 0));
  }

  /** Returns the MAC field, which holds the path id on trusted paths. */
  public long mac() {
    return (long) LONG.get(bytes, start + MAC);
  }

  /** Sets the MAC field. */
  public void mac(long mac) {
    LONG.set(bytes, start + MAC, mac);
  }

  /** Returns the number of the verb. */
  public int verb() {
    return bytes[start + VERB] & VERB_MASK;
  }

  /** Returns whether the payload is compressed. */
  public boolean compressed() {
    return (bytes[start + VERB] & COMPRESSED) != 0;
  }

  /** Returns the index of the payload in the array. */
  public int payloadStart() {
    return start + Packets.HEADER_BYTES;
  }

  /** Returns the length of the payload. */
  public int payloadLength() {
    return length - Packets.HEADER_BYTES;
  }
}
