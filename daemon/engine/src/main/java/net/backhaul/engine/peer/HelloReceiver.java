// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine.peer;

import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import net.backhaul.engine.Drop;
import net.backhaul.engine.Event;
import net.backhaul.engine.HelloCheck;
import net.backhaul.protocol.Version;
import net.backhaul.protocol.identity.Identity;
import net.backhaul.protocol.message.ErrorMessage;
import net.backhaul.protocol.message.Hello;
import net.backhaul.protocol.message.HelloOk;
import net.backhaul.protocol.message.Verb;
import net.backhaul.protocol.packet.Bytes;
import net.backhaul.protocol.packet.PacketCipher;
import net.backhaul.protocol.packet.WireException;
import net.backhaul.protocol.packet.WireReader;
import net.backhaul.protocol.packet.WireWriter;
import net.backhaul.protocol.world.World;
import org.jspecify.annotations.Nullable;

/** Handles HELLO, also of unknown peers, and OK(HELLO) (02 section 2.1). */
final class HelloReceiver {
  private static final int OLDEST_PROTOCOL = 4;
  private static final int REFLECTS_PORT_SINCE_PROTOCOL = 5;
  private static final int IDENTITY_AT = 41;
  private static final int VERSION_AT = 28;

  /** Maximum world updates in one reply, except for the first; others follow the next HELLO. */
  private static final int MAX_WORLDS_BYTES = 4_096;

  private final PeerContext context;
  private final PeerLookup peers;
  private final Upstreams upstreams;
  private final SurfaceReports surface;
  private final AcceptedPackets accepted;
  private final IdentityRateLimiter limiter = new IdentityRateLimiter();
  private final PendingHellos pending;

  HelloReceiver(
      PeerContext context,
      PeerLookup peers,
      Upstreams upstreams,
      SurfaceReports surface,
      AcceptedPackets accepted) {
    this.context = context;
    this.peers = peers;
    this.upstreams = upstreams;
    this.surface = surface;
    this.accepted = accepted;
    this.pending = new PendingHellos(context);
  }

  /** Handles a HELLO of suite 0, whose sender may be unknown. */
  void receive(InboundPacket hello) {
    if (hello.length() < IDENTITY_AT + Identity.PUBLIC_BYTES) {
      context.drop(Drop.MALFORMED);
      return;
    }
    byte[] bytes = hello.bytes();
    int start = hello.start();
    int length = hello.length();
    Identity identity =
        Identity.read(new WireReader(bytes, start + IDENTITY_AT, length - IDENTITY_AT));
    if ((bytes[start + VERSION_AT] & 0xff) < OLDEST_PROTOCOL) {
      context.drop(Drop.OLD_PROTOCOL);
      return;
    }
    if (identity.address() != hello.header().source()) {
      context.drop(Drop.INVALID_IDENTITY);
      return;
    }
    Peer peer = peers.find(identity.address(), hello.nowMs());
    if (peer == null) {
      peer = addUnknown(identity, hello);
    } else if (!peer.identity.equals(identity)) {
      handleCollision(identity, hello);
      return;
    } else if (!peer.cipher.open(bytes, start, length)) {
      peer.counters.invalid++;
      context.drop(Drop.BAD_MAC);
      return;
    }
    if (peer != null) {
      hello.opened(peer);
      if (receiveAuthentic(hello) == PacketOutcome.ACCEPTED) {
        context.counters.received(Verb.HELLO.number());
        accepted.accept(hello, Verb.HELLO, false);
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
      context.drop(Drop.INVALID_IDENTITY);
      return PacketOutcome.IGNORED;
    }
    if (upstreams.contains(peer.address)) {
      context.output.event(new Event.RootClock(peer.address, hello.timestampMs()));
    }
    surface.report(packet, hello.endpoint());
    packet.reply(answer(hello, packet));
    peer.version(hello.protocolVersion(), hello.major(), hello.minor(), hello.revision());
    peer.features = hello.features();
    return PacketOutcome.ACCEPTED;
  }

  /** Handles OK(HELLO): a round trip, the peer's version, our surface address and worlds. */
  PacketOutcome receiveOk(InboundPacket packet) {
    Peer peer = packet.peer();
    boolean trusted = upstreams.isTrustedWithWorlds(peer.address);
    HelloOk ok =
        trusted
            ? readWithWorlds(packet)
            : HelloOk.readWithoutWorlds(
                packet.inRePacketId(), packet.okBody(), () -> context.drop(Drop.BAD_WORLD));
    if (ok.protocolVersion() < OLDEST_PROTOCOL) {
      context.drop(Drop.OLD_PROTOCOL);
      return PacketOutcome.IGNORED;
    }
    for (World world : ok.worlds()) {
      upstreams.update(world, packet.nowMs());
    }
    if (packet.hops() == 0) {
      packet.roundTripMs = packet.nowMs() - ok.timestampMs();
      Path path = packet.path();
      if (path != null) {
        path.recordRoundTrip(packet.roundTripMs);
      }
    }
    peer.version(ok.protocolVersion(), ok.major(), ok.minor(), ok.revision());
    peer.features = ok.features();
    surface.report(packet, ok.endpoint());
    return PacketOutcome.ACCEPTED;
  }

  /** Handles ERROR(IDENTITY_COLLISION); only a root may report that our address is in use. */
  PacketOutcome receiveCollision(InboundPacket packet) {
    if (upstreams.contains(packet.source())) {
      context.output.event(new Event.IdentityCollision());
    }
    return PacketOutcome.ACCEPTED;
  }

  /** A damaged world ends the packet; those before it stay added (01 section 7.6). */
  private HelloOk readWithWorlds(InboundPacket packet) {
    var worlds = new ArrayList<World>();
    try {
      return HelloOk.read(packet.inRePacketId(), packet.okBody(), worlds::add);
    } catch (WireException damaged) {
      worlds.forEach(world -> upstreams.update(world, packet.nowMs()));
      throw damaged;
    }
  }

  /** Checks the identity of an unknown sender and adds it; null where that is not done at once. */
  private @Nullable Peer addUnknown(Identity identity, InboundPacket hello) {
    long nowMs = hello.nowMs();
    if (peers.table().isFull()) {
      context.drop(Drop.TOO_MANY_PEERS);
      return null;
    }
    if (pending.contains(identity)) {
      pending.add(identity, hello);
      return null;
    }
    if (!limiter.mayPresent(hello.endpoint().getAddress(), nowMs)) {
      context.drop(Drop.RATE_LIMITED);
      return null;
    }
    if (context.output.identityChecker() == null) {
      return checkAtOnce(identity, hello);
    }
    if (pending.isFull() || hello.length() > PendingHellos.MAX_BYTES) {
      context.drop(Drop.RATE_LIMITED);
    } else {
      pending.add(identity, hello);
    }
    return null;
  }

  private @Nullable Peer checkAtOnce(Identity identity, InboundPacket hello) {
    int start = hello.start();
    byte[] copy = Arrays.copyOfRange(hello.bytes(), start, start + hello.length());
    var check = new HelloCheck(context.self, identity, copy);
    if (check.open()) {
      if (!limiter.mayValidate(hello.nowMs())) {
        check.wipe();
        context.drop(Drop.RATE_LIMITED);
        return null;
      }
      check.validate(Identity::validates);
    }
    return addChecked(check, hello.nowMs());
  }

  /** Adds the peer of a check, or drops what has failed. */
  private @Nullable Peer addChecked(HelloCheck check, long nowMs) {
    Drop failure = check.failure();
    if (failure == null && peers.table().isFull()) {
      failure = Drop.TOO_MANY_PEERS;
    }
    if (failure != null) {
      check.wipe();
      context.drop(failure);
      return null;
    }
    var peer = new Peer(check.identity(), check.cipher());
    peers.table().add(peer);
    peers.identityArrived(peer.address, nowMs);
    return peer;
  }

  /** Handles the result of a check; returns the HELLO that is to be received now, if any. */
  PendingHellos.@Nullable Received checked(HelloCheck check, long nowMs) {
    PendingHellos.Received hello = pending.remove(check);
    pending.beginChecks(nowMs);
    if (hello == null) {
      check.wipe();
      return null;
    }
    if (peers.find(check.identity().address(), nowMs) != null) {
      check.wipe(); // A root has sent it meanwhile.
      return hello;
    }
    return addChecked(check, nowMs) == null ? null : hello;
  }

  /** Returns how many HELLOs are pending for the check of an identity. */
  int pending() {
    return pending.size();
  }

  /** Notifies the younger of two nodes with one address, encrypted for its own key. */
  private void handleCollision(Identity presented, InboundPacket hello) {
    context.drop(Drop.IDENTITY_COLLISION);
    if (!limiter.mayPresent(hello.endpoint().getAddress(), hello.nowMs())
        || !limiter.mayValidate(hello.nowMs())) {
      return;
    }
    byte[] key = context.self.agree(presented).orElse(null);
    if (key == null) {
      return;
    }
    var temporary = new Peer(presented, PacketCipher.of(key));
    if (temporary.cipher.open(hello.bytes(), hello.start(), hello.length())) {
      hello.opened(temporary);
      hello.reply(
          new ErrorMessage(
              Verb.HELLO.number(),
              hello.packetId(),
              ErrorMessage.IDENTITY_COLLISION,
              0,
              Bytes.EMPTY));
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
        HelloSender.PROTOCOL_VERSION,
        Version.MAJOR,
        Version.MINOR,
        Version.REVISION,
        seen,
        provenWorlds(hello, packet),
        context.features());
  }

  /**
   * Returns newer worlds for a sender that receives what we send to where its HELLO came from: over
   * a path of its own or of a root, which it has confirmed before. Others get them with a later
   * HELLO.
   */
  private List<World> provenWorlds(Hello hello, InboundPacket packet) {
    List<World> newer = newerWorlds(hello);
    if (newer.isEmpty()
        || packet.path() != null
        || upstreams.at(packet.socket(), packet.endpoint()) != null) {
      return newer;
    }
    context.drop(Drop.UNPROVEN_ADDRESS);
    return List.of();
  }

  private List<World> newerWorlds(Hello hello) {
    var newer = new ArrayList<World>();
    int bytes = 0;
    World planet = upstreams.roots().planet();
    if (hello.planetId() == planet.id()
        && Long.compareUnsigned(hello.planetTimestampMs(), planet.timestampMs()) < 0) {
      newer.add(planet);
      bytes += bytesOf(planet);
    }
    for (Hello.MoonVersion moonVersion : hello.moons()) {
      World moon = upstreams.roots().moon(moonVersion.id());
      if (moon != null
          && !newer.contains(moon)
          && Long.compareUnsigned(moonVersion.timestampMs(), moon.timestampMs()) < 0) {
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
}
