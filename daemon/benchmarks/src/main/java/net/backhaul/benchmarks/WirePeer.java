// SPDX-License-Identifier: Apache-2.0
package net.backhaul.benchmarks;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.util.List;
import java.util.Random;
import net.backhaul.protocol.Version;
import net.backhaul.protocol.identity.Identity;
import net.backhaul.protocol.message.Echo;
import net.backhaul.protocol.message.EchoOk;
import net.backhaul.protocol.message.Features;
import net.backhaul.protocol.message.Hello;
import net.backhaul.protocol.message.HelloOk;
import net.backhaul.protocol.message.Message;
import net.backhaul.protocol.message.Verb;
import net.backhaul.protocol.packet.BigEndian;
import net.backhaul.protocol.packet.Compression;
import net.backhaul.protocol.packet.FragmentView;
import net.backhaul.protocol.packet.PacketCipher;
import net.backhaul.protocol.packet.PacketView;
import net.backhaul.protocol.packet.Packets;
import net.backhaul.protocol.packet.Reassembly;
import net.backhaul.protocol.packet.WireReader;
import net.backhaul.protocol.packet.WireWriter;

/**
 * A node that says HELLO to one daemon over UDP, confirms its path when asked, and passes on the
 * answers.
 */
abstract class WirePeer {
  private static final int PROTOCOL_VERSION = 12;

  /** What precedes the timestamp of a HELLO. */
  private static final int VERSION_BYTES = 5;

  /** OK and ERROR begin with the verb that they answer; the packet id follows. */
  private static final int IN_RE_BYTES = 1 + Long.BYTES;

  private final Identity identity;
  private final long daemon;
  private final DatagramChannel channel;
  private final PacketCipher cipher;
  private final Random random;
  private final Reassembly reassembly = new Reassembly();
  private final PacketView view = new PacketView();
  private final byte[] decompressed = new byte[Packets.MAX_BYTES];
  private boolean confirmed;

  WirePeer(Identity identity, Identity daemon, DatagramChannel channel) {
    this.identity = identity;
    this.daemon = daemon.address();
    this.channel = channel;
    cipher = PacketCipher.of(identity.agree(daemon).orElseThrow());
    random = new Random(identity.address());
  }

  /**
   * Processes an authentic answer.
   *
   * @param isOk false for an ERROR
   * @param inRe the number of the verb that it answers
   * @param inRePacketId the packet that it answers
   */
  abstract void answered(boolean isOk, int inRe, long inRePacketId);

  final long address() {
    return identity.address();
  }

  /** Returns whether the daemon has asked for a confirmation of this path, and got it. */
  final boolean isConfirmed() {
    return confirmed;
  }

  /** Sends a HELLO and returns its id. */
  final long hello(InetSocketAddress endpoint, long nowMs) throws IOException {
    var hello =
        new Hello(
            PROTOCOL_VERSION,
            Version.MAJOR,
            Version.MINOR,
            Version.REVISION,
            nowMs,
            identity.withoutPrivateKey(),
            endpoint,
            0,
            0,
            List.of(),
            Features.NONE);
    byte[] packet = packet(hello);
    cipher.maskHello(packet, 0, Packets.HEADER_BYTES + hello.maskedFrom(), packet.length);
    return send(Packets.SUITE_POLY, packet);
  }

  /** Sends an encrypted message and returns the id of its packet. */
  final long send(Message message) throws IOException {
    return send(Packets.SUITE_SALSA, packet(message));
  }

  private byte[] packet(Message message) {
    var payload = new WireWriter();
    message.writeTo(payload);
    byte[] packet = new byte[Packets.HEADER_BYTES + payload.size()];
    PacketView.writeHeader(
        packet, 0, random.nextLong(), daemon, identity.address(), message.verb().number());
    System.arraycopy(payload.array(), 0, packet, Packets.HEADER_BYTES, payload.size());
    return packet;
  }

  private long send(int suite, byte[] packet) throws IOException {
    cipher.seal(suite, packet, 0, packet.length);
    channel.write(ByteBuffer.wrap(packet));
    return BigEndian.i64(packet, 0);
  }

  /** Processes a datagram: answers HELLO and ECHO, by which the daemon confirms our path. */
  void receive(byte[] datagram, long nowMs) throws IOException {
    if (FragmentView.isFragment(datagram, 0, datagram.length)) {
      opened(reassembly.whole(), reassembly.fragment(datagram, 0, datagram.length, nowMs));
      return;
    }
    if (!view.wrap(datagram, 0, datagram.length)) {
      return;
    }
    if (view.fragmented()) {
      opened(reassembly.whole(), reassembly.head(datagram, 0, datagram.length, nowMs));
    } else {
      opened(datagram, datagram.length);
    }
  }

  private void opened(byte[] packet, int length) throws IOException {
    if (length < Packets.HEADER_BYTES + IN_RE_BYTES || !cipher.open(packet, 0, length)) {
      return;
    }
    view.wrap(packet, 0, length);
    if (view.verb() == Verb.HELLO.number() || view.verb() == Verb.ECHO.number()) {
      confirm(packet);
      return;
    }
    if (view.verb() != Verb.OK.number() && view.verb() != Verb.ERROR.number()) {
      return;
    }
    byte[] payload = packet;
    int start = Packets.HEADER_BYTES;
    if (view.compressed()) {
      payload = decompressed;
      start = 0;
      if (Compression.decompress(
              packet,
              view.payloadStart(),
              view.payloadLength(),
              decompressed,
              0,
              decompressed.length)
          < IN_RE_BYTES) {
        return;
      }
    }
    answered(view.verb() == Verb.OK.number(), payload[start], BigEndian.i64(payload, start + 1));
  }

  private void confirm(byte[] packet) throws IOException {
    var in = new WireReader(packet, Packets.HEADER_BYTES, view.payloadLength());
    if (view.verb() == Verb.ECHO.number()) {
      send(new EchoOk(view.id(), Echo.read(in).data()));
      return;
    }
    in.skip(VERSION_BYTES);
    send(
        new HelloOk(
            view.id(),
            in.u64(),
            PROTOCOL_VERSION,
            Version.MAJOR,
            Version.MINOR,
            Version.REVISION,
            null,
            List.of(),
            Features.NONE));
    confirmed = true;
  }
}
