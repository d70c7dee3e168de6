// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine.peer;

import java.net.InetSocketAddress;
import java.util.Arrays;
import java.util.List;
import net.backhaul.engine.Drop;
import net.backhaul.engine.Event;
import net.backhaul.engine.Traffic;
import net.backhaul.engine.network.Handled;
import net.backhaul.protocol.identity.Addresses;
import net.backhaul.protocol.message.EchoOk;
import net.backhaul.protocol.message.ErrorMessage;
import net.backhaul.protocol.message.Nop;
import net.backhaul.protocol.message.Rendezvous;
import net.backhaul.protocol.message.UserMessage;
import net.backhaul.protocol.message.Verb;
import net.backhaul.protocol.message.Whois;
import net.backhaul.protocol.message.WhoisOk;
import net.backhaul.protocol.packet.Bytes;
import net.backhaul.protocol.packet.Compression;
import net.backhaul.protocol.packet.FragmentView;
import net.backhaul.protocol.packet.PacketView;
import net.backhaul.protocol.packet.Packets;
import net.backhaul.protocol.packet.Reassembly;
import net.backhaul.protocol.packet.WireException;
import net.backhaul.protocol.packet.WireReader;

/** Looks at datagrams, opens packets and hands them to whom they concern (02 sections 1 to 3). */
final class Receiver {
  private static final int HEADER = Packets.HEADER_BYTES;
  private static final int SHORTEST_BYTES = 17;
  private static final int BEACON_BYTES = 13;
  private static final int BEACON_ADDRESS_AT = 8;
  private static final long BEACON_SPACING_MS = 2_500;
  private static final int MAX_HOPS = 3;
  private static final int OK_HEADER_BYTES = 9;
  private static final long ECHO_SPACING_MS = 166;
  private static final int USER_MESSAGE_TYPE_BYTES = 8;

  private final Vl1 vl1;
  private final PacketView view = new PacketView();
  private final FragmentView fragment = new FragmentView();
  private final Reassembly reassembly = new Reassembly();
  private final HeadOrigins heads = new HeadOrigins();
  private final WaitingRoom waiting = new WaitingRoom();
  private final byte[] decompressed = new byte[Packets.MAX_BYTES];
  private long lastBeaconMs = Peer.NEVER;

  Receiver(Vl1 vl1) {
    this.vl1 = vl1;
  }

  boolean hasWaiting() {
    return !waiting.isEmpty();
  }

  int waiting() {
    return waiting.size();
  }

  /** Takes one datagram; its bytes are clobbered. */
  void receive(
      int socket, InetSocketAddress from, byte[] bytes, int start, int length, long nowMs) {
    vl1.counters.receivedDatagram(length);
    if (length == BEACON_BYTES) {
      receiveBeacon(socket, from, bytes, start, nowMs);
    } else if (length < SHORTEST_BYTES) {
      vl1.drop(Drop.TOO_SHORT);
    } else if (length > Packets.MAX_BYTES) {
      vl1.drop(Drop.TOO_LONG);
    } else if (FragmentView.isFragment(bytes, start, length)) {
      receiveFragment(socket, from, bytes, start, length, nowMs);
    } else if (!view.wrap(bytes, start, length)) {
      vl1.drop(Drop.TOO_SHORT);
    } else {
      receiveHead(socket, from, bytes, start, length, nowMs);
    }
  }

  /** Answers nodes of old that look for each other on a LAN (02 section 4.6). */
  private void receiveBeacon(
      int socket, InetSocketAddress from, byte[] bytes, int start, long nowMs) {
    long address =
        new WireReader(bytes, start + BEACON_ADDRESS_AT, BEACON_BYTES - BEACON_ADDRESS_AT)
            .address();
    Peer peer = vl1.peers.get(address);
    if (peer == null) {
      vl1.drop(Drop.UNKNOWN_SENDER);
    } else if (nowMs - lastBeaconMs < BEACON_SPACING_MS) {
      vl1.drop(Drop.RATE_LIMITED);
    } else if (!vl1.learning.permits(peer, from)) {
      vl1.drop(Drop.NOT_FOR_US);
    } else {
      lastBeaconMs = nowMs;
      vl1.counters.received(Verb.NOP.number());
      vl1.sender.sendTo(peer, socket, from, new Nop(), nowMs);
    }
  }

  private void receiveFragment(
      int socket, InetSocketAddress from, byte[] bytes, int start, int length, long nowMs) {
    fragment.wrap(bytes, start, length);
    if (fragment.destination() != vl1.self.address()) {
      int hops = fragment.hops();
      if (mayRelay(from, hops, nowMs)) {
        fragment.hops(hops + 1);
        relay(0, fragment.destination(), bytes, start, length, nowMs);
      }
      return;
    }
    if (!fragment.isValid()) {
      vl1.drop(Drop.BAD_FRAGMENT);
      return;
    }
    long packetId = fragment.packetId();
    vl1.counters.fragment();
    int whole = reassembly.fragment(bytes, start, length, nowMs);
    if (whole > 0) {
      int head = heads.find(packetId);
      int headSocket = head < 0 ? socket : heads.socket(head);
      InetSocketAddress headFrom = head < 0 ? from : heads.take(head);
      receivePacket(headSocket, headFrom, reassembly.whole(), 0, whole, nowMs);
    }
  }

  private void receiveHead(
      int socket, InetSocketAddress from, byte[] bytes, int start, int length, long nowMs) {
    if (view.source() == vl1.self.address()) {
      vl1.drop(Drop.FROM_MYSELF);
    } else if (view.destination() != vl1.self.address()) {
      int hops = view.hops();
      if (mayRelay(from, hops, nowMs)) {
        view.hops(hops + 1);
        relay(view.source(), view.destination(), bytes, start, length, nowMs);
      }
    } else if (view.fragmented()) {
      vl1.counters.fragment();
      heads.note(view.id(), socket, from, nowMs);
      int whole = reassembly.head(bytes, start, length, nowMs);
      if (whole > 0) {
        receivePacket(socket, from, reassembly.whole(), 0, whole, nowMs);
      }
    } else {
      receivePacket(socket, from, bytes, start, length, nowMs);
    }
  }

  private boolean mayRelay(InetSocketAddress from, int hops, long nowMs) {
    if (!vl1.roots.amRoot() && !vl1.trustedPaths.contains(from, nowMs)) {
      vl1.drop(Drop.NOT_FOR_US);
      return false;
    }
    if (hops >= MAX_HOPS) {
      vl1.drop(Drop.TOO_MANY_HOPS);
      return false;
    }
    return true;
  }

  /** Passes a datagram on; the source is 0 for fragments, which do not carry it. */
  private void relay(
      long source, long destination, byte[] bytes, int start, int length, long nowMs) {
    Peer peer = vl1.peer(destination, nowMs);
    Path direct = peer == null ? null : peer.bestPath(nowMs);
    if (peer != null && direct != null) {
      vl1.datagrams(Traffic.DATA, direct.socket, direct.endpoint, bytes, start, length, length);
      direct.lastOutMs = nowMs;
      vl1.counters.relayed();
      if (source != 0) {
        vl1.introductions.introduce(source, peer, nowMs);
      }
      return;
    }
    Peer root = vl1.bestUpstream(nowMs);
    Path way = root == null || root.address == source ? null : root.bestOrOldPath(nowMs);
    if (way == null) {
      vl1.drop(Drop.NO_WAY);
      return;
    }
    vl1.datagrams(Traffic.DATA, way.socket, way.endpoint, bytes, start, length, length);
    vl1.counters.relayed();
    way.lastOutMs = nowMs;
  }

  private void receivePacket(
      int socket, InetSocketAddress from, byte[] bytes, int start, int length, long nowMs) {
    try {
      if (!view.wrap(bytes, start, length) || view.source() == vl1.self.address()) {
        vl1.drop(Drop.FROM_MYSELF);
      } else if (view.suite() == Packets.SUITE_POLY && view.verb() == Verb.HELLO.number()) {
        vl1.hellos.receive(socket, from, bytes, start, length, nowMs);
      } else {
        open(socket, from, bytes, start, length, nowMs, nowMs);
      }
    } catch (WireException e) {
      vl1.drop(Drop.MALFORMED);
    }
  }

  private void open(
      int socket,
      InetSocketAddress from,
      byte[] bytes,
      int start,
      int length,
      long sinceMs,
      long nowMs) {
    long source = view.source();
    Peer peer = vl1.peer(source, nowMs);
    if (peer == null) {
      if (Addresses.isReserved(source)) {
        vl1.drop(Drop.UNKNOWN_SENDER);
        return;
      }
      byte[] kept = Arrays.copyOfRange(bytes, start, start + length);
      wait(new WaitingRoom.Waiting(source, socket, from, kept, false, sinceMs), nowMs);
      vl1.whois.askForStranger(source, nowMs);
      return;
    }
    switch (view.suite()) {
      case Packets.SUITE_POLY, Packets.SUITE_SALSA, Packets.SUITE_AES -> {
        if (!peer.cipher.open(bytes, start, length)) {
          vl1.drop(Drop.BAD_MAC);
          return;
        }
      }
      case Packets.SUITE_TRUSTED -> {
        if (!vl1.options.trusts(from.getAddress(), view.mac())) {
          vl1.drop(Drop.BAD_SUITE);
          return;
        }
      }
      default -> {
        vl1.drop(Drop.BAD_SUITE);
        return;
      }
    }
    view.wrap(bytes, start, length);
    if (view.compressed() && length > HEADER) {
      int size =
          Compression.decompress(
              bytes,
              start + HEADER,
              length - HEADER,
              decompressed,
              HEADER,
              Packets.MAX_BYTES - HEADER);
      if (size <= 0) {
        vl1.drop(Drop.BAD_COMPRESSION);
        return;
      }
      System.arraycopy(bytes, start, decompressed, 0, HEADER);
      decompressed[HEADER - 1] &= 0x1f;
      dispatch(peer, socket, from, decompressed, 0, HEADER + size, sinceMs, nowMs);
    } else {
      dispatch(peer, socket, from, bytes, start, length, sinceMs, nowMs);
    }
  }

  private void dispatch(
      Peer peer,
      int socket,
      InetSocketAddress from,
      byte[] bytes,
      int start,
      int length,
      long sinceMs,
      long nowMs) {
    view.wrap(bytes, start, length);
    int verbNumber = view.verb();
    ArrivalNow arrival = ArrivalNow.of(vl1, peer, socket, from, view.hops(), view.id());
    vl1.counters.received(verbNumber);
    Verb verb = Verb.of(verbNumber);
    Handled handled =
        verb == null
            ? Handled.COUNTED
            : handle(verb, arrival, bytes, start + HEADER, length - HEADER, nowMs);
    switch (handled) {
      case COUNTED, TRUSTED ->
          vl1.learning.received(
              arrival, verb == null ? Verb.NOP : verb, handled == Handled.TRUSTED, nowMs);
      case PARKED -> {
        byte[] kept = Arrays.copyOfRange(bytes, start, start + length);
        wait(new WaitingRoom.Waiting(peer.address, socket, from, kept, true, sinceMs), nowMs);
      }
      case IGNORED -> {}
    }
  }

  private Handled handle(
      Verb verb, ArrivalNow from, byte[] bytes, int start, int length, long nowMs) {
    return switch (verb) {
      case NOP, REMOTE_TRACE -> Handled.COUNTED;
      case USER_MESSAGE -> deliver(from, bytes, start, length);
      case ACK, QOS_MEASUREMENT, PATH_NEGOTIATION_REQUEST -> Handled.IGNORED;
      case HELLO ->
          vl1.hellos.receiveAuthentic(
              from.peer, from, bytes, start - HEADER, length + HEADER, nowMs);
      case OK -> handleOk(from, bytes, start, length, nowMs);
      case ERROR -> handleError(from, bytes, start, length, nowMs);
      case WHOIS ->
          vl1.whois.answer(
              Whois.read(new WireReader(bytes, start, length)), from.peer, from, nowMs);
      case RENDEZVOUS ->
          vl1.introductions.receive(
              Rendezvous.read(new WireReader(bytes, start, length)), from, nowMs);
      case ECHO -> answerEcho(from, bytes, start, length, nowMs);
      case PUSH_DIRECT_PATHS ->
          vl1.directPaths.receive(new WireReader(bytes, start, length), from, nowMs);
      case FRAME,
          EXT_FRAME,
          MULTICAST_LIKE,
          NETWORK_CREDENTIALS,
          NETWORK_CONFIG_REQUEST,
          NETWORK_CONFIG,
          MULTICAST_GATHER,
          MULTICAST_FRAME ->
          vl1.networks.receive(verb, bytes, start, length, from, nowMs);
    };
  }

  private Handled handleOk(ArrivalNow from, byte[] bytes, int start, int length, long nowMs) {
    var in = new WireReader(bytes, start, length);
    int inReVerb = in.u8();
    long inRePacketId = in.u64();
    if (!vl1.awaited.isAwaited(inRePacketId)) {
      vl1.drop(Drop.NOT_AWAITED);
      return Handled.IGNORED;
    }
    int bodyStart = start + OK_HEADER_BYTES;
    int bodyLength = length - OK_HEADER_BYTES;
    Verb inRe = Verb.of(inReVerb);
    if (inRe == null) {
      return Handled.COUNTED;
    }
    return switch (inRe) {
      case HELLO -> vl1.hellos.receiveAnswer(in, inRePacketId, from, nowMs);
      case WHOIS -> vl1.whois.receiveAnswer(WhoisOk.read(inRePacketId, in), from.peer, nowMs);
      case NETWORK_CONFIG_REQUEST, MULTICAST_GATHER, MULTICAST_FRAME ->
          vl1.networks.receiveOk(inRe, inRePacketId, bytes, bodyStart, bodyLength, from, nowMs);
      default -> Handled.COUNTED;
    };
  }

  private Handled handleError(ArrivalNow from, byte[] bytes, int start, int length, long nowMs) {
    ErrorMessage error = ErrorMessage.read(new WireReader(bytes, start, length));
    if (error.code() == ErrorMessage.IDENTITY_COLLISION) {
      if (vl1.roots.isUpstream(from.source())) {
        vl1.output.event(new Event.IdentityCollision());
      }
      return Handled.COUNTED;
    }
    return vl1.networks.receiveError(error, from, nowMs);
  }

  private Handled answerEcho(ArrivalNow from, byte[] bytes, int start, int length, long nowMs) {
    Path path = from.peer.path(from.socket, from.endpoint);
    if (path != null) {
      if (nowMs - path.lastEchoAnsweredMs < ECHO_SPACING_MS) {
        vl1.drop(Drop.RATE_LIMITED);
        return Handled.IGNORED;
      }
      path.lastEchoAnsweredMs = nowMs;
    } else if (from.endpoint.equals(from.peer.lastStrayEchoFrom)
        && nowMs - from.peer.lastStrayEchoAnsweredMs < ECHO_SPACING_MS) {
      vl1.drop(Drop.RATE_LIMITED);
      return Handled.IGNORED;
    } else {
      from.peer.lastStrayEchoFrom = from.endpoint;
      from.peer.lastStrayEchoAnsweredMs = nowMs;
    }
    Bytes data =
        length == 0 ? Bytes.EMPTY : Bytes.of(Arrays.copyOfRange(bytes, start, start + length));
    from.reply(new EchoOk(from.packetId(), data), nowMs);
    return Handled.COUNTED;
  }

  private Handled deliver(ArrivalNow from, byte[] bytes, int start, int length) {
    if (length >= USER_MESSAGE_TYPE_BYTES) {
      UserMessage message = UserMessage.read(new WireReader(bytes, start, length));
      vl1.output.event(new Event.UserMessage(from.source(), message.type(), message.data()));
    }
    return Handled.COUNTED;
  }

  private void wait(WaitingRoom.Waiting packet, long nowMs) {
    if (waiting.enter(packet)) {
      vl1.drop(Drop.NEVER_HANDLED);
    }
    vl1.somebodyWaits(nowMs);
  }

  int held() {
    return reassembly.held() + heads.held() + waiting.size();
  }

  void forgetOld(long nowMs) {
    heads.forgetOld(nowMs);
    reassembly.forgetOld(nowMs);
  }

  /** Tries again to handle what waits: an identity has arrived, or half a second has passed. */
  void retry(long nowMs) {
    if (waiting.isEmpty()) {
      return;
    }
    int before = waiting.size();
    List<WaitingRoom.Waiting> young = waiting.leaveAll(nowMs);
    for (int i = young.size(); i < before; i++) {
      vl1.drop(Drop.NEVER_HANDLED);
    }
    for (WaitingRoom.Waiting packet : young) {
      byte[] bytes = packet.bytes();
      try {
        view.wrap(bytes, 0, bytes.length);
        Peer peer = packet.opened() ? vl1.peer(packet.source(), nowMs) : null;
        if (peer != null) {
          dispatch(
              peer,
              packet.socket(),
              packet.from(),
              bytes,
              0,
              bytes.length,
              packet.sinceMs(),
              nowMs);
        } else if (!packet.opened()) {
          open(packet.socket(), packet.from(), bytes, 0, bytes.length, packet.sinceMs(), nowMs);
        }
      } catch (WireException e) {
        vl1.drop(Drop.MALFORMED);
      }
    }
  }
}
