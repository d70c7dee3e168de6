// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.api;

import java.util.List;
import java.util.Locale;
import net.backhaul.controller.Controller;
import net.backhaul.controller.ControllerCounters;
import net.backhaul.controller.NetworkRecord;
import net.backhaul.engine.Counters;
import net.backhaul.engine.Drop;
import net.backhaul.engine.NetworkStatus;
import net.backhaul.engine.Node;
import net.backhaul.engine.PeerStatus;
import net.backhaul.protocol.identity.Addresses;
import net.backhaul.protocol.identity.NetworkIds;
import net.backhaul.protocol.message.Verb;

/** Writes what was counted as Prometheus text 0.0.4, under the reference's names (04 section 7). */
public final class Metrics {
  private final StringBuilder out = new StringBuilder(8_192);

  private Metrics() {}

  /**
   * Returns the families of the node; on the node loop.
   *
   * @param sendQueueFull what its sockets did not take
   * @param receiveQueueFull what they have received and was too much of one source
   */
  public static String ofNode(Node node, long sendQueueFull, long receiveQueueFull, long nowMs) {
    var metrics = new Metrics();
    metrics.counters(node.counters(), sendQueueFull, receiveQueueFull);
    metrics.networks(node.networks());
    metrics.peers(node.peers(nowMs));
    return metrics.out.toString();
  }

  /** Returns the families of the controller; on the node loop. */
  public static String ofController(Controller controller) {
    var metrics = new Metrics();
    metrics.controller(controller);
    return metrics.out.toString();
  }

  private void counters(Counters counters, long sendQueueFull, long receiveQueueFull) {
    family("zt_packet", "counter", "ZeroTier packet type counts");
    for (Verb verb : Verb.values()) {
      String type = "packet_type=\"" + name(verb) + "\"";
      sample("zt_packet", "direction=\"rx\"," + type, counters.received(verb));
      sample("zt_packet", "direction=\"tx\"," + type, counters.sent(verb));
    }
    family("zt_data", "counter", "number of bytes ZeroTier has transmitted or received");
    sample("zt_data", "direction=\"rx\",protocol=\"udp\"", counters.bytesReceived());
    sample("zt_data", "direction=\"tx\",protocol=\"udp\"", counters.bytesSent());
    family("backhaul_drop", "counter", "datagrams, packets and frames that went no further");
    for (Drop reason : Drop.values()) {
      sample(
          "backhaul_drop",
          "reason=\"" + reason.name().toLowerCase(Locale.ROOT) + "\"",
          counters.dropped(reason));
    }
    sample("backhaul_drop", "reason=\"send_queue_full\"", sendQueueFull);
    sample("backhaul_drop", "reason=\"receive_queue_full\"", receiveQueueFull);
  }

  private void networks(List<NetworkStatus> networks) {
    family("zt_num_networks", "gauge", "number of networks this instance is joined to");
    sample("zt_num_networks", "", networks.size());
    if (networks.isEmpty()) {
      return;
    }
    String groups = "zt_network_multicast_groups_subscribed";
    family(groups, "gauge", "number of multicast groups networks are subscribed to");
    for (NetworkStatus network : networks) {
      sample(
          groups,
          "network_id=\"" + NetworkIds.text(network.networkId()) + "\"",
          network.groups().size());
    }
  }

  private void peers(List<PeerStatus> peers) {
    if (peers.isEmpty()) {
      return;
    }
    family("zt_peer_path_count", "gauge", "number of paths to peer");
    for (PeerStatus peer : peers) {
      String id = "node_id=\"" + Addresses.text(peer.address()) + "\",";
      sample("zt_peer_path_count", id + "status=\"alive\"", peer.paths().size());
    }
  }

  private void controller(Controller controller) {
    List<NetworkRecord> networks = controller.networks();
    long members = 0;
    for (NetworkRecord network : networks) {
      members += controller.memberCount(network.id());
    }
    single(
        "controller_network_count",
        "gauge",
        "number of networks the controller is serving",
        networks.size());
    single(
        "controller_member_count",
        "gauge",
        "number of network members the controller is serving",
        members);
    ControllerCounters counters = controller.counters();
    single(
        "controller_network_change_count",
        "counter",
        "number of times a network configuration is changed",
        counters.networkChanges());
    single(
        "controller_member_change_count",
        "counter",
        "number of times a network member configuration is changed",
        counters.memberChanges());
    single(
        "controller_member_auth_count",
        "counter",
        "number of network member auths",
        counters.authorizations());
    single(
        "controller_member_deauth_count",
        "counter",
        "number of network member deauths",
        counters.deauthorizations());
    single(
        "controller_network_config_request",
        "counter",
        "count of config requests handled",
        counters.requests());
    single("controller_db_member_change", "counter", "counter", counters.memberWrites());
    single("controller_db_network_change", "counter", "counter", counters.networkWrites());
    family("backhaul_controller_rejected", "counter", "config requests that were not granted");
    rejected("rate_limited", counters.rateLimited());
    rejected("access_denied", counters.accessDenied());
    rejected("unknown_network", counters.unknownNetwork());
    rejected("network_full", counters.networkFull());
  }

  private void rejected(String reason, long count) {
    sample("backhaul_controller_rejected", "reason=\"" + reason + "\"", count);
  }

  private void single(String name, String type, String help, long value) {
    family(name, type, help);
    sample(name, "", value);
  }

  private void family(String name, String type, String help) {
    out.append("# HELP ").append(name).append(' ').append(help);
    out.append("\n# TYPE ").append(name).append(' ').append(type).append('\n');
  }

  private void sample(String name, String labels, long value) {
    out.append(name);
    if (!labels.isEmpty()) {
      out.append('{').append(labels).append('}');
    }
    out.append(' ').append(value).append('\n');
  }

  private static String name(Verb verb) {
    return verb == Verb.QOS_MEASUREMENT ? "qos" : verb.name().toLowerCase(Locale.ROOT);
  }
}
