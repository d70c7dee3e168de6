// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine.network;

import java.net.InetSocketAddress;
import net.backhaul.engine.peer.InboundPacket;
import net.backhaul.protocol.identity.Identity;
import net.backhaul.protocol.packet.PacketView;
import net.backhaul.protocol.packet.Packets;

/** Makes packets as VL1 hands them to networks: authentic, with headroom before the payload. */
final class InboundPackets {
  private static final InetSocketAddress ENDPOINT = new InetSocketAddress("10.0.0.2", 9993);

  private InboundPackets() {}

  static InboundPacket of(
      InboundPacket.ReplySender replies,
      Identity source,
      long packetId,
      int verb,
      byte[] payload,
      long nowMs) {
    byte[] bytes = new byte[Packets.HEADER_BYTES + payload.length];
    PacketView.writeHeader(bytes, 0, packetId, 0, source.address(), verb);
    System.arraycopy(payload, 0, bytes, Packets.HEADER_BYTES, payload.length);
    var packet = new InboundPacket(replies).arrived(0, ENDPOINT, nowMs, nowMs);
    packet.wrap(bytes, 0, bytes.length);
    return packet.from(source);
  }
}
