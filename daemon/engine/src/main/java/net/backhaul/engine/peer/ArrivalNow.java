// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine.peer;

import java.net.InetSocketAddress;
import net.backhaul.engine.network.Arrival;
import net.backhaul.protocol.identity.Identity;
import net.backhaul.protocol.message.Message;

/**
 * How the packet at hand came in, and the way back (02 section 2, "Reply routing").
 *
 * <p>One is made for each peer and used for packet after packet: the path of frames makes no
 * objects.
 */
final class ArrivalNow implements Arrival {
  private final Vl1 vl1;
  final Peer peer;
  int socket;
  InetSocketAddress endpoint;
  int hops;
  private long packetId;

  /** The round trip that an OK(HELLO) has just shown, or -1: its path may not be learned yet. */
  long measuredMs;

  ArrivalNow(Vl1 vl1, Peer peer, int socket, InetSocketAddress endpoint, int hops, long packetId) {
    this.vl1 = vl1;
    this.peer = peer;
    this.socket = socket;
    this.endpoint = endpoint;
    this.hops = hops;
    this.packetId = packetId;
    this.measuredMs = -1;
  }

  /** Returns what a packet of this peer arrives with; good until its next packet. */
  static ArrivalNow of(
      Vl1 vl1, Peer peer, int socket, InetSocketAddress endpoint, int hops, long packetId) {
    ArrivalNow arrival = peer.arrival;
    if (arrival == null) {
      arrival = new ArrivalNow(vl1, peer, socket, endpoint, hops, packetId);
      peer.arrival = arrival;
      return arrival;
    }
    arrival.socket = socket;
    arrival.endpoint = endpoint;
    arrival.hops = hops;
    arrival.packetId = packetId;
    arrival.measuredMs = -1;
    return arrival;
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
