// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service;

import java.util.List;
import net.backhaul.engine.NetworkStatus;
import net.backhaul.engine.Node;
import net.backhaul.engine.PeerCounts;
import net.backhaul.protocol.identity.NetworkIds;
import net.backhaul.service.system.ServiceManager;

/**
 * The status that {@code systemctl status} shows: whether the node is online, its networks and
 * peers, and what of local.conf is not in effect. Lives on the node loop.
 */
final class ServiceStatus {
  /** Networks that are named because they are not OK. */
  static final int MAX_NAMED = 3;

  private final NodeLoop loop;
  private final ServiceManager manager;
  private boolean ready;
  private boolean wasOnline;
  private boolean isScheduled;
  private String settings = "";
  private String sent = "";

  /**
   * The state of a node that the status shows.
   *
   * @param wasOnline whether it has been online since the start
   * @param settings the message about local.conf; may be empty
   */
  record Content(
      boolean online,
      boolean wasOnline,
      List<NetworkStatus> networks,
      PeerCounts peers,
      String settings) {
    String text() {
      var text = new StringBuilder();
      if (online) {
        text.append("ONLINE");
      } else {
        text.append(wasOnline ? "OFFLINE: no root answers" : "OFFLINE: no root has answered yet");
      }
      text.append("; networks: ");
      appendNetworks(text);
      text.append("; peers: ").append(peers.direct()).append(" direct, ");
      // Without a root nothing can be relayed.
      text.append(peers.relayed()).append(online ? " relayed" : " without a path");
      if (!settings.isEmpty()) {
        text.append("; ").append(settings);
      }
      return text.toString();
    }

    private void appendNetworks(StringBuilder text) {
      if (networks.isEmpty()) {
        text.append("none joined");
        return;
      }
      List<NetworkStatus> others =
          networks.stream().filter(each -> each.state() != NetworkStatus.State.OK).toList();
      text.append(networks.size() - others.size()).append(" of ").append(networks.size());
      text.append(" OK");
      for (int i = 0; i < Math.min(others.size(), MAX_NAMED); i++) {
        text.append(", ").append(NetworkIds.text(others.get(i).networkId())).append(' ');
        text.append(others.get(i).state());
      }
      if (others.size() > MAX_NAMED) {
        text.append(", ").append(others.size() - MAX_NAMED).append(" more not OK");
      }
    }
  }

  ServiceStatus(NodeLoop loop, ServiceManager manager) {
    this.loop = loop;
    this.manager = manager;
  }

  /** Notifies systemd that a start or reload is complete; from then on of every change. */
  void ready() {
    ready = true;
    sent = content(loop.node()).text();
    manager.ready(sent);
  }

  /** Sets the message about local.conf. */
  void settings(String outcome) {
    settings = outcome;
    update();
  }

  /** Sends the status if it has changed. */
  void update() {
    isScheduled = false;
    if (!ready) {
      return;
    }
    String text = content(loop.node()).text();
    if (!text.equals(sent)) {
      sent = text;
      manager.status(text);
    }
  }

  /** Updates the status after the current work of the node, which reports its changes meanwhile. */
  void scheduleUpdate() {
    if (ready && !isScheduled) {
      isScheduled = true;
      loop.execute(this::update);
    }
  }

  /** No status follows: the daemon ends. */
  void end() {
    ready = false;
  }

  private Content content(Node node) {
    long nowMs = NodeLoop.nowMs();
    boolean online = node.status(nowMs).online();
    wasOnline |= online;
    return new Content(online, wasOnline, node.networks(), node.peerCounts(nowMs), settings);
  }
}
