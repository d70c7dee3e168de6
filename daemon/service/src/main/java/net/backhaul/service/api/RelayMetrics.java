// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.api;

import net.backhaul.service.relay.RelayCounters;
import net.backhaul.service.relay.RelayCounters.Count;

/** Writes the counts of TCP relays. */
final class RelayMetrics {
  private static final String DATAGRAMS = "backhaul_relay_datagrams";
  private static final String DROPS = "backhaul_relay_drop";
  private static final String CLOSED = "backhaul_relay_closed";
  private static final String DIRECTION = "direction";
  private static final String REASON = "reason";

  private RelayMetrics() {}

  static String text(RelayCounters counts) {
    var out = new PrometheusText();
    out.single(
        "backhaul_relay_clients",
        "gauge",
        "connections of clients to the TCP relay of this node",
        counts.get(Count.CLIENTS));
    out.family(DATAGRAMS, "counter", "datagrams that the TCP relay of this node has forwarded");
    out.sample(DATAGRAMS, counts.get(Count.RELAYED_IN), DIRECTION, "to_client");
    out.sample(DATAGRAMS, counts.get(Count.RELAYED_OUT), DIRECTION, "from_client");
    out.family(CLOSED, "counter", "connections that the TCP relay of this node has closed");
    out.sample(CLOSED, counts.get(Count.INVALID), REASON, "invalid");
    out.sample(CLOSED, counts.get(Count.REJECTED), REASON, "limit");
    out.family(DROPS, "counter", "datagrams that were dropped at or for a TCP relay, by reason");
    out.sample(DROPS, counts.get(Count.DROPPED_BACKLOG), REASON, "backlog");
    out.sample(DROPS, counts.get(Count.SEND_BACKLOG_FULL), REASON, "client_backlog");
    out.sample(DROPS, counts.get(Count.DROPPED_DESTINATION), REASON, "destination");
    out.sample(DROPS, counts.get(Count.RECEIVED_INVALID), REASON, "invalid_source");
    out.sample(DROPS, counts.get(Count.DROPPED_LENGTH), REASON, "length");
    out.sample(DROPS, counts.get(Count.DROPPED_RATE), REASON, "rate");
    return out.toString();
  }
}
