// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine.peer;

import java.net.InetSocketAddress;
import net.backhaul.engine.network.Arrival;
import net.backhaul.protocol.identity.Identity;
import net.backhaul.protocol.message.Message;

/** How the packet at hand came in, and the way back (02 section 2, "Reply routing"). */
final class ArrivalNow implements Arrival {
  private final Vl1 vl1;
  final Peer peer;
  final int socket;
  final InetSocketAddress endpoint;
  final int hops;
  private final long packetId;

  /** The round trip that an OK(HELLO) has just shown, or -1: its path may not be learned yet. */
  long measuredMs = -1;

  ArrivalNow(Vl1 vl1, Peer peer, int socket, InetSocketAddress endpoint, int hops, long packetId) {
    this.vl1 = vl1;
    this.peer = peer;
    this.socket = socket;
    this.endpoint = endpoint;
    this.hops = hops;
    this.packetId = packetId;
  }

  @Override
  public long source() {
    return peer.address;
  }

  @Override
  public Identity sourceIdentity() {
    return peer.identity;
  }

  @Override
  public long packetId() {
    return packetId;
  }

  @Override
  public int hops() {
    return hops;
  }

  @Override
  public void reply(Message message, long nowMs) {
    vl1.sender.sendTo(peer, socket, endpoint, message, nowMs);
  }
}
