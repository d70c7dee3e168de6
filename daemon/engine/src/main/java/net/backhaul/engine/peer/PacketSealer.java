// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine.peer;

import java.net.InetSocketAddress;
import net.backhaul.protocol.message.Verb;
import net.backhaul.protocol.packet.PacketView;
import net.backhaul.protocol.packet.Packets;
import org.jspecify.annotations.Nullable;

/**
 * Writes headers and seals packets, one after another for the same peer and path (02 section 1.2).
 */
final class PacketSealer {
  private static final int VERB_MASK = 0x1f;

  private final PeerContext context;
  private final PacketView view = new PacketView();
  private @Nullable Peer peer;
  private int suite;
  private int mtuBytes;
  private long trustedPathId;
  private long packetId;

  PacketSealer(PeerContext context) {
    this.context = context;
  }

  /**
   * Sets the peer of the next packets, and the endpoint to which they go.
   *
   * @param newMtuBytes the payload size of datagrams; longer packets are marked as fragmented
   */
  void peer(Peer destination, InetSocketAddress endpoint, int newMtuBytes) {
    peerUntrusted(destination, newMtuBytes);
    trustedPathId = context.options().trustedPathId(endpoint.getAddress());
  }

  /** Sets the same for packets that are encrypted also where the path is trusted. */
  void peerUntrusted(Peer destination, int newMtuBytes) {
    peer = destination;
    suite = context.options().avoidsAes() ? Packets.SUITE_SALSA : destination.suite();
    mtuBytes = newMtuBytes;
    trustedPathId = 0;
  }

  /** Sets the same for packets that are authenticated and readable. */
  void peerReadable(Peer destination, int newMtuBytes) {
    peerUntrusted(destination, newMtuBytes);
    suite = Packets.SUITE_POLY;
  }

  /** Returns the payload size of datagrams on the path. */
  int mtuBytes() {
    return mtuBytes;
  }

  /** Returns the id of the last packet that was sealed and is no frame, as it is on the wire. */
  long packetId() {
    return packetId;
  }

  /** Writes the header before a payload and seals the packet in place. */
  void seal(int verbByte, byte[] bytes, int start, int length) {
    Peer to = peer;
    if (to == null) {
      throw new IllegalStateException("no peer was set");
    }
    PacketView.writeHeader(
        bytes, start, context.random.nextLong(), to.address, context.address, verbByte);
    view.wrap(bytes, start, length);
    if (length > mtuBytes) {
      view.fragmented(true);
    }
    if (trustedPathId == 0) {
      to.cipher.seal(suite, bytes, start, length);
    } else {
      view.suite(Packets.SUITE_TRUSTED);
      view.mac(trustedPathId);
    }
    // Frames get no answer, and recording them would evict other requests.
    if (verbByte != Verb.FRAME.number() && verbByte != Verb.EXT_FRAME.number()) {
      packetId = view.id();
      context.expectedReplies.expect(packetId);
    }
    context.counters.sent(verbByte & VERB_MASK);
    to.counters.sent++;
  }
}
