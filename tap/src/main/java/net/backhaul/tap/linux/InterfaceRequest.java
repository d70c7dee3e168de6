// SPDX-License-Identifier: Apache-2.0
package net.backhaul.tap.linux;

import com.sun.jna.Memory;
import com.sun.jna.Pointer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** A {@code struct ifreq} of the kernel: the name of an interface and one value. */
final class InterfaceRequest {
  static final long TUNSETIFF = 0x400454caL;
  static final long SIOCGIFFLAGS = 0x8913;
  static final long SIOCSIFFLAGS = 0x8914;
  static final long SIOCSIFMTU = 0x8922;
  static final long SIOCSIFHWADDR = 0x8924;
  static final long SIOCGIFINDEX = 0x8933;

  static final int IFF_UP = 0x1;
  static final int IFF_MULTICAST = 0x1000;
  static final int IFF_TAP = 0x2;
  static final int IFF_NO_PI = 0x1000;
  static final int IFF_VNET_HDR = 0x4000;

  static final int SIZE_BYTES = 40;

  private static final int NAME_BYTES = 16;
  private static final short ARPHRD_ETHER = 1;
  private static final int MAC_BYTES = 6;

  private final ByteBuffer bytes = ByteBuffer.allocate(SIZE_BYTES).order(ByteOrder.nativeOrder());

  InterfaceRequest(String name) {
    byte[] ascii = name.getBytes(StandardCharsets.US_ASCII);
    bytes.put(0, ascii, 0, Math.min(ascii.length, NAME_BYTES - 1));
  }

  InterfaceRequest flags(int flags) {
    bytes.putShort(NAME_BYTES, (short) flags);
    return this;
  }

  int flags() {
    return bytes.getShort(NAME_BYTES) & 0xffff;
  }

  InterfaceRequest number(int number) {
    bytes.putInt(NAME_BYTES, number);
    return this;
  }

  int number() {
    return bytes.getInt(NAME_BYTES);
  }

  InterfaceRequest mac(long mac) {
    bytes.putShort(NAME_BYTES, ARPHRD_ETHER);
    for (int i = 0; i < MAC_BYTES; i++) {
      bytes.put(NAME_BYTES + 2 + i, (byte) (mac >>> 40 - 8 * i));
    }
    return this;
  }

  /** Returns the name, which the kernel may have set. */
  String name() {
    int end = 0;
    while (end < NAME_BYTES && bytes.get(end) != 0) {
      end++;
    }
    return new String(bytes.array(), 0, end, StandardCharsets.US_ASCII);
  }

  /** Returns a copy of the structure. */
  byte[] toBytes() {
    return bytes.array().clone();
  }

  /**
   * Calls ioctl and reads the structure that it returns.
   *
   * @return 0, or errno
   */
  int call(int fd, long request) {
    try (var memory = new Memory(SIZE_BYTES)) {
      memory.write(0, bytes.array(), 0, SIZE_BYTES);
      if (LibC.ioctl(fd, request, Pointer.nativeValue(memory)) < 0) {
        return LibC.errno();
      }
      memory.read(0, bytes.array(), 0, SIZE_BYTES);
      return 0;
    }
  }
}
