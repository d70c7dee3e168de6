// SPDX-License-Identifier: Apache-2.0
package net.backhaul.simulation;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A firewall in front of hosts and NATs that keep their addresses: datagrams from outside pass if
 * their sender was sent to lately. Connections to TCP relays always pass.
 */
public final class SimulatedFirewall implements SimulatedSegment {
  /** How long what was sent lets replies pass; Linux waits for 30 s (nf_conntrack_udp_timeout). */
  private static final long TIMEOUT_MS = 30_000;

  private final SimulatedInternet internet;
  private final SimulatedSegment outer;
  private final Map<Flow, Long> sentMs = new HashMap<>();
  private boolean blocksUdp;
  private boolean blocksLoneDatagrams = true;
  private boolean rejectsOutgoing;

  private record Flow(InetSocketAddress inner, InetSocketAddress remote) {}

  SimulatedFirewall(SimulatedInternet internet, SimulatedSegment outer) {
    this.internet = internet;
    this.outer = outer;
  }

  /** Sets whether UDP passes in no direction. */
  public SimulatedFirewall blockUdp(boolean whether) {
    blocksUdp = whether;
    return this;
  }

  /** Sets whether datagrams pass that answer nothing. */
  public SimulatedFirewall permitUnsolicited(boolean whether) {
    blocksLoneDatagrams = !whether;
    return this;
  }

  /**
   * Sets whether nothing passes from inside to outside, as where the router of an uplink rejects
   * the addresses of another one.
   */
  public SimulatedFirewall rejectOutgoing(boolean whether) {
    rejectsOutgoing = whether;
    return this;
  }

  @Override
  public void send(SimulatedInternet.Datagram datagram) {
    if (rejectsOutgoing) {
      return;
    }
    if (!blocksUdp || isTcp(datagram.to())) {
      sentMs.put(new Flow(datagram.from(), datagram.to()), internet.nowMs());
      outer.send(datagram);
    }
  }

  @Override
  public void route(InetAddress ip, SimulatedInternet.@Nullable DatagramSink receiver) {
    outer.route(
        ip,
        receiver == null
            ? null
            : (datagram, nowMs) -> {
              if (isTcp(datagram.from()) || permits(datagram, nowMs)) {
                receiver.receive(datagram, nowMs);
              }
            });
  }

  private boolean permits(SimulatedInternet.Datagram datagram, long nowMs) {
    Long sent = sentMs.get(new Flow(datagram.to(), datagram.from()));
    boolean isReply = sent != null && nowMs - sent <= TIMEOUT_MS;
    return !blocksUdp && (isReply || !blocksLoneDatagrams);
  }

  private static boolean isTcp(InetSocketAddress remote) {
    return remote.getPort() == SimulatedRelay.PORT;
  }
}
