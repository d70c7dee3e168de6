// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine.peer;

import java.util.LinkedHashMap;
import java.util.Map;
import net.backhaul.engine.Event;
import net.backhaul.engine.Node;
import net.backhaul.protocol.message.Echo;
import net.backhaul.protocol.packet.Bytes;
import net.backhaul.protocol.packet.WireReader;
import net.backhaul.protocol.packet.WireWriter;

/**
 * ECHOs that an operator requests to measure the round trip to a peer (02 section 2.8), at most one
 * per peer.
 *
 * <p>The data begins with a random number, which the answer repeats: so an answer is also matched
 * where the packet was pending before it was sent.
 */
final class Pings {
  /** Maximum pings that are not answered; the oldest is evicted. */
  static final int MAX_PENDING = 64;

  /** How long an answer is accepted. */
  static final long LIFE_MS = 10_000;

  private final PeerContext context;
  private final Upstreams upstreams;
  private final Map<Long, Ping> pending = new LinkedHashMap<>();

  private record Ping(long number, int bytes, long sentMs) {}

  Pings(PeerContext context, Upstreams upstreams) {
    this.context = context;
    this.upstreams = upstreams;
  }

  /** Returns the ECHO of a new ping, which replaces an earlier one to the same peer. */
  Echo begin(long peer, int bytes, long nowMs) {
    if (bytes < Node.MIN_PING_BYTES || bytes > Node.MAX_PING_BYTES) {
      throw new IllegalArgumentException("bytes of a ping: " + bytes);
    }
    pending.remove(peer);
    if (pending.size() >= MAX_PENDING) {
      pending.remove(pending.keySet().iterator().next());
    }
    var ping = new Ping(context.random.nextLong(), bytes, nowMs);
    pending.put(peer, ping);
    var data = new WireWriter();
    data.u64(ping.number).bytes(new byte[bytes - Long.BYTES]);
    return new Echo(Bytes.of(data.toByteArray()));
  }

  /** Reports the answer to a ping; returns whether an OK(ECHO) was one. */
  boolean receive(InboundPacket packet) {
    if (pending.isEmpty()) {
      return false;
    }
    WireReader data = packet.okBody();
    Ping ping = pending.get(packet.source());
    if (ping == null || data.remaining() != ping.bytes || data.u64() != ping.number) {
      return false;
    }
    pending.remove(packet.source());
    boolean relayed = packet.hops() > 0;
    Peer relay = relayed ? upstreams.at(packet.socket(), packet.endpoint()) : null;
    context.output.event(
        new Event.PingAnswered(
            packet.source(),
            packet.nowMs() - ping.sentMs,
            relayed,
            relay == null ? 0 : relay.address,
            packet.endpoint()));
    return true;
  }

  /** Returns how many pings are not answered. */
  int pending() {
    return pending.size();
  }

  void expire(long nowMs) {
    pending.values().removeIf(ping -> nowMs - ping.sentMs > LIFE_MS);
  }
}
