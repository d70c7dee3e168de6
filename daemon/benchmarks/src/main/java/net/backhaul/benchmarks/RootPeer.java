// SPDX-License-Identifier: Apache-2.0
package net.backhaul.benchmarks;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import net.backhaul.protocol.identity.Identity;
import net.backhaul.protocol.message.Verb;
import net.backhaul.protocol.packet.PacketView;
import net.backhaul.protocol.packet.Packets;

/** A peer of a root: it says HELLO, and sends packets to its partner, which the root relays. */
final class RootPeer extends WirePeer {
  static final int PACKET_BYTES = 1_428;

  private final DatagramChannel channel;
  private final PacketView view = new PacketView();
  private final ByteBuffer packet = ByteBuffer.allocate(PACKET_BYTES);
  private long partner;
  private long packetId;

  /** The HELLO without an answer, 0 if there is none. */
  private long helloId;

  private long helloMs;
  private long answers;
  private long relayed;

  RootPeer(Identity identity, Identity root, DatagramChannel channel) {
    super(identity, root, channel);
    this.channel = channel;
  }

  void setPartner(RootPeer peer) {
    partner = peer.address();
  }

  boolean awaitsAnswer() {
    return helloId != 0;
  }

  /** Returns when the last HELLO was sent. */
  long helloMs() {
    return helloMs;
  }

  /** Returns how many HELLOs were answered and packets of the partner have arrived. */
  long arrived() {
    return answers + relayed;
  }

  void sayHello(InetSocketAddress endpoint, long nowMs) throws IOException {
    helloMs = nowMs;
    helloId = hello(endpoint, nowMs);
  }

  /** Sends a packet to the partner, with a content that the root cannot read. */
  void sendToPartner() throws IOException {
    PacketView.writeHeader(packet.array(), 0, ++packetId, partner, address(), Verb.FRAME.number());
    view.wrap(packet.array(), 0, PACKET_BYTES);
    view.suite(Packets.SUITE_SALSA);
    channel.write(packet.clear());
  }

  @Override
  void receive(byte[] datagram, long nowMs) throws IOException {
    if (datagram.length == PACKET_BYTES
        && view.wrap(datagram, 0, PACKET_BYTES)
        && view.source() == partner
        && view.destination() == address()) {
      relayed++;
    } else {
      super.receive(datagram, nowMs);
    }
  }

  @Override
  void answered(boolean isOk, int inRe, long inRePacketId) {
    if (isOk && inRe == Verb.HELLO.number() && inRePacketId == helloId) {
      helloId = 0;
      answers++;
    }
  }
}
