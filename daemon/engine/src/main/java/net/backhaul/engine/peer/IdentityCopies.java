// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine.peer;

import java.util.Optional;
import net.backhaul.engine.DatagramRun;
import net.backhaul.engine.Traffic;
import net.backhaul.protocol.message.Verb;
import net.backhaul.protocol.packet.BigEndian;
import net.backhaul.protocol.packet.PacketCipher;
import net.backhaul.protocol.packet.PacketView;
import net.backhaul.protocol.packet.Packets;
import org.jspecify.annotations.Nullable;

/**
 * Detects other hosts that run with a copy of our identity (02 section 3.12): an ECHO from this
 * node to its own address is relayed by a root to such a host, which answers in the same way.
 *
 * <p>An answer names the process that it answers, so that nobody can replay one later.
 */
final class IdentityCopies {
  /** The time between two answers, so that two copies do not answer each other for ever. */
  static final long ANSWER_SPACING_MS = 10_000;

  private static final int PACKET_BYTES = Packets.HEADER_BYTES + 2 * Long.BYTES;

  /** What a packet names that answers none. */
  private static final long NONE = 0;

  private final PeerContext context;
  private final Upstreams upstreams;
  private final EndpointSender endpoints;
  private final byte[] bytes = new byte[PACKET_BYTES];
  private final DatagramRun datagrams = new DatagramRun();
  private @Nullable PacketCipher cipher;

  /** A random number of this process; 0 until it is needed. */
  private long instance;

  private long answeredMs = Peer.NEVER;
  private long seenMs = Peer.NEVER;

  IdentityCopies(PeerContext context, Upstreams upstreams, EndpointSender endpoints) {
    this.context = context;
    this.upstreams = upstreams;
    this.endpoints = endpoints;
  }

  /** Returns when a copy has answered last; {@link Peer#NEVER} if none has. */
  long seenMs() {
    return seenMs;
  }

  /** Sends a packet to our own address through each root. */
  void probe(long nowMs) {
    send(NONE, nowMs);
  }

  /** Handles a packet with our own address as its sender; false if it is not authentic. */
  boolean receive(InboundPacket packet) {
    PacketCipher ours = cipher();
    boolean authentic =
        ours != null
            && packet.length() == PACKET_BYTES
            && packet.header().destination() == context.address
            && ours.open(packet.bytes(), packet.start(), PACKET_BYTES)
            && packet.header().verb() == Verb.ECHO.number();
    if (!authentic) {
      return false;
    }
    context.counters.received(Verb.ECHO.number());
    int body = packet.start() + Packets.HEADER_BYTES;
    long sender = BigEndian.i64(packet.bytes(), body);
    long answered = BigEndian.i64(packet.bytes(), body + Long.BYTES);
    if (sender == instance()) {
      return true; // Of this process: a host with several sockets has several paths.
    }
    if (answered == instance()) {
      seenMs = packet.nowMs();
    }
    if (packet.nowMs() - answeredMs >= ANSWER_SPACING_MS) {
      answeredMs = packet.nowMs();
      send(sender, packet.nowMs());
    }
    return true;
  }

  private void send(long answered, long nowMs) {
    PacketCipher ours = cipher();
    for (int i = 0; ours != null && i < upstreams.count(); i++) {
      Path path = upstreams.get(i).bestPath(nowMs);
      if (path != null) {
        send(path, ours, answered);
      }
    }
  }

  private void send(Path path, PacketCipher ours, long answered) {
    PacketView.writeHeader(
        bytes, 0, context.random.nextLong(), context.address, context.address, Verb.ECHO.number());
    BigEndian.put64(bytes, Packets.HEADER_BYTES, instance());
    BigEndian.put64(bytes, Packets.HEADER_BYTES + Long.BYTES, answered);
    ours.seal(Packets.SUITE_SALSA, bytes, 0, PACKET_BYTES);
    context.counters.sent(Verb.ECHO.number());
    datagrams.to(Traffic.CONTROL, path.socket, path.endpoint).wrap(bytes, 0, PACKET_BYTES);
    endpoints.sendPacket(datagrams, path.mtuBytes(context.options()));
  }

  private long instance() {
    while (instance == NONE) {
      instance = context.random.nextLong();
    }
    return instance;
  }

  /** Returns the cipher between us and ourselves; null for an identity that agrees on no key. */
  private @Nullable PacketCipher cipher() {
    if (cipher == null) {
      Optional<byte[]> key = context.self.agree(context.self);
      cipher = key.map(PacketCipher::of).orElse(null);
    }
    return cipher;
  }
}
