// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine.peer;

import java.net.InetSocketAddress;
import net.backhaul.engine.DatagramRun;
import net.backhaul.engine.Drop;
import net.backhaul.engine.LocalSocket;
import net.backhaul.engine.Traffic;
import net.backhaul.protocol.message.Echo;
import net.backhaul.protocol.message.EchoOk;
import net.backhaul.protocol.message.Message;
import net.backhaul.protocol.message.PathNegotiationRequest;
import net.backhaul.protocol.message.QosMeasurement;
import net.backhaul.protocol.packet.Bytes;
import net.backhaul.protocol.packet.Ecn;
import net.backhaul.protocol.packet.Packets;
import org.jspecify.annotations.Nullable;

/**
 * Sends messages to given endpoints, whatever the paths of a peer are: replies, probes and
 * keepalives. They are encrypted also where the path is trusted.
 */
final class EndpointSender {
  private final PeerContext context;
  private final MessageEncoder encoder;
  private final PacketSealer sealer;
  private final Fragmenter fragmenter = new Fragmenter();
  private final DatagramRun datagrams = new DatagramRun();

  EndpointSender(PeerContext context) {
    this.context = context;
    this.encoder = new MessageEncoder(context);
    this.sealer = new PacketSealer(context);
  }

  /**
   * Sends a message to where a packet came from (02 section 2, "Reply routing"). The answer to an
   * ECHO is longer than that; it goes in datagrams that are not, since the ECHO may have been one
   * that just got through.
   */
  void reply(InboundPacket to, Message message) {
    datagrams.to(Traffic.CONTROL, to.socket(), to.endpoint());
    int mtuBytes = mtuBytes(to.peer().path(to.socket(), to.endpoint()), to.endpoint());
    boolean limited = message instanceof EchoOk && to.length() > PathMtu.minBytes();
    send(to.peer(), message, limited ? Math.min(mtuBytes, to.length()) : mtuBytes, to.nowMs());
  }

  /** Sends a message over one path. */
  void send(Peer peer, Path path, Message message, long nowMs) {
    datagrams.to(Traffic.CONTROL, path.socket, path.endpoint);
    send(peer, message, path.mtuBytes(context.options()), nowMs);
  }

  /** Sends an empty ECHO to an endpoint, from one socket or all of its family. */
  void sendEcho(Peer peer, int socket, InetSocketAddress endpoint, long nowMs) {
    datagrams.to(Traffic.CONTROL, socket, endpoint);
    send(peer, new Echo(Bytes.EMPTY), Packets.DEFAULT_MTU_BYTES, nowMs);
  }

  /** Sends an empty ECHO over one path. */
  void sendEcho(Peer peer, Path path, long nowMs) {
    sendEcho(peer, path.socket, path.endpoint, nowMs);
  }

  private int mtuBytes(@Nullable Path path, InetSocketAddress endpoint) {
    return path == null
        ? context.options().mtuBytes(endpoint.getAddress())
        : path.mtuBytes(context.options());
  }

  /** Sends a message to where {@link #datagrams} goes. */
  private void send(Peer peer, Message message, int mtuBytes, long nowMs) {
    if (!encoder.encode(message)) {
      return;
    }
    PacketRun packet = encoder.encoded();
    int socket = datagrams.socket();
    InetSocketAddress endpoint = datagrams.endpoint();
    int minBytes = Math.max(mtuBytes, Fragmenter.minMtuBytes(packet.length()));
    if (isReadable(message)) {
      sealer.peerReadable(peer, minBytes);
    } else {
      sealer.peerUntrusted(peer, minBytes);
    }
    sealer.seal(packet.verbByte(), packet.bytes(), packet.start(), packet.length());
    datagrams.wrap(packet.bytes(), packet.start(), packet.length());
    sendPacket(datagrams, sealer.mtuBytes());
    if (message instanceof Echo) {
      context.expectedReplies.sentTo(sealer.packetId(), endpoint);
      peer.probed(socket, endpoint, sealer.packetId(), nowMs);
      context.udpAnswers.probed(peer, socket, nowMs);
      return;
    }
    Path path = peer.path(socket, endpoint);
    if (path != null) {
      path.lastOutMs = nowMs;
    }
  }

  /** Returns whether a message is not encrypted (02 sections 2.19 and 2.22). */
  private static boolean isReadable(Message message) {
    return message instanceof QosMeasurement || message instanceof PathNegotiationRequest;
  }

  /**
   * Sends an ECHO of a length over one path as one datagram that neither host nor router may
   * fragment.
   *
   * @param packetBytes the length of the packet
   * @return the id of the packet, or 0 if the socket sends no such datagrams
   */
  long sendMtuProbe(Peer peer, Path path, int packetBytes) {
    encoder.encode(new Echo(Bytes.of(new byte[packetBytes - Packets.HEADER_BYTES])));
    PacketRun packet = encoder.encoded();
    sealer.peerUntrusted(peer, packet.length());
    sealer.seal(packet.verbByte(), packet.bytes(), packet.start(), packet.length());
    datagrams.to(Traffic.CONTROL, path.socket, path.endpoint);
    datagrams.wrap(packet.bytes(), packet.start(), packet.length());
    setDscp(datagrams);
    if (!context.output.sendUnfragmented(datagrams)) {
      return 0;
    }
    context.counters.sentDatagram(packet.length());
    return sealer.packetId();
  }

  /** Sends bytes that expire after a few hops. */
  void sendShortLived(int socket, InetSocketAddress endpoint, byte[] bytes, int hops) {
    datagrams.to(Traffic.CONTROL, socket, endpoint).wrap(bytes, 0, bytes.length);
    setDscp(datagrams);
    context.output.sendShortLived(datagrams, hops);
  }

  /**
   * Sends a sealed packet in as many datagrams as it needs; its bytes are overwritten, and the run
   * is changed.
   */
  void sendPacket(DatagramRun sealed, int mtuBytes) {
    if (sealed.length() <= mtuBytes) {
      sendDatagrams(sealed);
    } else if (fragmenter.begin(sealed, mtuBytes)) {
      while (fragmenter.hasNext()) {
        fragmenter.next(sealed);
        sendDatagrams(sealed);
      }
    } else {
      context.drop(Drop.TOO_LONG);
    }
  }

  /** Sends datagrams, and counts those that leave over UDP. */
  void sendDatagrams(DatagramRun run) {
    if (!LocalSocket.isRelay(run.socket())) {
      context.counters.sentDatagram(run.length());
    }
    setDscp(run);
    context.output.sendDatagrams(run);
  }

  /** Sets the DSCP of the options, where it is one for all datagrams. */
  private void setDscp(DatagramRun run) {
    if (context.options().dscp() > 0) {
      int ecn = run.trafficClass() & Ecn.MASK;
      run.trafficClass(context.options().dscpBits(0) | ecn);
    }
  }
}
