// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.api;

import net.backhaul.service.portmapping.PortMapping;
import net.backhaul.service.portmapping.protocol.MappingCounters;
import net.backhaul.service.portmapping.protocol.MappingCounters.Count;
import net.backhaul.service.portmapping.protocol.MappingStatus;

/** Writes the counts of the port mapping; on the node loop. */
final class PortMappingMetrics {
  private static final String REQUESTS = "backhaul_port_mapping_requests";
  private static final String DROPS = "backhaul_port_mapping_drop";
  private static final String OUTCOME = "outcome";
  private static final String REASON = "reason";

  private PortMappingMetrics() {}

  static String text(PortMapping mapping) {
    MappingCounters counts = mapping.counters();
    var out = new PrometheusText();
    out.single(
        "backhaul_port_mapping",
        "gauge",
        "whether a router has mapped a port to this node",
        mapping.status().state() == MappingStatus.State.MAPPED ? 1 : 0);
    out.family(REQUESTS, "counter", "requests for a port mapping, and what became of them");
    out.sample(REQUESTS, counts.get(Count.GRANTED), OUTCOME, "granted");
    out.sample(REQUESTS, counts.get(Count.LOST), OUTCOME, "lost");
    out.sample(REQUESTS, counts.get(Count.REJECTED), OUTCOME, "rejected");
    out.sample(REQUESTS, counts.get(Count.REQUESTED), OUTCOME, "sent");
    out.family(DROPS, "counter", "answers of routers, and of others in their name, dropped");
    out.sample(DROPS, counts.get(Count.FORBIDDEN_ADDRESS), REASON, "forbidden_address");
    out.sample(DROPS, counts.get(Count.INVALID), REASON, "invalid");
    out.sample(DROPS, counts.get(Count.OTHER_SOURCE), REASON, "other_source");
    out.sample(DROPS, counts.get(Count.RESPONSE_LIMIT), REASON, "response_limit");
    out.sample(DROPS, counts.get(Count.SEARCH_LIMIT), REASON, "search_limit");
    out.sample(DROPS, counts.get(Count.UNSOLICITED), REASON, "unsolicited");
    return out.toString();
  }
}
