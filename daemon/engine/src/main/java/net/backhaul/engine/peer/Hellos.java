// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine.peer;

import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import net.backhaul.engine.DatagramRun;
import net.backhaul.engine.Drop;
import net.backhaul.engine.Event;
import net.backhaul.engine.Traffic;
import net.backhaul.protocol.Version;
import net.backhaul.protocol.address.IpScope;
import net.backhaul.protocol.identity.Identity;
import net.backhaul.protocol.message.ErrorMessage;
import net.backhaul.protocol.message.Hello;
import net.backhaul.protocol.message.HelloOk;
import net.backhaul.protocol.message.Verb;
import net.backhaul.protocol.packet.Bytes;
import net.backhaul.protocol.packet.PacketCipher;
import net.backhaul.protocol.packet.PacketView;
import net.backhaul.protocol.packet.Packets;
import net.backhaul.protocol.packet.WireException;
import net.backhaul.protocol.packet.WireReader;
import net.backhaul.protocol.packet.WireWriter;
import net.backhaul.protocol.world.World;
import org.jspecify.annotations.Nullable;

/** Greets peers and answers greetings: HELLO and OK(HELLO) (02 section 2.1). */
final class Hellos {
  static final int PROTOCOL_VERSION = 12;

  private static final int OLDEST_PROTOCOL = 4;
  private static final int REFLECTS_PORT_SINCE_PROTOCOL = 5;
  private static final int IDENTITY_AT = 41;
  private static final int VERSION_AT = 28;

  /** World updates beyond this, but for the first, are left for the next HELLO. */
  private static final int MAX_WORLDS_BYTES = 4_096;

  private final Vl1 vl1;
  private final PacketView view = new PacketView();
  private final WireWriter payload = new WireWriter(Packets.MAX_BYTES - Packets.HEADER_BYTES);
  private final byte[] packet = new byte[Packets.MAX_BYTES];
  private final DatagramRun datagrams = new DatagramRun();

  Hellos(Vl1 vl1) {
    this.vl1 = vl1;
  }

  /** Sends a HELLO to an endpoint, from one socket or (-1) from all of its family. */
  void sendHello(Peer peer, int socket, InetSocketAddress endpoint, long nowMs) {
    var moons = new ArrayList<Hello.MoonVersion>();
    for (World moon : vl1.roots.moons()) {
      moons.add(new Hello.MoonVersion(moon.id(), moon.timestampMs()));
    }
    vl1.roots.wantedMoons().keySet().forEach(id -> moons.add(new Hello.MoonVersion(id, 0)));
    World planet = vl1.roots.planet();
    var hello =
        new Hello(
            PROTOCOL_VERSION,
            Version.MAJOR,
            Version.MINOR,
            Version.REVISION,
            nowMs,
            vl1.self.withoutPrivateKey(),
            endpoint,
            planet.id(),
            planet.timestampMs(),
            moons);
    payload.clear();
    hello.writeTo(payload);
    int length = Packets.HEADER_BYTES + payload.size();
    PacketView.writeHeader(
        packet, 0, vl1.random.nextLong(), peer.address, vl1.self.address(), Verb.HELLO.number());
    System.arraycopy(payload.array(), 0, packet, Packets.HEADER_BYTES, payload.size());
    peer.cipher.maskHello(packet, 0, Packets.HEADER_BYTES + hello.maskedFrom(), length);
    int mtuBytes = vl1.options.mtuBytes(endpoint.getAddress());
    view.wrap(packet, 0, length);
    view.fragmented(length > mtuBytes);
    peer.cipher.seal(Packets.SUITE_POLY, packet, 0, length);
    vl1.expectedReplies.expect(view.id());
    vl1.counters.sent(Verb.HELLO.number());
    peer.counters.sent++;
    datagrams.to(Traffic.CONTROL, socket, endpoint).wrap(packet, 0, length);
    vl1.sender.transmit(datagrams, mtuBytes);
    Path path = peer.path(socket, endpoint);
    if (path != null) {
      path.lastOutMs = nowMs;
    }
  }

  /** Handles a HELLO of suite 0, whose sender may be unknown. */
  void receive(InboundPacket hello) {
    if (hello.length() < IDENTITY_AT + Identity.PUBLIC_BYTES) {
      vl1.drop(Drop.MALFORMED);
      return;
    }
    byte[] bytes = hello.bytes();
    int start = hello.start();
    int length = hello.length();
    Identity identity =
        Identity.read(new WireReader(bytes, start + IDENTITY_AT, length - IDENTITY_AT));
    if ((bytes[start + VERSION_AT] & 0xff) < OLDEST_PROTOCOL) {
      vl1.drop(Drop.OLD_PROTOCOL);
      return;
    }
    if (identity.address() != hello.header().source()) {
      vl1.drop(Drop.FALSE_IDENTITY);
      return;
    }
    Peer peer = vl1.peer(identity.address(), hello.nowMs());
    if (peer == null) {
      peer = addUnknown(identity, hello);
    } else if (!peer.identity.equals(identity)) {
      handleCollision(identity, hello);
      return;
    } else if (!peer.cipher.open(bytes, start, length)) {
      peer.counters.invalid++;
      vl1.drop(Drop.BAD_MAC);
      return;
    }
    if (peer != null) {
      hello.from(peer);
      if (receiveAuthentic(hello) == PacketOutcome.ACCEPTED) {
        vl1.counters.received(Verb.HELLO.number());
        vl1.learning.received(hello, Verb.HELLO, false);
      }
    }
  }

  /** Handles a HELLO whose packet is authentic and opened. */
  PacketOutcome receiveAuthentic(InboundPacket packet) {
    Peer peer = packet.peer();
    int start = packet.start();
    Hello hello =
        Hello.read(
            packet.payload(),
            (array, first, end) -> peer.cipher.maskHello(array, start, first, end));
    if (hello.protocolVersion() < OLDEST_PROTOCOL || !hello.identity().equals(peer.identity)) {
      vl1.drop(Drop.FALSE_IDENTITY);
      return PacketOutcome.IGNORED;
    }
    surfaceReported(packet, hello.physicalDestination());
    packet.reply(answer(hello, packet));
    peer.heardVersion(hello.protocolVersion(), hello.major(), hello.minor(), hello.revision());
    return PacketOutcome.ACCEPTED;
  }

  /** Handles OK(HELLO): a round trip, the peer's version, our surface address and worlds. */
  PacketOutcome receiveOk(InboundPacket packet) {
    Peer peer = packet.peer();
    boolean believed = vl1.roots.isUpstream(peer.address) || vl1.roots.isMoonSeed(peer.address);
    HelloOk ok =
        believed
            ? readWithWorlds(packet)
            : HelloOk.readWithoutWorlds(packet.inRePacketId(), packet.okBody());
    if (ok.protocolVersion() < OLDEST_PROTOCOL) {
      vl1.drop(Drop.OLD_PROTOCOL);
      return PacketOutcome.IGNORED;
    }
    for (World world : ok.worlds()) {
      vl1.addWorld(world, false, packet.nowMs());
    }
    if (packet.hops() == 0) {
      packet.roundTripMs = packet.nowMs() - ok.timestampMs();
      Path path = packet.path();
      if (path != null) {
        path.measured(packet.roundTripMs);
      }
    }
    peer.heardVersion(ok.protocolVersion(), ok.major(), ok.minor(), ok.revision());
    surfaceReported(packet, ok.physicalDestination());
    return PacketOutcome.ACCEPTED;
  }

  /** A damaged world ends the packet; those before it stay added (01 section 7.6). */
  private HelloOk readWithWorlds(InboundPacket packet) {
    var worlds = new ArrayList<World>();
    try {
      return HelloOk.read(packet.inRePacketId(), packet.okBody(), worlds::add);
    } catch (WireException damaged) {
      worlds.forEach(world -> vl1.addWorld(world, false, packet.nowMs()));
      throw damaged;
    }
  }

  /** Verifies the identity of an unknown sender and adds it; null where it is dropped. */
  private @Nullable Peer addUnknown(Identity identity, InboundPacket hello) {
    long nowMs = hello.nowMs();
    if (vl1.peers.isFull()) {
      vl1.drop(Drop.TOO_MANY_PEERS);
      return null;
    }
    if (!vl1.identityLimiter.mayPresent(hello.endpoint().getAddress(), nowMs)) {
      vl1.drop(Drop.RATE_LIMITED);
      return null;
    }
    byte[] key = vl1.self.agree(identity).orElse(null);
    if (key == null) {
      vl1.drop(Drop.FALSE_IDENTITY);
      return null;
    }
    PacketCipher cipher = PacketCipher.of(key);
    Drop reason = null;
    if (!cipher.open(hello.bytes(), hello.start(), hello.length())) {
      reason = Drop.BAD_MAC;
    } else if (!vl1.identityLimiter.mayValidate(nowMs)) {
      reason = Drop.RATE_LIMITED;
    } else if (!identity.validates()) {
      reason = Drop.FALSE_IDENTITY;
    }
    if (reason != null) {
      cipher.wipe();
      vl1.drop(reason);
      return null;
    }
    var peer = new Peer(identity, cipher);
    vl1.peers.add(peer);
    vl1.identityArrived(identity.address(), nowMs);
    return peer;
  }

  /** Notifies the younger of two nodes with one address, encrypted for its own key. */
  private void handleCollision(Identity presented, InboundPacket hello) {
    vl1.drop(Drop.IDENTITY_COLLISION);
    if (!vl1.identityLimiter.mayPresent(hello.endpoint().getAddress(), hello.nowMs())) {
      return;
    }
    byte[] key = vl1.self.agree(presented).orElse(null);
    if (key == null) {
      return;
    }
    long packetId = hello.packetId();
    var temporary = new Peer(presented, PacketCipher.of(key));
    if (temporary.cipher.open(hello.bytes(), hello.start(), hello.length())) {
      hello.from(temporary);
      hello.reply(
          new ErrorMessage(
              Verb.HELLO.number(), packetId, ErrorMessage.IDENTITY_COLLISION, 0, Bytes.EMPTY));
    }
    temporary.cipher.wipe();
  }

  private HelloOk answer(Hello hello, InboundPacket packet) {
    InetSocketAddress seen = packet.endpoint();
    if (hello.protocolVersion() < REFLECTS_PORT_SINCE_PROTOCOL) {
      seen = new InetSocketAddress(seen.getAddress(), 0);
    }
    return new HelloOk(
        packet.packetId(),
        hello.timestampMs(),
        PROTOCOL_VERSION,
        Version.MAJOR,
        Version.MINOR,
        Version.REVISION,
        seen,
        newerWorlds(hello));
  }

  private List<World> newerWorlds(Hello hello) {
    var newer = new ArrayList<World>();
    int bytes = 0;
    World planet = vl1.roots.planet();
    if (hello.planetId() == planet.id()
        && Long.compareUnsigned(hello.planetTimestampMs(), planet.timestampMs()) < 0) {
      newer.add(planet);
      bytes += bytesOf(planet);
    }
    for (Hello.MoonVersion ad : hello.moons()) {
      World moon = vl1.roots.moon(ad.id());
      if (moon != null && Long.compareUnsigned(ad.timestampMs(), moon.timestampMs()) < 0) {
        bytes += bytesOf(moon);
        if (bytes > MAX_WORLDS_BYTES && !newer.isEmpty()) {
          break;
        }
        newer.add(moon);
      }
    }
    return newer;
  }

  private static int bytesOf(World world) {
    var out = new WireWriter();
    world.writeTo(out);
    return out.size();
  }

  private void surfaceReported(InboundPacket packet, @Nullable InetSocketAddress surface) {
    if (surface == null || packet.hops() != 0) {
      return;
    }
    IpScope changed = vl1.surface.reported(packet, vl1.roots.isUpstream(packet.source()), surface);
    if (changed != IpScope.NONE) {
      vl1.output.event(new Event.SurfaceChanged(surface));
      vl1.learning.reset(packet, changed, surface.getAddress().getAddress().length);
    }
  }
}
