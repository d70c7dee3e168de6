// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine.peer;

import java.net.InetSocketAddress;
import java.util.Arrays;
import net.backhaul.engine.DatagramBatch;
import net.backhaul.protocol.identity.Identity;
import net.backhaul.protocol.message.Message;
import net.backhaul.protocol.packet.PacketCipher;
import net.backhaul.protocol.packet.PacketView;
import net.backhaul.protocol.packet.Packets;
import net.backhaul.protocol.packet.WireWriter;

/** Passes single datagrams to a node, as received by its first socket. */
final class Datagrams {
  private Datagrams() {}

  static void receive(Vl1 vl1, InetSocketAddress from, byte[] datagram, long nowMs) {
    var batch = new DatagramBatch(datagram.length);
    add(batch, from, datagram, datagram.length);
    vl1.receive(batch, nowMs);
  }

  static void receive(Vl1 vl1, InetSocketAddress from, byte[] bytes, int length, long nowMs) {
    receive(vl1, from, Arrays.copyOf(bytes, length), nowMs);
  }

  /** Makes a datagram the only one of a batch, and allocates nothing. */
  static void add(DatagramBatch batch, InetSocketAddress from, byte[] bytes, int length) {
    batch.clear();
    System.arraycopy(bytes, 0, batch.bytes(), 0, length);
    batch.add(0, from, length);
  }

  /** Returns a message from one recorded node to another as a packet, always with one id. */
  static byte[] sealed(String from, String to, Message message) {
    return sealed(RecordedNodes.identity(from), RecordedNodes.identity(to), message);
  }

  static byte[] sealed(Identity source, Identity destination, Message message) {
    var payload = new WireWriter();
    message.writeTo(payload);
    byte[] packet = new byte[Packets.HEADER_BYTES + payload.size()];
    System.arraycopy(payload.array(), 0, packet, Packets.HEADER_BYTES, payload.size());
    PacketView.writeHeader(
        packet, 0, 77, destination.address(), source.address(), message.verb().number());
    PacketCipher.of(source.agree(destination).orElseThrow())
        .seal(Packets.SUITE_SALSA, packet, 0, packet.length);
    return packet;
  }
}
