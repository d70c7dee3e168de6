// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.api;

import net.backhaul.controller.Controller;
import net.backhaul.controller.ControllerCounters;

/** Writes the counters of the controller under the reference's names (04 section 7). */
final class ControllerMetrics {
  private static final String COUNTER = "counter";
  private static final String GAUGE = "gauge";

  /** Config requests are answered on one thread at once, so that none is queued. */
  private static final int REQUEST_THREADS = 1;

  private static final int QUEUED_REQUESTS = 0;

  private final PrometheusText out = new PrometheusText();

  private ControllerMetrics() {}

  /** Returns the families of the controller; on the node loop. */
  static String text(Controller controller) {
    var metrics = new ControllerMetrics();
    metrics.records(controller);
    metrics.requests(controller.counters());
    metrics.database(controller.counters());
    metrics.rejections(controller.counters());
    return metrics.out.toString();
  }

  private void records(Controller controller) {
    ControllerCounters counters = controller.counters();
    out.single(
        "controller_network_count",
        GAUGE,
        "number of networks the controller is serving",
        controller.networkCount());
    out.single(
        "controller_member_count",
        GAUGE,
        "number of network members the controller is serving",
        controller.memberCount());
    out.single(
        "controller_network_change_count",
        COUNTER,
        "number of times a network configuration is changed",
        counters.networkChanges());
    out.single(
        "controller_member_change_count",
        COUNTER,
        "number of times a network member configuration is changed",
        counters.memberChanges());
    out.single(
        "controller_member_auth_count",
        COUNTER,
        "number of network member auths",
        counters.authorizations());
    out.single(
        "controller_member_deauth_count",
        COUNTER,
        "number of network member deauths",
        counters.deauthorizations());
  }

  private void requests(ControllerCounters counters) {
    out.single(
        "controller_network_config_request_queue",
        GAUGE,
        "number of entries in the request queue for network configurations",
        QUEUED_REQUESTS);
    out.single(
        "controller_network_config_request",
        COUNTER,
        "count of config requests handled",
        counters.requests());
    out.single(
        "controller_network_config_request_threads",
        GAUGE,
        "number of active network config handling threads",
        REQUEST_THREADS);
  }

  private void database(ControllerCounters counters) {
    access("controller_db_get_network", counters.networkReads());
    access("controller_db_get_network_and_member", counters.memberReads());
    access("controller_db_get_networK_and_member_summary", counters.addressReads());
    access("controller_db_get_member_list", counters.memberListReads());
    access("controller_db_get_network_list", counters.networkListReads());
    access("controller_db_member_change", counters.memberWrites());
    access("controller_db_network_change", counters.networkWrites());
  }

  private void access(String name, long count) {
    out.single(name, COUNTER, "counter", count);
  }

  private void rejections(ControllerCounters counters) {
    out.family("backhaul_controller_rejected", COUNTER, "config requests that were not granted");
    rejected("rate_limited", counters.rateLimited());
    rejected("access_denied", counters.accessDenied());
    rejected("unknown_network", counters.unknownNetwork());
    rejected("network_full", counters.networkFull());
    out.single(
        "backhaul_controller_push_retries",
        COUNTER,
        "configurations pushed again because the member has not acknowledged them",
        counters.pushRetries());
  }

  private void rejected(String reason, long count) {
    out.sample("backhaul_controller_rejected", count, "reason", reason);
  }
}
