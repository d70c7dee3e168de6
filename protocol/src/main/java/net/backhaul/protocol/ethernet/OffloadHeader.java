// SPDX-License-Identifier: Apache-2.0
package net.backhaul.protocol.ethernet;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The header before each frame of a device with offloads: {@code struct virtio_net_hdr}.
 *
 * <p>It specifies the outstanding work on the frame: complete a checksum, segment it. Offsets count
 * from the first byte of the Ethernet frame. The fields are little-endian. Objects are reused.
 */
public final class OffloadHeader {
  /** The length of the header. */
  public static final int BYTES = 10;

  /** Flag: the checksum field of the frame holds the sum of the pseudo header only. */
  public static final int NEEDS_CHECKSUM = 1;

  /** Flag: the checksum was verified. */
  public static final int DATA_VALID = 2;

  /** Type: a plain frame. */
  public static final int GSO_NONE = 0;

  /** Type: TCP over IPv4. */
  public static final int GSO_TCP4 = 1;

  /** Type: one UDP datagram to be sent as IP fragments, which devices no longer do. */
  public static final int GSO_UDP_FRAGMENTS = 3;

  /** Type: TCP over IPv6. */
  public static final int GSO_TCP6 = 4;

  /** Type: UDP datagrams of one size. */
  public static final int GSO_UDP_DATAGRAMS = 5;

  /** A bit in addition to the type: the first TCP segment has CWR set. */
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

  /** Makes this the header of a plain frame with a complete checksum. */
  public void clear() {
    set(0, GSO_NONE, 0, 0, 0, 0);
  }

  /** Sets all fields; each is truncated to its width when it is written. */
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

  /** Reads ten bytes at an index; every content is valid. */
  public void read(byte[] bytes, int at) {
    flags = bytes[at + FLAGS] & 0xff;
    gsoType = bytes[at + GSO_TYPE] & 0xff;
    headerBytes = u16(bytes, at + HEADER_BYTES);
    gsoBytes = u16(bytes, at + GSO_BYTES);
    checksumStart = u16(bytes, at + CHECKSUM_START);
    checksumOffset = u16(bytes, at + CHECKSUM_OFFSET);
  }

  /** Reads ten bytes at an absolute index, independent of the buffer's order. */
  public void read(ByteBuffer bytes, int at) {
    flags = bytes.get(at + FLAGS) & 0xff;
    gsoType = bytes.get(at + GSO_TYPE) & 0xff;
    headerBytes = u16(bytes, at + HEADER_BYTES);
    gsoBytes = u16(bytes, at + GSO_BYTES);
    checksumStart = u16(bytes, at + CHECKSUM_START);
    checksumOffset = u16(bytes, at + CHECKSUM_OFFSET);
  }

  /** Writes ten bytes at an index. */
  public void write(byte[] bytes, int at) {
    bytes[at + FLAGS] = (byte) flags;
    bytes[at + GSO_TYPE] = (byte) gsoType;
    SHORT.set(bytes, at + HEADER_BYTES, (short) headerBytes);
    SHORT.set(bytes, at + GSO_BYTES, (short) gsoBytes);
    SHORT.set(bytes, at + CHECKSUM_START, (short) checksumStart);
    SHORT.set(bytes, at + CHECKSUM_OFFSET, (short) checksumOffset);
  }

  /** Writes ten bytes at an absolute index, independent of the buffer's order. */
  public void write(ByteBuffer bytes, int at) {
    bytes.put(at + FLAGS, (byte) flags);
    bytes.put(at + GSO_TYPE, (byte) gsoType);
    SHORT_IN_BUFFER.set(bytes, at + HEADER_BYTES, (short) headerBytes);
    SHORT_IN_BUFFER.set(bytes, at + GSO_BYTES, (short) gsoBytes);
    SHORT_IN_BUFFER.set(bytes, at + CHECKSUM_START, (short) checksumStart);
    SHORT_IN_BUFFER.set(bytes, at + CHECKSUM_OFFSET, (short) checksumOffset);
  }

  /** Returns the flags. */
  public int flags() {
    return flags;
  }

  /** Returns whether the checksum of the frame has to be completed. */
  public boolean needsChecksum() {
    return (flags & NEEDS_CHECKSUM) != 0;
  }

  /** Returns whether the checksum of the frame was verified. */
  public boolean isValid() {
    return (flags & DATA_VALID) != 0;
  }

  /** Returns the type, including {@link #GSO_ECN}. */
  public int gsoType() {
    return gsoType;
  }

  /** Returns whether the frame has to be segmented. */
  public boolean isSuperFrame() {
    return gsoType != GSO_NONE;
  }

  /** Returns the length of all headers of the frame: a hint that is often wrong. */
  public int headerBytes() {
    return headerBytes;
  }

  /** Returns the payload bytes of each segment; the last may have fewer. */
  public int gsoBytes() {
    return gsoBytes;
  }

  /** Returns the offset from which on the frame is summed. */
  public int checksumStart() {
    return checksumStart;
  }

  /** Returns the offset of the checksum from {@link #checksumStart}. */
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
