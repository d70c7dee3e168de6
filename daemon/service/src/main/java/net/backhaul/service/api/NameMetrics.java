// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.api;

import net.backhaul.service.names.NameCounters;

/** Writes the counters of the resolver of names. */
final class NameMetrics {
  private static final String NAME = "backhaul_dns_queries";

  private NameMetrics() {}

  static String text(NameCounters counters) {
    var out = new PrometheusText();
    out.family(NAME, "counter", "DNS queries for names of members, by result");
    out.sample(NAME, counters.answered(), "result", "answered");
    out.sample(NAME, counters.unknown(), "result", "unknown_name");
    out.sample(NAME, counters.rejected(), "result", "rejected");
    out.sample(NAME, counters.dropped(), "result", "dropped");
    return out.toString();
  }
}
