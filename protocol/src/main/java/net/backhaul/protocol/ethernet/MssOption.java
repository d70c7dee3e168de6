// SPDX-License-Identifier: Apache-2.0
package net.backhaul.protocol.ethernet;

import static net.backhaul.protocol.ethernet.IpLayout.IPV4_BYTES;
import static net.backhaul.protocol.ethernet.IpLayout.IPV6_BYTES;
import static net.backhaul.protocol.ethernet.IpLayout.SYN;
import static net.backhaul.protocol.ethernet.IpLayout.TCP;
import static net.backhaul.protocol.ethernet.IpLayout.TCP_BYTES;
import static net.backhaul.protocol.ethernet.IpLayout.TCP_CHECKSUM;
import static net.backhaul.protocol.ethernet.IpLayout.TCP_DATA_OFFSET;
import static net.backhaul.protocol.ethernet.IpLayout.TCP_FLAGS;

import net.backhaul.protocol.packet.BigEndian;

/**
 * The option of a TCP SYN that states the maximum segment size (MSS, RFC 9293) of its sender. A
 * view of a frame that is reused and owns no bytes.
 */
public final class MssOption {
  private static final int END_OF_OPTIONS = 0;
  private static final int NO_OPERATION = 1;
  private static final int MSS = 2;
  private static final int MSS_BYTES = 4;

  /** TCP-AO (RFC 5925), whose MAC covers the other options. */
  private static final int AUTHENTICATION = 29;

  private static final int NOWHERE = -1;

  private final IpLayout layout = new IpLayout();
  private byte[] bytes = {};
  private int tcpAt;
  private int valueAt = NOWHERE;
  private int headerBytes;

  /**
   * Finds the option in the bytes after an Ethernet header, behind at most eight VLAN tags.
   *
   * @return false if this is no complete SYN with exactly one such option, if its options are
   *     malformed, or if they must not be changed
   */
  public boolean find(int etherType, byte[] bytes, int start, int length) {
    this.bytes = bytes;
    valueAt = NOWHERE;
    if (layout.find(etherType, bytes, start, length) != SegmentationFailure.NONE
        || layout.protocol() != TCP) {
      return false;
    }
    tcpAt = layout.transportAt();
    if (layout.end() - tcpAt < TCP_BYTES || (bytes[tcpAt + TCP_FLAGS] & SYN) == 0) {
      return false;
    }
    headerBytes = layout.ipAt() - start + (layout.v6() ? IPV6_BYTES : IPV4_BYTES) + TCP_BYTES;
    int optionsEnd = tcpAt + ((bytes[tcpAt + TCP_DATA_OFFSET] & 0xf0) >>> 2);
    return optionsEnd <= layout.end() && findOption(tcpAt + TCP_BYTES, optionsEnd);
  }

  private boolean findOption(int start, int end) {
    int at = start;
    while (at < end && bytes[at] != END_OF_OPTIONS) {
      if (bytes[at] == NO_OPERATION) {
        at++;
        continue;
      }
      int length = at + 1 < end ? BigEndian.u8(bytes, at + 1) : 0;
      if (length < 2 || length > end - at || bytes[at] == AUTHENTICATION) {
        return false;
      }
      if (bytes[at] == MSS) {
        if (length != MSS_BYTES || valueAt != NOWHERE) {
          return false;
        }
        valueAt = at + 2;
      }
      at += length;
    }
    return valueAt != NOWHERE;
  }

  /** Returns the MSS of the option that was found, in bytes. */
  public int mssBytes() {
    return BigEndian.u16(bytes, valueAt);
  }

  /**
   * Returns what the MSS leaves out of a full segment, in bytes: VLAN tags, and the headers of IP
   * and TCP without options. Options of the segment count as its payload (RFC 6691).
   */
  public int headerBytes() {
    return headerBytes;
  }

  /** Replaces the MSS and updates the checksum, which must be complete. */
  public void replace(int mssBytes) {
    int before = mssBytes();
    BigEndian.put16(bytes, valueAt, mssBytes);
    boolean aligned = (valueAt - tcpAt) % 2 == 0;
    int checksum =
        InternetChecksum.update(
            BigEndian.u16(bytes, tcpAt + TCP_CHECKSUM),
            aligned ? before : InternetChecksum.number(before),
            aligned ? mssBytes : InternetChecksum.number(mssBytes));
    BigEndian.put16(bytes, tcpAt + TCP_CHECKSUM, checksum);
  }
}
