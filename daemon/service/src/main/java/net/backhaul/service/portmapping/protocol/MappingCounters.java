// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.portmapping.protocol;

import java.util.EnumMap;
import java.util.Map;

/** Counts what a mapper has sent, received and dropped; used by one thread. */
public final class MappingCounters {
  private final Map<Count, Long> counts = new EnumMap<>(Count.class);

  /** What is counted. */
  public enum Count {
    /** Requests for a mapping, renewals included, whatever the protocol. */
    REQUESTED,
    /** Mappings that a router has granted, renewals included. */
    GRANTED,
    /** Requests that a router has rejected. */
    REJECTED,
    /** Mappings that a router has lost, as the epoch in its answers says. */
    LOST,
    /** Datagrams and responses in no valid form. */
    INVALID,
    /** Datagrams from an address other than the gateway's. */
    OTHER_SOURCE,
    /** Valid answers to no request of ours. */
    UNSOLICITED,
    /** Locations and addresses that no router may name. */
    FORBIDDEN_ADDRESS,
    /** Answers to a search beyond their limit. */
    SEARCH_LIMIT,
    /** Responses that were too long, or too late. */
    RESPONSE_LIMIT
  }

  void add(Count what) {
    counts.merge(what, 1L, Long::sum);
  }

  public long get(Count what) {
    return counts.getOrDefault(what, 0L);
  }
}
