// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine.peer;

import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import net.backhaul.engine.Drop;
import net.backhaul.engine.Event;
import net.backhaul.engine.Traffic;
import net.backhaul.engine.network.Handled;
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
  static final int MAJOR = 1;
  static final int MINOR = 14;
  static final int REVISION = 1;

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

  Hellos(Vl1 vl1) {
    this.vl1 = vl1;
  }

  /** Sends a HELLO to a physical address, from one socket or (-1) from all of its family. */
  void greet(Peer peer, int socket, InetSocketAddress endpoint, long nowMs) {
    var moons = new ArrayList<Hello.MoonAd>();
    for (World moon : vl1.roots.moons()) {
      moons.add(new Hello.MoonAd(moon.id(), moon.timestampMs()));
    }
    vl1.roots.wantedMoons().keySet().forEach(id -> moons.add(new Hello.MoonAd(id, 0)));
    World planet = vl1.roots.planet();
    var hello =
        new Hello(
            PROTOCOL_VERSION,
            MAJOR,
            MINOR,
            REVISION,
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
    vl1.awaited.expect(view.id());
    vl1.counters.sent(Verb.HELLO.number());
    vl1.sender.transmit(Traffic.CONTROL, socket, endpoint, packet, 0, length, mtuBytes);
    Path path = peer.path(socket, endpoint);
    if (path != null) {
      path.lastOutMs = nowMs;
    }
  }

  /** Handles a HELLO of suite 0, whose sender may be unknown. */
  void receive(
      int socket, InetSocketAddress from, byte[] bytes, int start, int length, long nowMs) {
    if (length < IDENTITY_AT + Identity.PUBLIC_BYTES) {
      vl1.drop(Drop.MALFORMED);
      return;
    }
    view.wrap(bytes, start, length);
    long id = view.id();
    int hops = view.hops();
    Identity identity =
        Identity.read(new WireReader(bytes, start + IDENTITY_AT, length - IDENTITY_AT));
    if ((bytes[start + VERSION_AT] & 0xff) < OLDEST_PROTOCOL) {
      vl1.drop(Drop.OLD_PROTOCOL);
      return;
    }
    if (identity.address() != view.source()) {
      vl1.drop(Drop.FALSE_IDENTITY);
      return;
    }
    Peer peer = vl1.peer(identity.address(), nowMs);
    if (peer == null) {
      peer = admitStranger(identity, from, bytes, start, length, nowMs);
    } else if (!peer.identity.equals(identity)) {
      collide(identity, socket, from, id, bytes, start, length, nowMs);
      return;
    } else if (!peer.cipher.open(bytes, start, length)) {
      vl1.drop(Drop.BAD_MAC);
      return;
    }
    if (peer != null) {
      ArrivalNow arrival = ArrivalNow.of(vl1, peer, socket, from, hops, id);
      if (receiveAuthentic(peer, arrival, bytes, start, length, nowMs) == Handled.COUNTED) {
        vl1.counters.received(Verb.HELLO.number());
        vl1.learning.received(arrival, Verb.HELLO, false, nowMs);
      }
    }
  }

  /** Handles a HELLO whose packet is authentic and opened. */
  Handled receiveAuthentic(
      Peer peer, ArrivalNow from, byte[] bytes, int start, int length, long nowMs) {
    int payloadStart = start + Packets.HEADER_BYTES;
    Hello hello =
        Hello.read(
            new WireReader(bytes, payloadStart, length - Packets.HEADER_BYTES),
            (array, first, end) -> peer.cipher.maskHello(array, start, first, end));
    if (hello.protocolVersion() < OLDEST_PROTOCOL || !hello.identity().equals(peer.identity)) {
      vl1.drop(Drop.FALSE_IDENTITY);
      return Handled.IGNORED;
    }
    InetSocketAddress surface = hello.physicalDestination();
    if (surface != null && from.hops == 0) {
      surfaceReported(peer, from, surface, nowMs);
    }
    from.reply(answer(hello, from), nowMs);
    peer.heardVersion(hello.protocolVersion(), hello.major(), hello.minor(), hello.revision());
    return Handled.COUNTED;
  }

  Handled receiveAnswer(WireReader in, long inRePacketId, ArrivalNow from, long nowMs) {
    Peer peer = from.peer;
    boolean believed = vl1.roots.isUpstream(peer.address) || vl1.roots.isMoonSeed(peer.address);
    HelloOk ok =
        believed ? read(in, inRePacketId, nowMs) : HelloOk.readWithoutWorlds(inRePacketId, in);
    if (ok.protocolVersion() < OLDEST_PROTOCOL) {
      vl1.drop(Drop.OLD_PROTOCOL);
      return Handled.IGNORED;
    }
    for (World world : ok.worlds()) {
      vl1.addWorld(world, false, nowMs);
    }
    if (from.hops == 0) {
      Path path = peer.path(from.socket, from.endpoint);
      from.measuredMs = nowMs - ok.timestampMs();
      if (path != null) {
        path.measured(from.measuredMs);
      }
    }
    peer.heardVersion(ok.protocolVersion(), ok.major(), ok.minor(), ok.revision());
    InetSocketAddress surface = ok.physicalDestination();
    if (surface != null && from.hops == 0) {
      surfaceReported(peer, from, surface, nowMs);
    }
    return Handled.COUNTED;
  }

  /** A damaged world ends the packet; those before it stay added (01 section 7.6). */
  private HelloOk read(WireReader in, long inRePacketId, long nowMs) {
    var worlds = new ArrayList<World>();
    try {
      return HelloOk.read(inRePacketId, in, worlds::add);
    } catch (WireException damaged) {
      worlds.forEach(world -> vl1.addWorld(world, false, nowMs));
      throw damaged;
    }
  }

  private @Nullable Peer admitStranger(
      Identity identity, InetSocketAddress from, byte[] bytes, int start, int length, long nowMs) {
    if (vl1.peers.isFull()) {
      vl1.drop(Drop.TOO_MANY_PEERS);
      return null;
    }
    if (!vl1.identityGate.admits(from.getAddress(), nowMs)) {
      vl1.drop(Drop.RATE_LIMITED);
      return null;
    }
    byte[] key = vl1.self.agree(identity).orElse(null);
    if (key == null) {
      vl1.drop(Drop.FALSE_IDENTITY);
      return null;
    }
    PacketCipher cipher = PacketCipher.of(key);
    Drop refusal = null;
    if (!cipher.open(bytes, start, length)) {
      refusal = Drop.BAD_MAC;
    } else if (!vl1.identityGate.admitsCheck(nowMs)) {
      refusal = Drop.RATE_LIMITED;
    } else if (!identity.validates()) {
      refusal = Drop.FALSE_IDENTITY;
    }
    if (refusal != null) {
      cipher.wipe();
      vl1.drop(refusal);
      return null;
    }
    var peer = new Peer(identity, cipher);
    vl1.peers.add(peer);
    vl1.identityArrived(identity.address(), nowMs);
    return peer;
  }

  /** Tells the younger of two nodes with one address that it is taken, under its own key. */
  private void collide(
      Identity presented,
      int socket,
      InetSocketAddress from,
      long packetId,
      byte[] bytes,
      int start,
      int length,
      long nowMs) {
    vl1.drop(Drop.IDENTITY_COLLISION);
    if (!vl1.identityGate.admits(from.getAddress(), nowMs)) {
      return;
    }
    byte[] key = vl1.self.agree(presented).orElse(null);
    if (key == null) {
      return;
    }
    var passing = new Peer(presented, PacketCipher.of(key));
    if (passing.cipher.open(bytes, start, length)) {
      var error =
          new ErrorMessage(
              Verb.HELLO.number(), packetId, ErrorMessage.IDENTITY_COLLISION, 0, Bytes.EMPTY);
      vl1.sender.sendTo(passing, socket, from, error, nowMs);
    }
    passing.cipher.wipe();
  }

  private HelloOk answer(Hello hello, ArrivalNow from) {
    InetSocketAddress seen = from.endpoint;
    if (hello.protocolVersion() < REFLECTS_PORT_SINCE_PROTOCOL) {
      seen = new InetSocketAddress(seen.getAddress(), 0);
    }
    return new HelloOk(
        from.packetId(),
        hello.timestampMs(),
        PROTOCOL_VERSION,
        MAJOR,
        MINOR,
        REVISION,
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
    for (Hello.MoonAd ad : hello.moons()) {
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

  private void surfaceReported(Peer peer, ArrivalNow from, InetSocketAddress surface, long nowMs) {
    IpScope changed =
        vl1.surface.reported(
            peer.address,
            vl1.roots.isUpstream(peer.address),
            from.socket,
            from.endpoint,
            surface,
            nowMs);
    if (changed != IpScope.NONE) {
      vl1.output.event(new Event.SurfaceChanged(surface));
      vl1.learning.reset(changed, surface.getAddress().getAddress().length, from, nowMs);
    }
  }
}
