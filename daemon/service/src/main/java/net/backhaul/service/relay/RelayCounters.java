// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.relay;

import java.util.concurrent.atomic.AtomicLongArray;

/** Counts what relays did; written by their threads, read from any. */
public final class RelayCounters {
  private final AtomicLongArray counts = new AtomicLongArray(Count.values().length);

  /** What is counted. */
  public enum Count {
    /** Connections of clients that are open. */
    CLIENTS,
    /** Connections that were closed at once, because a limit of their number is reached. */
    REJECTED,
    /** Connections that were closed because of what they sent, or did not send. */
    INVALID,
    /** Datagrams of clients that were sent. */
    RELAYED_OUT,
    /** Datagrams to clients that were sent. */
    RELAYED_IN,
    /** Datagrams beyond the rate of a client or of all. */
    DROPPED_RATE,
    /** Datagrams for a connection that does not take them. */
    DROPPED_BACKLOG,
    /** Datagrams to or from an endpoint that is not relayed to. */
    DROPPED_DESTINATION,
    /** Datagrams whose length is not relayed. */
    DROPPED_LENGTH,
    /** Bytes that this node has sent over a relay. */
    SENT_BYTES,
    /** Bytes that this node has received over a relay. */
    RECEIVED_BYTES,
    /** Datagrams of this node that a connection to a relay did not take. */
    SEND_BACKLOG_FULL,
    /** Datagrams in records of a relay from an endpoint that it cannot have had them from. */
    RECEIVED_INVALID
  }

  void add(Count what) {
    add(what, 1);
  }

  @SuppressWarnings("EnumOrdinal") // An array, which datagrams are counted in.
  void add(Count what, long units) {
    counts.addAndGet(what.ordinal(), units);
  }

  @SuppressWarnings("EnumOrdinal") // See add.
  public long get(Count what) {
    return counts.get(what.ordinal());
  }
}
