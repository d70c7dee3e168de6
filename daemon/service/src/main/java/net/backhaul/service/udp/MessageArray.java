// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.udp;

import com.sun.jna.Native;
import com.sun.jna.Pointer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * An array of Linux's {@code struct mmsghdr}, each with one buffer, one address and the control
 * message for the segment size, in the layout of the C library of 64-bit systems.
 */
final class MessageArray {
  /** Enough for {@code struct sockaddr_in6}. */
  static final int ADDRESS_BYTES = 28;

  static final int SOL_UDP = 17;
  static final int UDP_SEGMENT = 103;
  static final int UDP_GRO = 104;

  private static final int HEADER_BYTES = 64;
  private static final int NAME_AT = 0;
  private static final int NAME_LENGTH_AT = 8;
  private static final int IOVEC_AT = 16;
  private static final int IOVEC_COUNT_AT = 24;
  private static final int CONTROL_AT = 32;
  private static final int CONTROL_LENGTH_AT = 40;
  private static final int MESSAGE_FLAGS_AT = 48;
  private static final int MESSAGE_LENGTH_AT = 56;

  private static final int IOVEC_BYTES = 16;
  private static final int IOVEC_LENGTH_AT = 8;

  private static final int CONTROL_BYTES = 24;
  private static final int CONTROL_HEADER_BYTES = 16;
  private static final int LEVEL_AT = 8;
  private static final int TYPE_AT = 12;

  /** Bytes after the headers for each message: its iovec, its control message, its address. */
  private static final int PARTS_BYTES = IOVEC_BYTES + CONTROL_BYTES + 32;

  private final ByteBuffer memory;
  private final long address;
  private final int partsAt;
  private final long dataAddress;

  /**
   * Creates the array.
   *
   * @param data direct memory that holds the buffers of the messages
   */
  MessageArray(int messages, ByteBuffer data) {
    partsAt = messages * HEADER_BYTES;
    memory =
        ByteBuffer.allocateDirect(messages * (HEADER_BYTES + PARTS_BYTES))
            .order(ByteOrder.nativeOrder());
    address = addressOf(memory);
    dataAddress = addressOf(data);
    for (int i = 0; i < messages; i++) {
      int header = i * HEADER_BYTES;
      memory.putLong(header + NAME_AT, address + nameAt(i));
      memory.putLong(header + IOVEC_AT, address + iovecAt(i));
      memory.putLong(header + IOVEC_COUNT_AT, 1);
    }
  }

  /** Returns the native address of a message. */
  long addressOf(int message) {
    return address + (long) message * HEADER_BYTES;
  }

  /**
   * Points a message at data to be sent.
   *
   * @param socketAddress the destination, in the kernel's form
   * @param segmentBytes size of the segments; the length itself for a single datagram
   */
  void send(int message, byte[] socketAddress, int start, int length, int segmentBytes) {
    int header = message * HEADER_BYTES;
    memory.put(nameAt(message), socketAddress);
    memory.putInt(header + NAME_LENGTH_AT, socketAddress.length);
    piece(message, start, length);
    if (length == segmentBytes) {
      control(message, 0);
      return;
    }
    int control = controlAt(message);
    memory.putLong(control, CONTROL_HEADER_BYTES + Short.BYTES);
    memory.putInt(control + LEVEL_AT, SOL_UDP);
    memory.putInt(control + TYPE_AT, UDP_SEGMENT);
    memory.putShort(control + CONTROL_HEADER_BYTES, (short) segmentBytes);
    control(message, CONTROL_BYTES);
  }

  /** Points a message at the buffer to receive to. */
  void receive(int message, int start, int length) {
    memory.putInt(message * HEADER_BYTES + NAME_LENGTH_AT, ADDRESS_BYTES);
    piece(message, start, length);
    control(message, CONTROL_BYTES);
  }

  /** Returns the received length in bytes. */
  int length(int message) {
    return memory.getInt(message * HEADER_BYTES + MESSAGE_LENGTH_AT);
  }

  /** Returns the size of the coalesced datagrams, or the length of a single one. */
  int segmentBytes(int message) {
    int control = controlAt(message);
    boolean coalesced =
        memory.getLong(message * HEADER_BYTES + CONTROL_LENGTH_AT)
                >= CONTROL_HEADER_BYTES + Integer.BYTES
            && memory.getInt(control + LEVEL_AT) == SOL_UDP
            && memory.getInt(control + TYPE_AT) == UDP_GRO;
    int segmentBytes = coalesced ? memory.getInt(control + CONTROL_HEADER_BYTES) : 0;
    return segmentBytes > 0 ? segmentBytes : length(message);
  }

  /** Returns the memory that holds the addresses of senders. */
  ByteBuffer names() {
    return memory;
  }

  int nameAt(int message) {
    return partsAt + message * PARTS_BYTES + IOVEC_BYTES + CONTROL_BYTES;
  }

  private int iovecAt(int message) {
    return partsAt + message * PARTS_BYTES;
  }

  private int controlAt(int message) {
    return iovecAt(message) + IOVEC_BYTES;
  }

  private void piece(int message, int start, int length) {
    memory.putLong(iovecAt(message), dataAddress + start);
    memory.putLong(iovecAt(message) + IOVEC_LENGTH_AT, length);
  }

  private void control(int message, int length) {
    int header = message * HEADER_BYTES;
    memory.putLong(header + CONTROL_AT, length == 0 ? 0 : address + controlAt(message));
    memory.putLong(header + CONTROL_LENGTH_AT, length);
    memory.putInt(header + MESSAGE_FLAGS_AT, 0);
  }

  private static long addressOf(ByteBuffer direct) {
    return Pointer.nativeValue(Native.getDirectBufferPointer(direct));
  }
}
