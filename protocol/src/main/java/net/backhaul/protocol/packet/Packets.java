// SPDX-License-Identifier: Apache-2.0
package net.backhaul.protocol.packet;

/** Limits and cipher suites of packets (01 section 5, 02 section 1). */
public final class Packets {
  /** The length of the header including the verb, and the minimum length of a packet. */
  public static final int HEADER_BYTES = 28;

  /** The length of the header of a fragment. */
  public static final int FRAGMENT_HEADER_BYTES = 16;

  /** The maximum length of a packet. */
  public static final int MAX_BYTES = 10_024;

  /** The maximum number of datagrams of a packet, including its head. */
  public static final int MAX_FRAGMENTS = 7;

  /** The default maximum length of a datagram. */
  public static final int DEFAULT_MTU_BYTES = 1_432;

  /** The maximum length of a packet in seven datagrams of the default size. */
  public static final int MAX_SENT_BYTES = 9_928;

  /**
   * The maximum length of the data of a frame, Ethernet header excluded, that can be sent in each
   * form: in a MULTICAST_FRAME, whose header is the longest (03 section 7.6).
   */
  public static final int MAX_FRAME_DATA_BYTES = MAX_SENT_BYTES - HEADER_BYTES - 31;

  /** Cipher suite: Poly1305 without encryption. */
  public static final int SUITE_POLY = 0;

  /** Cipher suite: Salsa20/12 and Poly1305. */
  public static final int SUITE_SALSA = 1;

  /** Cipher suite: none, on a physical network that the operator trusts. */
  public static final int SUITE_TRUSTED = 2;

  /** Cipher suite: AES-GMAC-SIV. */
  public static final int SUITE_AES = 3;

  private Packets() {}
}
