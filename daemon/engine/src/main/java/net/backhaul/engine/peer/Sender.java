// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine.peer;

import java.net.InetSocketAddress;
import java.util.Arrays;
import net.backhaul.engine.DatagramRun;
import net.backhaul.engine.Drop;
import net.backhaul.engine.Traffic;
import net.backhaul.protocol.message.Echo;
import net.backhaul.protocol.message.ErrorMessage;
import net.backhaul.protocol.message.Message;
import net.backhaul.protocol.message.NetworkConfigRequestOk;
import net.backhaul.protocol.message.Verb;
import net.backhaul.protocol.packet.Bytes;
import net.backhaul.protocol.packet.Compression;
import net.backhaul.protocol.packet.Packets;
import net.backhaul.protocol.packet.WireWriter;
import org.jspecify.annotations.Nullable;

/** Encodes messages, selects the path, seals packets and sends them (02 sections 1 and 3.5). */
final class Sender {
  private static final int HEADER = Packets.HEADER_BYTES;
  private static final int MAX_PAYLOAD_BYTES = Packets.MAX_BYTES - HEADER;

  private final Vl1 vl1;
  private final PendingOutbound pending = new PendingOutbound();
  private final PacketSealer sealer;
  private final Fragmenter fragmenter = new Fragmenter();
  private final WireWriter payload = new WireWriter();
  private final byte[] packet = new byte[Packets.MAX_BYTES];
  private final PacketRun packets = new PacketRun();
  private final DatagramRun datagrams = new DatagramRun();

  Sender(Vl1 vl1) {
    this.vl1 = vl1;
    this.sealer = new PacketSealer(vl1);
  }

  /** Returns how many packets wait for an identity or a path. */
  int pending() {
    return pending.size();
  }

  /** Sends a message over the best path; it is pending until there is one. */
  void send(long to, Message message, long nowMs) {
    if (encode(message)) {
      send(packets.to(to, packets.verbByte()), nowMs);
    }
  }

  /** Seals packets where they lie and sends them, all over one path; see {@link PeerLink}. */
  void send(PacketRun run, long nowMs) {
    if (run.destination() == vl1.self.address()) {
      return;
    }
    if (run.packetBytes() > Packets.MAX_BYTES) {
      vl1.drop(Drop.TOO_LONG);
      return;
    }
    Peer peer = vl1.peer(run.destination(), nowMs);
    Path direct = peer == null ? null : peer.bestPath(nowMs);
    Path path = peer == null ? null : route(peer, direct, nowMs);
    if (peer == null || path == null) {
      addPending(run, peer == null, nowMs);
      return;
    }
    sealer.peer(peer, path.endpoint);
    datagrams.to(traffic(run.verb()), path.socket, path.endpoint);
    sealAndTransmit(run);
    path.lastOutMs = nowMs;
    if (direct != null && direct.owesAnswer(path == direct, nowMs)) {
      probeSuspect(peer, direct, nowMs);
    }
  }

  private void sealAndTransmit(PacketRun run) {
    byte[] bytes = run.bytes();
    int end = run.end();
    int packetBytes = run.packetBytes();
    boolean fragmented = packetBytes > sealer.mtuBytes();
    for (int at = run.start(); at < end; at += packetBytes) {
      int length = Math.min(packetBytes, end - at);
      sealer.seal(run.verbByte(), bytes, at, length);
      if (fragmented) {
        transmit(datagrams.wrap(bytes, at, length), sealer.mtuBytes());
      }
    }
    if (!fragmented) {
      sendDatagrams(datagrams.wrap(bytes, run.start(), run.length(), packetBytes));
    }
  }

  /** Returns the longest payload whose packet to a peer fits into one datagram, in bytes. */
  int fittingPayloadBytes(long to, long nowMs) {
    Peer peer = vl1.peers.get(to);
    Path path = peer == null ? null : peer.bestPath(nowMs);
    int mtuBytes =
        path == null ? Packets.DEFAULT_MTU_BYTES : vl1.options.mtuBytes(path.endpoint.getAddress());
    return mtuBytes - HEADER;
  }

  private void addPending(PacketRun run, boolean unknown, long nowMs) {
    for (int at = run.start(); at < run.end(); at += run.packetBytes()) {
      int end = Math.min(at + run.packetBytes(), run.end());
      byte[] copy = Arrays.copyOfRange(run.bytes(), at + HEADER, end);
      pending.add(new PendingOutbound.Packet(run.destination(), run.verbByte(), copy, nowMs));
    }
    vl1.scheduleRetry(nowMs);
    if (unknown) {
      vl1.whois.request(run.destination(), nowMs);
    }
  }

  /**
   * Probes a path that takes packets and brings none: a peer that was restarted has other ports.
   * All paths of the peer are probed at once, so that they do not have to fail one after another.
   */
  private void probeSuspect(Peer peer, Path suspect, long nowMs) {
    if (!suspect.startProbe(nowMs)) {
      return;
    }
    sendEcho(peer, suspect.socket, suspect.endpoint, nowMs);
    for (Path other : peer.paths) {
      if (other != suspect && other.isQuiet(nowMs) && other.startProbe(nowMs)) {
        sendEcho(peer, other.socket, other.endpoint, nowMs);
      }
    }
    if (suspect.shouldSearchElsewhere(nowMs)) {
      vl1.directPaths.search(peer, suspect, nowMs);
    }
  }

  /** Sends a message to where a packet came from, whatever the paths of its sender are. */
  void reply(InboundPacket to, Message message) {
    datagrams.to(Traffic.CONTROL, to.socket(), to.endpoint());
    sendDirectly(to.peer(), message, to.nowMs());
  }

  /** Sends a message over one path. */
  void sendOver(Path path, Peer peer, Message message, long nowMs) {
    datagrams.to(Traffic.CONTROL, path.socket, path.endpoint);
    sendDirectly(peer, message, nowMs);
  }

  /** Sends an empty ECHO to an endpoint, from one socket or all of its family. */
  void sendEcho(Peer peer, int socket, InetSocketAddress endpoint, long nowMs) {
    datagrams.to(Traffic.CONTROL, socket, endpoint);
    sendDirectly(peer, new Echo(Bytes.EMPTY), nowMs);
  }

  /** Sends a message to where {@link #datagrams} goes; such packets are never trusted. */
  private void sendDirectly(Peer peer, Message message, long nowMs) {
    if (!encode(message)) {
      return;
    }
    sealer.peer(peer, datagrams.endpoint());
    sealer.encryptAlways();
    sealer.seal(packets.verbByte(), packet, 0, packets.length());
    transmit(datagrams.wrap(packet, 0, packets.length()), sealer.mtuBytes());
    Path path = peer.path(datagrams.socket(), datagrams.endpoint());
    if (path != null) {
      path.lastOutMs = nowMs;
    }
  }

  /** Sends pending packets that can be sent now; the others stay pending. */
  void retryPending(long nowMs) {
    if (pending.isEmpty()) {
      return;
    }
    for (PendingOutbound.Packet each : pending.removeAll(nowMs)) {
      Peer peer = vl1.peer(each.destination(), nowMs);
      if (peer == null || route(peer, peer.bestPath(nowMs), nowMs) == null) {
        pending.add(each);
        if (peer == null) {
          vl1.whois.request(each.destination(), nowMs);
        }
        continue;
      }
      int length = each.payload().length;
      System.arraycopy(each.payload(), 0, packet, HEADER, length);
      packets.to(each.destination(), each.verbByte()).wrapPayload(packet, HEADER, length);
      send(packets, nowMs);
    }
  }

  /** Returns the path that packets to a peer take: its own, a root's, or an old one of its own. */
  private @Nullable Path route(Peer peer, @Nullable Path direct, long nowMs) {
    if (direct != null && !direct.isSuspect(nowMs)) {
      return direct;
    }
    vl1.keepalive.tryHints(peer, nowMs);
    Peer root = vl1.bestUpstream(nowMs);
    Path relay = root == null || root == peer ? null : root.bestPath(nowMs);
    if (relay != null && (direct == null || relay.isAlive(nowMs))) {
      return relay;
    }
    return direct == null ? peer.anyPath() : direct;
  }

  /**
   * Writes a message's payload to {@link #packet} and points {@link #packets} at it.
   *
   * @return false where no packet holds it: the answer to the longest ECHO is such a one
   */
  private boolean encode(Message message) {
    if (message instanceof ErrorMessage error) {
      vl1.counters.sentError(error.code());
    }
    payload.clear();
    message.writeTo(payload);
    int length = payload.size();
    if (length > MAX_PAYLOAD_BYTES) {
      vl1.drop(Drop.TOO_LONG);
      return false;
    }
    int compressed = 0;
    if (isCompressible(message)) {
      compressed = Compression.compress(payload.array(), 0, length, packet, HEADER);
    }
    if (compressed <= 0) {
      System.arraycopy(payload.array(), 0, packet, HEADER, length);
    }
    packets
        .to(0, PacketRun.verbByte(message.verb(), compressed > 0))
        .wrapPayload(packet, HEADER, compressed > 0 ? compressed : length);
    return true;
  }

  private static Traffic traffic(int verb) {
    boolean frame =
        verb == Verb.FRAME.number()
            || verb == Verb.EXT_FRAME.number()
            || verb == Verb.MULTICAST_FRAME.number();
    return frame ? Traffic.DATA : Traffic.CONTROL;
  }

  private static boolean isCompressible(Message message) {
    return switch (message.verb()) {
      case MULTICAST_FRAME,
          MULTICAST_LIKE,
          NETWORK_CONFIG_REQUEST,
          NETWORK_CONFIG,
          NETWORK_CREDENTIALS,
          PUSH_DIRECT_PATHS,
          USER_MESSAGE,
          REMOTE_TRACE ->
          true;
      case OK -> message instanceof NetworkConfigRequestOk;
      default -> false;
    };
  }

  /** Sends a sealed packet in as many datagrams as it needs. */
  void transmit(DatagramRun sealed, int mtuBytes) {
    if (sealed.length() > mtuBytes && !fragmenter.split(sealed, mtuBytes)) {
      vl1.drop(Drop.TOO_LONG);
      return;
    }
    sendDatagrams(sealed);
  }

  /** Sends datagrams and counts them. */
  void sendDatagrams(DatagramRun run) {
    vl1.counters.sentDatagram(run.length());
    vl1.output.sendDatagrams(run);
  }
}
