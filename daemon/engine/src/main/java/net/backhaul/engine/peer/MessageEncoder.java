// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine.peer;

import net.backhaul.engine.Drop;
import net.backhaul.protocol.message.ErrorMessage;
import net.backhaul.protocol.message.Message;
import net.backhaul.protocol.message.NetworkConfigRequestOk;
import net.backhaul.protocol.packet.Compression;
import net.backhaul.protocol.packet.Packets;
import net.backhaul.protocol.packet.WireWriter;

/** Writes messages as payloads of packets, compressed where that is usual (02 section 1.5). */
final class MessageEncoder {
  private static final int HEADER = Packets.HEADER_BYTES;
  private static final int MAX_PAYLOAD_BYTES = Packets.MAX_BYTES - HEADER;

  private final PeerContext context;
  private final WireWriter payload = new WireWriter();
  private final byte[] packet = new byte[Packets.MAX_BYTES];
  private final PacketRun encoded = new PacketRun();

  MessageEncoder(PeerContext context) {
    this.context = context;
  }

  /**
   * Makes a message the {@link #encoded} packet.
   *
   * @return false where no packet holds it: the answer to the longest ECHO is such a one
   */
  boolean encode(Message message) {
    if (message instanceof ErrorMessage error) {
      context.counters.sentError(error.code());
    }
    payload.clear();
    message.writeTo(payload);
    int length = payload.size();
    if (length > MAX_PAYLOAD_BYTES) {
      context.drop(Drop.TOO_LONG);
      return false;
    }
    int compressed = 0;
    if (isCompressible(message)) {
      compressed = Compression.compress(payload.array(), 0, length, packet, HEADER);
    }
    if (compressed <= 0) {
      System.arraycopy(payload.array(), 0, packet, HEADER, length);
    }
    encoded
        .to(0, PacketRun.verbByte(message.verb(), compressed > 0))
        .wrapPayload(packet, HEADER, compressed > 0 ? compressed : length);
    return true;
  }

  /** Returns the unsealed packet of the last message; its destination is to be set. */
  PacketRun encoded() {
    return encoded;
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
}
