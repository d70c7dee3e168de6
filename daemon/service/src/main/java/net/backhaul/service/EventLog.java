// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import net.backhaul.engine.Event;
import net.backhaul.engine.NetworkStatus;
import net.backhaul.engine.PeerStatus;
import net.backhaul.protocol.address.Endpoints;
import net.backhaul.protocol.ethernet.Macs;
import net.backhaul.protocol.identity.Addresses;
import net.backhaul.protocol.identity.NetworkIds;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Logs what an operator follows: whether the node is online, the state of each network, and at
 * debug how peers are reached. Lives on the node loop.
 */
final class EventLog {
  private static final Logger log = LoggerFactory.getLogger(EventLog.class);

  private final Map<Long, NetworkStatus.State> networks = new HashMap<>();
  private final Map<Long, Boolean> direct = new HashMap<>();
  private final Runnable changed;
  private boolean wasOnline;

  /**
   * Creates the log.
   *
   * @param changed called after each event and each change of a network
   */
  EventLog(Runnable changed) {
    this.changed = changed;
  }

  void onEvent(Event event) {
    changed.run();
    switch (event) {
      case Event.Online online -> {
        wasOnline = true;
        log.info(online.isRoot() ? "ONLINE: this node is a root itself" : "ONLINE: a root answers");
      }
      case Event.Offline offline ->
          log.info("OFFLINE: no root answers; peers without a direct path cannot be reached");
      case Event.IdentityCollision collision ->
          log.warn(
              "a root reports that another node has the address of this identity;"
                  + " the node restarts with a new identity");
      case Event.PathLearned learned ->
          log.debug(
              "peer {}: path to {} verified",
              Addresses.text(learned.address()),
              Endpoints.text(learned.endpoint()));
      case Event.PathMtuChanged changed ->
          log.debug(
              "peer {}: path to {} carries datagrams of up to {} bytes",
              Addresses.text(changed.address()),
              Endpoints.text(changed.endpoint()),
              changed.payloadBytes());
      case Event.BondChanged changed ->
          log.info(
              "peer {}: frames take the path from {} to {} now",
              Addresses.text(changed.address()),
              changed.device().isEmpty() ? "any interface" : changed.device(),
              Endpoints.text(changed.endpoint()));
      case Event.SurfaceChanged changed ->
          log.debug("roots see this node at {}", Endpoints.text(changed.surface()));
      case Event.RootClock clock ->
          log.trace(
              "root {}: its clock is {}", Addresses.text(clock.address()), clock.timestampMs());
      case Event.PingAnswered answer ->
          log.debug(
              "peer {}: answered a ping {}",
              Addresses.text(answer.address()),
              answer.relayed() ? "through a root" : "from " + Endpoints.text(answer.endpoint()));
      case Event.BridgeLoop loop ->
          log.warn(
              "network {}: equal frames of {} pass this bridge again and again, and are dropped:"
                  + " its segments form a loop. Remove the second bridge or cable between them, or"
                  + " set the spanning tree protocol: ip link set BRIDGE type bridge stp_state 1",
              NetworkIds.text(loop.networkId()),
              Macs.text(loop.sourceMac()));
      case Event.RemoteTraceReceived trace ->
          log.debug("trace from {}: {}", Addresses.text(trace.source()), trace.record());
      case Event.UserMessageReceived message ->
          log.debug(
              "user message of type {} from {}", message.type(), Addresses.text(message.source()));
    }
  }

  /** Logs that no root has answered since the start, which no event reports; called once. */
  void logFailedStart() {
    if (!wasOnline) {
      log.info(
          "OFFLINE: no root has answered since the start; is UDP to the roots permitted, and does"
              + " the file planet list the right ones?");
    }
  }

  /** Logs a network that was joined, and each change of its state. */
  void networkChanged(NetworkStatus status) {
    changed.run();
    NetworkStatus.State before = networks.put(status.networkId(), status.state());
    if (before == status.state()) {
      return;
    }
    String id = NetworkIds.text(status.networkId());
    if (before == null) {
      log.info("network {}: joined, {}", id, describe(status.state()));
    } else {
      log.info("network {}: {}", id, describe(status.state()));
    }
  }

  void networkLeft(long networkId) {
    changed.run();
    if (networks.remove(networkId) != null) {
      log.info("network {}: left", NetworkIds.text(networkId));
    }
  }

  private static String describe(NetworkStatus.State state) {
    return switch (state) {
      case REQUESTING_CONFIGURATION, OK, PORT_ERROR, CLIENT_TOO_OLD -> state.name();
      case ACCESS_DENIED -> "ACCESS_DENIED: the controller has not authorized this node";
      case NOT_FOUND -> "NOT_FOUND: the controller has no such network";
      case AUTHENTICATION_REQUIRED -> "AUTHENTICATION_REQUIRED: log in at the network's URL";
    };
  }

  /** Logs at debug which peers have become direct or relayed since the last call. */
  void logPeers(Supplier<List<PeerStatus>> peers) {
    if (!log.isDebugEnabled()) {
      return;
    }
    Set<Long> present = new HashSet<>();
    for (PeerStatus peer : peers.get()) {
      present.add(peer.address());
      boolean isDirect = !peer.paths().isEmpty();
      Boolean before = direct.put(peer.address(), isDirect);
      if (before == null || before != isDirect) {
        log.debug(
            "peer {}: {}",
            Addresses.text(peer.address()),
            isDirect
                ? "direct, at " + Endpoints.text(peer.paths().getFirst().endpoint())
                : "relayed");
      }
    }
    direct.keySet().retainAll(present);
  }
}
