// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.api;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import net.backhaul.engine.Counters;
import net.backhaul.engine.Drop;
import net.backhaul.engine.LatencyHistogram;
import net.backhaul.engine.NetworkStatus;
import net.backhaul.engine.NetworkTraffic;
import net.backhaul.engine.Node;
import net.backhaul.engine.PeerStatus;
import net.backhaul.protocol.identity.Addresses;
import net.backhaul.protocol.identity.NetworkIds;
import net.backhaul.protocol.message.ErrorMessage;
import net.backhaul.protocol.message.Verb;

/** Writes the counters of the node under the reference's names (04 section 7). */
final class NodeMetrics {
  private static final String COUNTER = "counter";
  private static final String GAUGE = "gauge";
  private static final String DIRECTION = "direction";
  private static final String NETWORK_ID = "network_id";
  private static final String NODE_ID = "node_id";
  private static final String RX = "rx";
  private static final String TX = "tx";

  /** No ERROR of the protocol is an internal server error, so that label value is absent. */
  private static final Map<String, Integer> ERROR_CODES =
      new TreeMap<>(
          Map.of(
              "obj_not_found", ErrorMessage.OBJ_NOT_FOUND,
              "unsupported_operation", ErrorMessage.UNSUPPORTED_OPERATION,
              "identity_collision", ErrorMessage.IDENTITY_COLLISION,
              "need_membership_certificate", ErrorMessage.NEED_MEMBERSHIP_CERTIFICATE,
              "network_access_denied", ErrorMessage.NETWORK_ACCESS_DENIED,
              "unwanted_multicast", ErrorMessage.UNWANTED_MULTICAST,
              "authentication_required", ErrorMessage.NETWORK_AUTHENTICATION_REQUIRED));

  private final PrometheusText out = new PrometheusText();

  private NodeMetrics() {}

  /**
   * The counts of its sockets.
   *
   * @param sendQueueFull datagrams that they did not take
   * @param receiveQueueFull datagrams received beyond the share of their source
   * @param tcpSent bytes that were sent over TCP relays
   * @param tcpReceived bytes that were received over TCP relays
   */
  record Sockets(long sendQueueFull, long receiveQueueFull, long tcpSent, long tcpReceived) {}

  /** Returns the families of the node; on the node loop. */
  static String text(Node node, Sockets sockets, long nowMs) {
    var metrics = new NodeMetrics();
    metrics.packets(node.counters(), sockets);
    metrics.drops(node.counters(), sockets.sendQueueFull(), sockets.receiveQueueFull());
    metrics.fragments(node.counters());
    metrics.searches(node.counters());
    metrics.networks(node.networks());
    metrics.traffic(node.networkTraffic());
    metrics.peers(node.peers(nowMs));
    return metrics.out.toString();
  }

  private void packets(Counters counters, Sockets sockets) {
    out.family("zt_packet", COUNTER, "ZeroTier packet type counts");
    for (Verb verb : Verb.values()) {
      String type = label(verb);
      out.sample("zt_packet", counters.received(verb), DIRECTION, RX, "packet_type", type);
      out.sample("zt_packet", counters.sent(verb), DIRECTION, TX, "packet_type", type);
    }
    out.family("zt_packet_error", COUNTER, "ZeroTier packet errors");
    ERROR_CODES.forEach(
        (type, code) -> {
          String name = "zt_packet_error";
          out.sample(name, counters.errorsReceived(code), DIRECTION, RX, "error_type", type);
          out.sample(name, counters.errorsSent(code), DIRECTION, TX, "error_type", type);
        });
    out.family("zt_data", COUNTER, "number of bytes ZeroTier has transmitted or received");
    out.sample("zt_data", counters.bytesReceived(), DIRECTION, RX, "protocol", "udp");
    out.sample("zt_data", counters.bytesSent(), DIRECTION, TX, "protocol", "udp");
    out.sample("zt_data", sockets.tcpReceived(), DIRECTION, RX, "protocol", "tcp");
    out.sample("zt_data", sockets.tcpSent(), DIRECTION, TX, "protocol", "tcp");
  }

  private static String label(Verb verb) {
    return verb == Verb.QOS_MEASUREMENT ? "qos" : verb.name().toLowerCase(Locale.ROOT);
  }

  private void drops(Counters counters, long sendQueueFull, long receiveQueueFull) {
    String name = "backhaul_drop";
    out.family(name, COUNTER, "datagrams, packets and frames dropped, by reason");
    for (Drop reason : Drop.values()) {
      String label = reason.name().toLowerCase(Locale.ROOT);
      out.sample(name, counters.dropped(reason), "reason", label);
    }
    out.sample(name, sendQueueFull, "reason", "send_queue_full");
    out.sample(name, receiveQueueFull, "reason", "receive_queue_full");
  }

  private void fragments(Counters counters) {
    String help = "datagrams that were received and are parts of packets";
    out.single("backhaul_fragments", COUNTER, help, counters.fragmentDatagrams());
  }

  private void searches(Counters counters) {
    String help = "probes that were sent to find ports of NATs";
    out.single("backhaul_port_probes", COUNTER, help, counters.searchProbes());
  }

  private void networks(List<NetworkStatus> networks) {
    out.single(
        "zt_num_networks", GAUGE, "number of networks this instance is joined to", networks.size());
    if (networks.isEmpty()) {
      return;
    }
    String groups = "zt_network_multicast_groups_subscribed";
    out.family(groups, GAUGE, "number of multicast groups networks are subscribed to");
    for (NetworkStatus network : networks) {
      String id = NetworkIds.text(network.networkId());
      out.sample(groups, network.groups().size(), NETWORK_ID, id);
    }
  }

  private void traffic(List<NetworkTraffic> networks) {
    if (networks.isEmpty()) {
      return;
    }
    out.family("zt_network_packets", COUNTER, "number of incoming/outgoing packets per network");
    for (NetworkTraffic network : networks) {
      String id = NetworkIds.text(network.networkId());
      networkPackets(id, RX, network.receivedAccepted(), network.receivedRejected());
      networkPackets(id, TX, network.sentAccepted(), network.sentRejected());
    }
  }

  private void networkPackets(String id, String direction, long accepted, long rejected) {
    String name = "zt_network_packets";
    out.sample(name, accepted, "accepted", "yes", DIRECTION, direction, NETWORK_ID, id);
    out.sample(name, rejected, "accepted", "no", DIRECTION, direction, NETWORK_ID, id);
  }

  private void peers(List<PeerStatus> peers) {
    if (peers.isEmpty()) {
      return;
    }
    out.family("zt_peer_latency", "histogram", "peer latency (ms)");
    peers.forEach(peer -> latency(id(peer), peer.latencies()));
    String paths = "zt_peer_path_count";
    out.family(paths, GAUGE, "number of paths to peer");
    for (PeerStatus peer : peers) {
      out.sample(paths, peer.paths().size(), NODE_ID, id(peer), "status", "alive");
      out.sample(paths, peer.expiredPaths(), NODE_ID, id(peer), "status", "dead");
    }
    String packets = "zt_peer_packets";
    out.family(packets, COUNTER, "number of packets to/from a peer");
    for (PeerStatus peer : peers) {
      out.sample(packets, peer.packets().received(), DIRECTION, RX, NODE_ID, id(peer));
      out.sample(packets, peer.packets().sent(), DIRECTION, TX, NODE_ID, id(peer));
    }
    String errors = "zt_peer_packet_errors";
    out.family(errors, COUNTER, "number of incoming packet errors from a peer");
    peers.forEach(peer -> out.sample(errors, peer.packets().invalid(), NODE_ID, id(peer)));
  }

  private static String id(PeerStatus peer) {
    return Addresses.text(peer.address());
  }

  private void latency(String id, LatencyHistogram latencies) {
    out.sample("zt_peer_latency_count", latencies.count(), NODE_ID, id);
    out.sample("zt_peer_latency_sum", latencies.sumMs(), NODE_ID, id);
    String bucket = "zt_peer_latency_bucket";
    for (int i = 0; i < LatencyHistogram.BOUNDS_MS.size(); i++) {
      String bound = LatencyHistogram.BOUNDS_MS.get(i).toString();
      out.sample(bucket, latencies.counts().get(i), NODE_ID, id, "le", bound);
    }
    out.sample(bucket, latencies.count(), NODE_ID, id, "le", "+Inf");
  }
}
