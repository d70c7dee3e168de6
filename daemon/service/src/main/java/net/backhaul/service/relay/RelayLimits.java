// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.relay;

/** The limits of TCP relays, for clients of one and for the node that is one (02 section 4.7). */
public final class RelayLimits {
  /** Maximum clients of a relay; further connections are closed. */
  public static final int MAX_CONNECTIONS = 512;

  /** Maximum clients of a relay with one IPv4 address or one IPv6 network of 64 bits. */
  public static final int MAX_CONNECTIONS_PER_ADDRESS = 16;

  /** Bytes per second that are relayed for one client, both directions together. */
  public static final long CLIENT_BYTES_PER_S = 2L << 20;

  /** Bytes per second that are relayed for all clients. */
  public static final long TOTAL_BYTES_PER_S = 64L << 20;

  /** Seconds of these rates that may be used at once. */
  public static final int BURST_S = 1;

  /** Bytes beyond its rate that a client may send before it is disconnected: it is not read. */
  public static final int MAX_BYTES_BEYOND_RATE = 1 << 20;

  /** Bytes that wait for a connection that does not take them; further datagrams are dropped. */
  public static final int MAX_BACKLOG_BYTES = 65_536;

  /** A client that sends nothing for this long is disconnected. */
  public static final int IDLE_S = 300;

  /** A client sends its greeting within this time. */
  public static final int GREETING_WITHIN_S = 10;

  /** Minimum bytes of a packet that is relayed. */
  public static final int MIN_PACKET_BYTES = 16;

  /** A longer packet is dropped. */
  public static final int MAX_PACKET_BYTES = 2_047;

  /** Maximum body of a record; a longer one closes the connection before it is received. */
  public static final int MAX_BODY_BYTES = 10_240;

  /** Ports up to this one are not relayed to. */
  public static final int MAX_RESERVED_PORT = 1_024;

  /** Endpoints that a client has used lately; beyond it the one used longest ago is evicted. */
  public static final int MAX_DESTINATIONS = 256;

  /** Endpoints per second that are new to a client; packets to others are dropped. */
  public static final int NEW_DESTINATIONS_PER_S = 16;

  /** New endpoints at once. */
  public static final int NEW_DESTINATIONS_BURST = 128;

  /** A client has two open files, a connection and a UDP socket. */
  private static final int FILES_PER_CONNECTION = 2;

  /** The part of the limit of open files that clients may use. */
  private static final int FILES_SHARE = 4;

  private RelayLimits() {}

  /** Returns the maximum clients of a process with a limit of open files. */
  static int maxConnections(int openFiles) {
    return Math.clamp(openFiles / FILES_SHARE / FILES_PER_CONNECTION, 1, MAX_CONNECTIONS);
  }
}
