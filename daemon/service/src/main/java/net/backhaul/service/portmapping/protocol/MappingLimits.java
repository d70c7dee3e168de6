// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.portmapping.protocol;

/** The limits of what routers, and who pretends to be one, can make this node do or store. */
public final class MappingLimits {
  /** Maximum answers to one search for routers that are read; the next one ends the search. */
  public static final int MAX_SEARCH_ANSWERS = 32;

  /** Maximum bytes of a datagram that is read: the most that PCP permits (RFC 6887 section 7). */
  public static final int MAX_DATAGRAM_BYTES = 1_100;

  /** Maximum bytes of an HTTP response, its head included; a longer one ends the exchange. */
  public static final int MAX_RESPONSE_BYTES = 65_536;

  /** Maximum bytes of the head of an HTTP response. */
  public static final int MAX_HEAD_BYTES = 8_192;

  /** An HTTP exchange, the connection included, ends after this time. */
  public static final long EXCHANGE_WITHIN_MS = 3_000;

  /** Elements of an XML document that contain each other. */
  public static final int MAX_XML_DEPTH = 32;

  /** Maximum characters of the text of one element. */
  public static final int MAX_XML_TEXT = 1_024;

  /** Maximum characters of a URL. */
  public static final int MAX_URL = 512;

  /** Maximum external ports that are requested of a UPnP router, one after the other. */
  public static final int MAX_PORTS_TRIED = 16;

  /** Datagrams of one request; the pauses between them double. */
  public static final int MAX_TRANSMISSIONS = 3;

  /** Pause after the first datagram of a request (RFC 6886 section 3.1). */
  public static final long FIRST_PAUSE_MS = 250;

  /** The shortest time between two requests, whatever lifetime a router grants. */
  public static final long MIN_RENEWAL_MS = 2_000;

  /** The shortest time between two searches that announcements and changes cause. */
  public static final long MIN_SEARCH_SPACING_MS = 5_000;

  /** Pause after a search that has found nothing; it doubles up to {@link #LAST_RETRY_MS}. */
  public static final long FIRST_RETRY_MS = 30_000;

  public static final long LAST_RETRY_MS = 15 * 60_000;

  /**
   * The longest time for which a router that rejects requests is believed (RFC 6887 section 15).
   */
  public static final long MAX_REJECTION_MS = 30 * 60_000;

  /** How long the removal of a mapping may take at the end. */
  public static final long REMOVAL_WITHIN_MS = 500;

  private MappingLimits() {}
}
