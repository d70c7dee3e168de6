// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine.peer;

import java.net.InetSocketAddress;
import net.backhaul.engine.Event;
import net.backhaul.engine.LocalSocket;
import net.backhaul.protocol.address.IpScope;
import org.jspecify.annotations.Nullable;

/** Takes reports of our surface address and resets paths when it changes (02 section 4.3). */
final class SurfaceReports {
  private final PeerContext context;
  private final Upstreams upstreams;
  private final SurfaceAddresses addresses;
  private final PathLearning learning;
  private final PortSearch search;

  SurfaceReports(
      PeerContext context,
      Upstreams upstreams,
      SurfaceAddresses addresses,
      PathLearning learning,
      PortSearch search) {
    this.context = context;
    this.upstreams = upstreams;
    this.addresses = addresses;
    this.learning = learning;
    this.search = search;
  }

  /** Takes our address as the sender of a packet has reported it; null without one. */
  void report(InboundPacket packet, @Nullable InetSocketAddress surface) {
    if (surface == null || packet.hops() != 0) {
      return;
    }
    boolean trusted = upstreams.contains(packet.source());
    if (LocalSocket.isTemporary(packet.socket())) {
      if (trusted) {
        search.observed(packet.socket(), surface);
      }
      return;
    }
    IpScope changed = addresses.reported(packet, trusted, surface);
    if (changed != IpScope.NONE) {
      search.networkChanged();
      context.output.event(new Event.SurfaceChanged(surface));
      learning.reset(packet, changed, surface.getAddress().getAddress().length);
    }
  }
}
