// SPDX-License-Identifier: Apache-2.0
package net.backhaul.protocol.ethernet;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * What stands before each frame of a device with offloads: {@code struct virtio_net_hdr}.
 *
 * <p>It says what is left to do with the frame: finish a checksum, cut it into segments. All places
 * are counted from the first byte of the Ethernet frame. The fields are little-endian. One object
 * is filled again and again.
 */
public final class OffloadHeader {
  public static final int BYTES = 10;

  /** The checksum field holds the sum of the pseudo header only. */
  public static final int NEEDS_CHECKSUM = 1;

  /** Somebody has verified the checksum. */
  public static final int DATA_VALID = 2;

  public static final int GSO_NONE = 0;
  public static final int GSO_TCP4 = 1;

  /** One datagram to be cut into IP fragments, which devices no longer do. */
  public static final int GSO_UDP_FRAGMENTS = 3;

  public static final int GSO_TCP6 = 4;

  /** Many datagrams of one size. */
  public static final int GSO_UDP_DATAGRAMS = 5;

  /** A bit beside the type: the first TCP segment says that the window was reduced (CWR). */
  public static final int GSO_ECN = 0x80;

  private static final int FLAGS = 0;
  private static final int GSO_TYPE = 1;
  private static final int HEADER_BYTES = 2;
  private static final int GSO_BYTES = 4;
  private static final int CHECKSUM_START = 6;
  private static final int CHECKSUM_OFFSET = 8;

  private static final VarHandle SHORT =
      MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle SHORT_IN_BUFFER =
      MethodHandles.byteBufferViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);

  private int flags;
  private int gsoType;
  private int headerBytes;
  private int gsoBytes;
  private int checksumStart;
  private int checksumOffset;

  /** Makes this the header of a frame with which nothing is left to do. */
  public void clear() {
    set(0, GSO_NONE, 0, 0, 0, 0);
  }

  /** Sets all fields; each is cut to its width when it is written. */
  public void set(
      int flags,
      int gsoType,
      int headerBytes,
      int gsoBytes,
      int checksumStart,
      int checksumOffset) {
    this.flags = flags;
    this.gsoType = gsoType;
    this.headerBytes = headerBytes;
    this.gsoBytes = gsoBytes;
    this.checksumStart = checksumStart;
    this.checksumOffset = checksumOffset;
  }

  /** Reads the ten bytes at a place; any bytes will do. */
  public void read(byte[] bytes, int at) {
    flags = bytes[at + FLAGS] & 0xff;
    gsoType = bytes[at + GSO_TYPE] & 0xff;
    headerBytes = u16(bytes, at + HEADER_BYTES);
    gsoBytes = u16(bytes, at + GSO_BYTES);
    checksumStart = u16(bytes, at + CHECKSUM_START);
    checksumOffset = u16(bytes, at + CHECKSUM_OFFSET);
  }

  /** Reads the ten bytes at an absolute place, whatever the buffer's order. */
  public void read(ByteBuffer bytes, int at) {
    flags = bytes.get(at + FLAGS) & 0xff;
    gsoType = bytes.get(at + GSO_TYPE) & 0xff;
    headerBytes = u16(bytes, at + HEADER_BYTES);
    gsoBytes = u16(bytes, at + GSO_BYTES);
    checksumStart = u16(bytes, at + CHECKSUM_START);
    checksumOffset = u16(bytes, at + CHECKSUM_OFFSET);
  }

  public void write(byte[] bytes, int at) {
    bytes[at + FLAGS] = (byte) flags;
    bytes[at + GSO_TYPE] = (byte) gsoType;
    SHORT.set(bytes, at + HEADER_BYTES, (short) headerBytes);
    SHORT.set(bytes, at + GSO_BYTES, (short) gsoBytes);
    SHORT.set(bytes, at + CHECKSUM_START, (short) checksumStart);
    SHORT.set(bytes, at + CHECKSUM_OFFSET, (short) checksumOffset);
  }

  /** Writes the ten bytes to an absolute place, whatever the buffer's order. */
  public void write(ByteBuffer bytes, int at) {
    bytes.put(at + FLAGS, (byte) flags);
    bytes.put(at + GSO_TYPE, (byte) gsoType);
    SHORT_IN_BUFFER.set(bytes, at + HEADER_BYTES, (short) headerBytes);
    SHORT_IN_BUFFER.set(bytes, at + GSO_BYTES, (short) gsoBytes);
    SHORT_IN_BUFFER.set(bytes, at + CHECKSUM_START, (short) checksumStart);
    SHORT_IN_BUFFER.set(bytes, at + CHECKSUM_OFFSET, (short) checksumOffset);
  }

  public int flags() {
    return flags;
  }

  public boolean needsChecksum() {
    return (flags & NEEDS_CHECKSUM) != 0;
  }

  public boolean isValid() {
    return (flags & DATA_VALID) != 0;
  }

  /** Returns the type with {@link #GSO_ECN} as it stands. */
  public int gsoType() {
    return gsoType;
  }

  /** Says whether the frame is one to be cut: more than a frame of the wire. */
  public boolean isSuperFrame() {
    return gsoType != GSO_NONE;
  }

  /** Returns how long all headers are: a hint that is often wrong, and nothing relies on it. */
  public int headerBytes() {
    return headerBytes;
  }

  /** Returns how many bytes of payload each segment but the last has. */
  public int gsoBytes() {
    return gsoBytes;
  }

  /** Returns from where on the frame is summed. */
  public int checksumStart() {
    return checksumStart;
  }

  /** Returns where the checksum lies, counted from {@link #checksumStart}. */
  public int checksumOffset() {
    return checksumOffset;
  }

  private static int u16(byte[] bytes, int at) {
    return (short) SHORT.get(bytes, at) & 0xffff;
  }

  private static int u16(ByteBuffer bytes, int at) {
    return (short) SHORT_IN_BUFFER.get(bytes, at) & 0xffff;
  }
}
