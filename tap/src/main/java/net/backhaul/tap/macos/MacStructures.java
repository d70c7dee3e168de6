// SPDX-License-Identifier: Apache-2.0
package net.backhaul.tap.macos;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** Structures and constants of macOS's kernel for reading and writing frames. */
final class MacStructures {
  static final int AF_NDRV = 27;
  static final int AF_LINK = 18;

  static final long BIOCSBLEN = 0xc0044266L;
  static final long BIOCPROMISC = 0x20004269L;
  static final long BIOCSETIF = 0x8020426cL;
  static final long BIOCSRTIMEOUT = 0x8010426dL;
  static final long BIOCIMMEDIATE = 0x80044270L;
  static final long BIOCSHDRCMPLT = 0x80044275L;
  static final long BIOCSSEESENT = 0x80044277L;

  private static final int NAME_BYTES = 16;
  private static final int IFREQ_BYTES = 32;
  private static final int NDRV_BYTES = 2 + NAME_BYTES;
  private static final int TIMEVAL_BYTES = 16;

  private static final int LINK_FAMILY_AT = 1;
  private static final int LINK_NAME_LENGTH_AT = 5;
  private static final int LINK_ADDRESS_LENGTH_AT = 6;
  private static final int LINK_DATA_AT = 8;
  private static final int MAC_BYTES = 6;

  private MacStructures() {}

  /** Returns a {@code struct ifreq} that names a device. */
  static byte[] interfaceRequest(String device) {
    return ByteBuffer.allocate(IFREQ_BYTES).put(name(device)).array();
  }

  /** Returns a {@code struct sockaddr_ndrv} that names a device. */
  static byte[] ndrvAddress(String device) {
    return ByteBuffer.allocate(NDRV_BYTES)
        .put((byte) NDRV_BYTES)
        .put((byte) AF_NDRV)
        .put(name(device))
        .array();
  }

  /** Returns a {@code struct timeval}. */
  static byte[] time(long millis) {
    return ByteBuffer.allocate(TIMEVAL_BYTES)
        .order(ByteOrder.nativeOrder())
        .putLong(millis / 1_000)
        .putInt((int) (millis % 1_000) * 1_000)
        .array();
  }

  /** Returns an {@code u_int}. */
  static byte[] number(int value) {
    return ByteBuffer.allocate(4).order(ByteOrder.nativeOrder()).putInt(value).array();
  }

  /** Returns the MAC in a {@code struct sockaddr_dl}, or -1 if there is none. */
  static long macOf(byte[] linkAddress) {
    if (linkAddress.length < LINK_DATA_AT
        || linkAddress[LINK_FAMILY_AT] != AF_LINK
        || linkAddress[LINK_ADDRESS_LENGTH_AT] != MAC_BYTES) {
      return -1;
    }
    int start = LINK_DATA_AT + (linkAddress[LINK_NAME_LENGTH_AT] & 0xff);
    if (start + MAC_BYTES > linkAddress.length) {
      return -1;
    }
    long mac = 0;
    for (int i = 0; i < MAC_BYTES; i++) {
      mac = mac << 8 | linkAddress[start + i] & 0xff;
    }
    return mac;
  }

  /** Returns the device name in a {@code struct sockaddr_dl}, empty if there is none. */
  static String deviceOf(byte[] linkAddress) {
    if (linkAddress.length < LINK_DATA_AT || linkAddress[LINK_FAMILY_AT] != AF_LINK) {
      return "";
    }
    int length = linkAddress[LINK_NAME_LENGTH_AT] & 0xff;
    return LINK_DATA_AT + length > linkAddress.length
        ? ""
        : new String(linkAddress, LINK_DATA_AT, length, StandardCharsets.US_ASCII);
  }

  private static byte[] name(String device) {
    byte[] ascii = device.getBytes(StandardCharsets.US_ASCII);
    byte[] padded = new byte[NAME_BYTES];
    System.arraycopy(ascii, 0, padded, 0, Math.min(ascii.length, NAME_BYTES - 1));
    return padded;
  }
}
