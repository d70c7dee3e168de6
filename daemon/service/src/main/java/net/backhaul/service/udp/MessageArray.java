// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.udp;

import com.sun.jna.Native;
import com.sun.jna.Pointer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * An array of Linux's {@code struct mmsghdr}, each with one buffer, one address and space for two
 * control messages, the segment size and the traffic class, in the layout of the C library of
 * 64-bit systems.
 */
final class MessageArray {
  /** Enough for {@code struct sockaddr_in6}. */
  static final int ADDRESS_BYTES = 28;

  static final int SOL_UDP = 17;
  static final int UDP_SEGMENT = 103;
  static final int UDP_GRO = 104;

  static final int IPPROTO_IP = 0;
  static final int IP_TOS = 1;
  static final int IPPROTO_IPV6 = 41;
  static final int IPV6_TCLASS = 67;

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

  private static final int CONTROL_HEADER_BYTES = 16;
  private static final int CONTROL_MESSAGE_BYTES = 24;
  private static final int CONTROL_BYTES = 2 * CONTROL_MESSAGE_BYTES;
  private static final int LEVEL_AT = 8;
  private static final int TYPE_AT = 12;

  /** Bytes after the headers for each message: its iovec, its control messages, its address. */
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
   * Points a message at one datagram to be sent, with the traffic class of the socket.
   *
   * @param socketAddress the destination, in the kernel's form
   */
  void send(int message, byte[] socketAddress, int start, int length) {
    int header = message * HEADER_BYTES;
    memory.put(nameAt(message), socketAddress);
    memory.putInt(header + NAME_LENGTH_AT, socketAddress.length);
    piece(message, start, length);
    control(message, 0);
  }

  /** Makes a message to be sent a run of datagrams of one size, which the kernel segments. */
  void segmentBytes(int message, int segmentBytes) {
    int control = append(message, SOL_UDP, UDP_SEGMENT, Short.BYTES);
    memory.putShort(control, (short) segmentBytes);
  }

  /**
   * Sets the traffic class of a message to be sent.
   *
   * @param v4 whether the destination is an IPv4 address
   */
  void trafficClass(int message, boolean v4, int trafficClass) {
    int level = v4 ? IPPROTO_IP : IPPROTO_IPV6;
    int control = append(message, level, v4 ? IP_TOS : IPV6_TCLASS, Integer.BYTES);
    memory.putInt(control, trafficClass);
  }

  /** Appends a control message and returns where its value is written. */
  private int append(int message, int level, int type, int valueBytes) {
    int used = (int) memory.getLong(message * HEADER_BYTES + CONTROL_LENGTH_AT);
    int control = controlAt(message) + used;
    memory.putLong(control, CONTROL_HEADER_BYTES + valueBytes);
    memory.putInt(control + LEVEL_AT, level);
    memory.putInt(control + TYPE_AT, type);
    control(message, used + CONTROL_MESSAGE_BYTES);
    return control + CONTROL_HEADER_BYTES;
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
    int value = find(message, SOL_UDP, UDP_GRO);
    int segmentBytes = value < 0 ? 0 : memory.getInt(value);
    return segmentBytes > 0 ? segmentBytes : length(message);
  }

  /** Returns the received traffic class, 0 if there is none. */
  int trafficClass(int message) {
    int v4 = find(message, IPPROTO_IP, IP_TOS);
    if (v4 >= 0) {
      return memory.get(v4) & 0xff; // One byte, though it is sent as an integer.
    }
    int v6 = find(message, IPPROTO_IPV6, IPV6_TCLASS);
    return v6 < 0 ? 0 : memory.getInt(v6) & 0xff;
  }

  /** Returns where the value of a received control message is; negative where there is none. */
  private int find(int message, int level, int type) {
    int control = controlAt(message);
    int end = control + (int) memory.getLong(message * HEADER_BYTES + CONTROL_LENGTH_AT);
    while (control + CONTROL_HEADER_BYTES < end) {
      if (memory.getInt(control + LEVEL_AT) == level && memory.getInt(control + TYPE_AT) == type) {
        return control + CONTROL_HEADER_BYTES;
      }
      control += CONTROL_MESSAGE_BYTES;
    }
    return -1;
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
