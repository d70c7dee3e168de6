// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine.peer;

import java.net.InetSocketAddress;
import net.backhaul.engine.DatagramRun;
import net.backhaul.engine.Drop;
import net.backhaul.engine.LocalSocket;
import net.backhaul.engine.Traffic;
import net.backhaul.protocol.message.Echo;
import net.backhaul.protocol.message.Message;
import net.backhaul.protocol.packet.Bytes;
import net.backhaul.protocol.packet.Ecn;

/**
 * Sends messages to given endpoints, whatever the paths of a peer are: replies, probes and
 * keepalives. Such packets are always encrypted.
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

  /** Sends a message to where a packet came from (02 section 2, "Reply routing"). */
  void reply(InboundPacket to, Message message) {
    datagrams.to(Traffic.CONTROL, to.socket(), to.endpoint());
    send(to.peer(), message, to.nowMs());
  }

  /** Sends a message over one path. */
  void send(Peer peer, Path path, Message message, long nowMs) {
    datagrams.to(Traffic.CONTROL, path.socket, path.endpoint);
    send(peer, message, nowMs);
  }

  /** Sends an empty ECHO to an endpoint, from one socket or all of its family. */
  void sendEcho(Peer peer, int socket, InetSocketAddress endpoint, long nowMs) {
    datagrams.to(Traffic.CONTROL, socket, endpoint);
    send(peer, new Echo(Bytes.EMPTY), nowMs);
  }

  /** Sends an empty ECHO over one path. */
  void sendEcho(Peer peer, Path path, long nowMs) {
    sendEcho(peer, path.socket, path.endpoint, nowMs);
  }

  /** Sends a message to where {@link #datagrams} goes. */
  private void send(Peer peer, Message message, long nowMs) {
    if (!encoder.encode(message)) {
      return;
    }
    PacketRun packet = encoder.encoded();
    int socket = datagrams.socket();
    InetSocketAddress endpoint = datagrams.endpoint();
    sealer.peerUntrusted(peer, endpoint);
    sealer.seal(packet.verbByte(), packet.bytes(), packet.start(), packet.length());
    datagrams.wrap(packet.bytes(), packet.start(), packet.length());
    sendPacket(datagrams, sealer.mtuBytes());
    if (message instanceof Echo) {
      peer.probed(socket, endpoint, sealer.packetId(), nowMs);
      context.udpAnswers.probed(peer, socket, nowMs);
      return;
    }
    Path path = peer.path(socket, endpoint);
    if (path != null) {
      path.lastOutMs = nowMs;
    }
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
    if (context.options().dscp() > 0) {
      int ecn = run.trafficClass() & Ecn.MASK;
      run.trafficClass(context.options().dscpBits(0) | ecn);
    }
    context.output.sendDatagrams(run);
  }
}
