// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine.peer;

import java.net.InetAddress;
import java.util.Arrays;
import java.util.List;
import net.backhaul.engine.Drop;
import net.backhaul.engine.Event;
import net.backhaul.engine.HelloCheck;
import net.backhaul.engine.LocalSocket;
import net.backhaul.protocol.identity.Addresses;
import net.backhaul.protocol.message.EchoOk;
import net.backhaul.protocol.message.ErrorMessage;
import net.backhaul.protocol.message.Rendezvous;
import net.backhaul.protocol.message.UserMessage;
import net.backhaul.protocol.message.Verb;
import net.backhaul.protocol.message.Whois;
import net.backhaul.protocol.message.WhoisOk;
import net.backhaul.protocol.packet.Bytes;
import net.backhaul.protocol.packet.Compression;
import net.backhaul.protocol.packet.PacketView;
import net.backhaul.protocol.packet.Packets;
import net.backhaul.protocol.packet.WireException;

/**
 * Opens packets for us: authenticates, decrypts and decompresses them and calls the handler of
 * their verb (02 sections 2 and 3).
 */
final class PacketDispatcher {
  private static final int HEADER = Packets.HEADER_BYTES;
  private static final int HEADER_VERB_AT = HEADER - 1;
  private static final int VERB_MASK = 0x1f;
  private static final long ECHO_SPACING_MS = 166;
  private static final int USER_MESSAGE_TYPE_BYTES = 8;

  private final PeerContext context;
  private final InboundPacket packet;
  private final PeerLookup peers;
  private final HelloReceiver hellos;
  private final WhoisExchange whois;
  private final Introductions introductions;
  private final DirectPaths directPaths;
  private final Pings pings;
  private final PathMtuProber mtuProber;
  private final Bonds bonds;
  private final IdentityCopies copies;
  private final AcceptedPackets accepted;
  private final RemoteTraces remoteTraces;
  private PacketHandler networks = NoHandler.INSTANCE;
  private final PendingInbound pending = new PendingInbound();
  private final byte[] decompressed = new byte[Packets.MAX_BYTES];

  /** The handlers of the verbs of VL1, and what follows when a packet was accepted. */
  record Handlers(
      HelloReceiver hellos,
      WhoisExchange whois,
      Introductions introductions,
      DirectPaths directPaths,
      Pings pings,
      PathMtuProber mtuProber,
      Bonds bonds,
      IdentityCopies copies,
      AcceptedPackets accepted) {}

  PacketDispatcher(PeerContext context, InboundPacket packet, PeerLookup peers, Handlers handlers) {
    this.context = context;
    this.packet = packet;
    this.peers = peers;
    this.hellos = handlers.hellos();
    this.whois = handlers.whois();
    this.introductions = handlers.introductions();
    this.directPaths = handlers.directPaths();
    this.pings = handlers.pings();
    this.mtuProber = handlers.mtuProber();
    this.bonds = handlers.bonds();
    this.copies = handlers.copies();
    this.accepted = handlers.accepted();
    this.remoteTraces = new RemoteTraces(context);
  }

  /** Sets the handler of the verbs of VL2. */
  void attach(PacketHandler handler) {
    networks = handler;
  }

  /** Returns whether an IP address is in a managed prefix of a joined network. */
  boolean isManagedAddress(InetAddress address) {
    return networks.isManagedAddress(address);
  }

  /** Returns the number of packets pending for an identity, credential or configuration. */
  int pending() {
    return pending.size() + hellos.pending();
  }

  /** Handles the current packet, which is still sealed; invalid ones are dropped. */
  void receive() {
    PacketView header = packet.header();
    try {
      if (header.suite() == Packets.SUITE_POLY && header.verb() == Verb.HELLO.number()) {
        hellos.receive(packet);
      } else {
        open();
      }
    } catch (WireException e) {
      context.drop(Drop.MALFORMED);
    }
  }

  /** Handles the current packet, whose sender has our own address. */
  void receiveFromSelf() {
    if (!copies.receive(packet)) {
      context.drop(Drop.FROM_SELF);
    }
  }

  /** Handles the HELLO of an identity that was checked. */
  void identityChecked(HelloCheck check, long nowMs) {
    PendingHellos.Received hello = hellos.checked(check, nowMs);
    if (hello != null) {
      byte[] bytes = hello.bytes();
      packet.arrived(hello.socket(), hello.endpoint(), hello.receivedAtMs(), nowMs);
      packet.wrap(bytes, 0, bytes.length);
      receive();
    }
  }

  private void open() {
    PacketView header = packet.header();
    long source = header.source();
    Peer peer = peers.find(source, packet.nowMs());
    if (peer == null) {
      awaitIdentity(source);
      return;
    }
    switch (header.suite()) {
      case Packets.SUITE_POLY, Packets.SUITE_SALSA, Packets.SUITE_AES -> {
        if (!peer.cipher.open(packet.bytes(), packet.start(), packet.length())) {
          peer.counters.invalid++;
          context.drop(Drop.BAD_MAC);
          return;
        }
      }
      case Packets.SUITE_TRUSTED -> {
        // A relay may state any endpoint.
        if (LocalSocket.isRelay(packet.socket())
            || !context.options().trusts(packet.endpoint().getAddress(), header.mac())) {
          context.drop(Drop.BAD_SUITE);
          return;
        }
      }
      default -> {
        context.drop(Drop.BAD_SUITE);
        return;
      }
    }
    packet.opened(peer);
    if (header.compressed() && packet.payloadLength() > 0 && !decompress()) {
      peer.counters.invalid++;
      context.drop(Drop.BAD_COMPRESSION);
      return;
    }
    dispatch();
  }

  private void awaitIdentity(long source) {
    if (Addresses.isReserved(source)) {
      context.drop(Drop.UNKNOWN_SENDER);
      return;
    }
    addPending(source, false);
    whois.requestForUnknownSender(source, packet.nowMs());
  }

  /** Decompresses the payload to where the next packet's will be; false where it is invalid. */
  private boolean decompress() {
    int size =
        Compression.decompress(
            packet.bytes(),
            packet.payloadStart(),
            packet.payloadLength(),
            decompressed,
            HEADER,
            Packets.MAX_BYTES - HEADER);
    if (size <= 0) {
      return false;
    }
    System.arraycopy(packet.bytes(), packet.start(), decompressed, 0, HEADER);
    decompressed[HEADER_VERB_AT] &= VERB_MASK;
    packet.wrap(decompressed, 0, HEADER + size);
    return true;
  }

  /** Handles an opened packet. */
  private void dispatch() {
    context.counters.received(packet.verbNumber());
    Verb verb = Verb.of(packet.verbNumber());
    PacketOutcome outcome = verb == null ? PacketOutcome.ACCEPTED : handle(verb);
    switch (outcome) {
      case ACCEPTED, TRUSTED ->
          accepted.accept(packet, verb == null ? Verb.NOP : verb, outcome == PacketOutcome.TRUSTED);
      case PENDING -> addPending(packet.source(), true);
      case IGNORED -> {}
    }
  }

  private PacketOutcome handle(Verb verb) {
    return switch (verb) {
      case NOP -> PacketOutcome.ACCEPTED;
      case REMOTE_TRACE -> remoteTraces.receive(packet);
      case USER_MESSAGE -> receiveUserMessage();
      case ACK -> PacketOutcome.IGNORED;
      case QOS_MEASUREMENT -> bonds.messages().receiveMeasurement(packet);
      case PATH_NEGOTIATION_REQUEST -> bonds.messages().receiveRequest(packet);
      case HELLO -> hellos.receiveAuthentic(packet);
      case OK -> receiveOk();
      case ERROR -> receiveError();
      case WHOIS -> whois.receive(packet, Whois.read(packet.payload()));
      case RENDEZVOUS -> introductions.receive(packet, Rendezvous.read(packet.payload()));
      case ECHO -> receiveEcho();
      case PUSH_DIRECT_PATHS -> directPaths.receive(packet);
      case FRAME, EXT_FRAME ->
          isDuplicate() ? PacketOutcome.ACCEPTED : networks.receive(packet, verb);
      case MULTICAST_LIKE,
          NETWORK_CREDENTIALS,
          NETWORK_CONFIG_REQUEST,
          NETWORK_CONFIG,
          MULTICAST_GATHER,
          MULTICAST_FRAME ->
          networks.receive(packet, verb);
    };
  }

  /** Returns whether a bond has sent this packet over several paths, and it has come before. */
  private boolean isDuplicate() {
    Bond bond = packet.peer().bond;
    boolean duplicate = bond != null && bond.isDuplicate(packet.packetId());
    if (duplicate) {
      context.drop(Drop.DUPLICATE);
    }
    return duplicate;
  }

  private PacketOutcome receiveOk() {
    long inRePacketId = packet.inRePacketId();
    if (!context.expectedReplies.isExpected(inRePacketId)) {
      context.drop(Drop.UNSOLICITED);
      return PacketOutcome.IGNORED;
    }
    Verb inRe = Verb.of(packet.inReVerbNumber());
    if (inRe == null) {
      return PacketOutcome.ACCEPTED;
    }
    if (packet.hops() == 0 && (inRe == Verb.HELLO || inRe == Verb.ECHO)) {
      Path probed = packet.peer().answered(inRePacketId);
      packet.answersProbe = probed != null;
      bonds.answered(packet.peer(), probed, inRePacketId, packet.nowMs());
      mtuProber.answered(packet.peer(), inRePacketId, packet.nowMs());
    }
    return switch (inRe) {
      case HELLO -> hellos.receiveOk(packet);
      case WHOIS -> whois.receiveOk(packet, WhoisOk.read(inRePacketId, packet.okBody()));
      // A NETWORK_CONFIG is acknowledged as if it were an ECHO (03 section 1.6).
      case ECHO ->
          pings.receive(packet) ? PacketOutcome.ACCEPTED : networks.receiveOk(packet, inRe);
      case NETWORK_CONFIG_REQUEST, MULTICAST_GATHER, MULTICAST_FRAME ->
          networks.receiveOk(packet, inRe);
      default -> PacketOutcome.ACCEPTED;
    };
  }

  private PacketOutcome receiveError() {
    ErrorMessage error = ErrorMessage.read(packet.payload());
    context.counters.receivedError(error.code());
    if (error.code() == ErrorMessage.IDENTITY_COLLISION) {
      return hellos.receiveCollision(packet);
    }
    return networks.receiveError(packet, error);
  }

  private PacketOutcome receiveEcho() {
    if (!mayAnswerEcho()) {
      context.drop(Drop.RATE_LIMITED);
      return PacketOutcome.IGNORED;
    }
    int start = packet.payloadStart();
    int length = packet.payloadLength();
    Bytes data =
        length == 0
            ? Bytes.EMPTY
            : Bytes.of(Arrays.copyOfRange(packet.bytes(), start, start + length));
    packet.reply(new EchoOk(packet.packetId(), data));
    return PacketOutcome.ACCEPTED;
  }

  private boolean mayAnswerEcho() {
    Peer peer = packet.peer();
    long nowMs = packet.nowMs();
    Path path = packet.path();
    if (path != null) {
      if (nowMs - path.lastEchoAnsweredMs < ECHO_SPACING_MS) {
        return false;
      }
      path.lastEchoAnsweredMs = nowMs;
      return true;
    }
    if (packet.endpoint().equals(peer.lastStrayEchoEndpoint)
        && nowMs - peer.lastStrayEchoAnsweredMs < ECHO_SPACING_MS) {
      return false;
    }
    peer.lastStrayEchoEndpoint = packet.endpoint();
    peer.lastStrayEchoAnsweredMs = nowMs;
    return true;
  }

  private PacketOutcome receiveUserMessage() {
    if (packet.payloadLength() >= USER_MESSAGE_TYPE_BYTES) {
      UserMessage message = UserMessage.read(packet.payload());
      context.output.event(
          new Event.UserMessageReceived(packet.source(), message.type(), message.data()));
    }
    return PacketOutcome.ACCEPTED;
  }

  private void addPending(long source, boolean opened) {
    if (pending.add(PendingInbound.ReceivedPacket.copyOf(packet, source, opened))) {
      context.drop(Drop.PENDING_EXPIRED);
    }
    context.scheduleRetry(packet.nowMs());
  }

  /**
   * Retries pending packets; those that still lack something stay pending. An internal error costs
   * just the packet that caused it.
   */
  void retryPending(long nowMs) {
    if (pending.isEmpty()) {
      return;
    }
    int before = pending.size();
    List<PendingInbound.ReceivedPacket> young = pending.removeAll(nowMs);
    for (int i = young.size(); i < before; i++) {
      context.drop(Drop.PENDING_EXPIRED);
    }
    for (PendingInbound.ReceivedPacket each : young) {
      try {
        retry(each, nowMs);
      } catch (WireException e) {
        context.drop(Drop.MALFORMED);
      } catch (RuntimeException e) {
        context.internalError("handling a pending packet", e);
      }
    }
  }

  private void retry(PendingInbound.ReceivedPacket each, long nowMs) {
    packet.arrived(each.socket(), each.endpoint(), each.receivedAtMs(), nowMs).ecn(each.ecn());
    packet.wrap(each.bytes(), 0, each.bytes().length);
    if (!each.opened()) {
      open();
      return;
    }
    Peer peer = peers.find(each.source(), nowMs);
    if (peer != null) {
      packet.opened(peer);
      dispatch();
    } else {
      context.drop(Drop.PENDING_EXPIRED);
    }
  }
}
