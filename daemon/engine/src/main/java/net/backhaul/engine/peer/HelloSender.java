// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine.peer;

import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import net.backhaul.engine.DatagramRun;
import net.backhaul.engine.Traffic;
import net.backhaul.protocol.Version;
import net.backhaul.protocol.message.Hello;
import net.backhaul.protocol.message.Verb;
import net.backhaul.protocol.packet.PacketView;
import net.backhaul.protocol.packet.Packets;
import net.backhaul.protocol.packet.WireWriter;
import net.backhaul.protocol.world.World;

/** Sends HELLO, the first contact with a peer and a keepalive (02 section 2.1). */
final class HelloSender {
  static final int PROTOCOL_VERSION = 12;

  private final PeerContext context;
  private final Roots roots;
  private final EndpointSender endpoints;
  private final PacketView view = new PacketView();
  private final WireWriter payload = new WireWriter(Packets.MAX_BYTES - Packets.HEADER_BYTES);
  private final byte[] packet = new byte[Packets.MAX_BYTES];
  private final DatagramRun datagrams = new DatagramRun();

  HelloSender(PeerContext context, Roots roots, EndpointSender endpoints) {
    this.context = context;
    this.roots = roots;
    this.endpoints = endpoints;
  }

  /** Sends a HELLO over one path. */
  void send(Peer peer, Path path, long nowMs) {
    send(peer, path.socket, path.endpoint, nowMs);
  }

  /** Sends a HELLO to an endpoint, from one socket or all of its family. */
  void send(Peer peer, int socket, InetSocketAddress endpoint, long nowMs) {
    World planet = roots.planet();
    var hello =
        new Hello(
            PROTOCOL_VERSION,
            Version.MAJOR,
            Version.MINOR,
            Version.REVISION,
            nowMs,
            context.self.withoutPrivateKey(),
            endpoint,
            planet.id(),
            planet.timestampMs(),
            moons(),
            context.features());
    payload.clear();
    hello.writeTo(payload);
    int length = Packets.HEADER_BYTES + payload.size();
    PacketView.writeHeader(
        packet, 0, context.random.nextLong(), peer.address, context.address, Verb.HELLO.number());
    System.arraycopy(payload.array(), 0, packet, Packets.HEADER_BYTES, payload.size());
    peer.cipher.maskHello(packet, 0, Packets.HEADER_BYTES + hello.maskedFrom(), length);
    int mtuBytes = context.options().mtuBytes(endpoint.getAddress());
    view.wrap(packet, 0, length);
    view.fragmented(length > mtuBytes);
    peer.cipher.seal(Packets.SUITE_POLY, packet, 0, length);
    long packetId = view.id();
    context.expectedReplies.expect(packetId);
    context.expectedReplies.sentTo(packetId, endpoint);
    context.counters.sent(Verb.HELLO.number());
    peer.counters.sent++;
    datagrams.to(Traffic.CONTROL, socket, endpoint).wrap(packet, 0, length);
    endpoints.sendPacket(datagrams, mtuBytes);
    peer.probed(socket, endpoint, packetId, nowMs);
    context.udpAnswers.probed(peer, socket, nowMs);
  }

  private List<Hello.MoonVersion> moons() {
    var moons = new ArrayList<Hello.MoonVersion>();
    for (World moon : roots.moons()) {
      moons.add(new Hello.MoonVersion(moon.id(), moon.timestampMs()));
    }
    roots.requestedMoons().keySet().forEach(id -> moons.add(new Hello.MoonVersion(id, 0)));
    return moons;
  }
}
