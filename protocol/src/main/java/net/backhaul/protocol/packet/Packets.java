// SPDX-License-Identifier: Apache-2.0
package net.backhaul.protocol.packet;

/** Sizes and numbers of packets (01 section 5, 02 section 1). */
public final class Packets {
  /** The header with the verb byte; no packet is shorter. */
  public static final int HEADER_BYTES = 28;

  public static final int FRAGMENT_HEADER_BYTES = 16;
  public static final int MAX_BYTES = 10_024;
  public static final int MAX_FRAGMENTS = 7;
  public static final int DEFAULT_MTU_BYTES = 1_432;

  /** The longest packet that seven datagrams of the default size can carry. */
  public static final int MAX_SENT_BYTES = 9_928;

  /** Poly1305 without encryption. */
  public static final int SUITE_POLY = 0;

  /** Salsa20/12 and Poly1305. */
  public static final int SUITE_SALSA = 1;

  /** Nothing at all, over a physical network that the operator trusts. */
  public static final int SUITE_TRUSTED = 2;

  /** AES-GMAC-SIV. */
  public static final int SUITE_AES = 3;

  private Packets() {}
}
