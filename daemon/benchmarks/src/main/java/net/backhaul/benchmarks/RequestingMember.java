// SPDX-License-Identifier: Apache-2.0
package net.backhaul.benchmarks;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.LongStream;
import net.backhaul.protocol.Version;
import net.backhaul.protocol.identity.Identity;
import net.backhaul.protocol.message.Echo;
import net.backhaul.protocol.message.EchoOk;
import net.backhaul.protocol.message.Features;
import net.backhaul.protocol.message.Hello;
import net.backhaul.protocol.message.HelloOk;
import net.backhaul.protocol.message.Message;
import net.backhaul.protocol.message.NetworkConfigRequest;
import net.backhaul.protocol.message.Verb;
import net.backhaul.protocol.network.RequestMetaData;
import net.backhaul.protocol.packet.BigEndian;
import net.backhaul.protocol.packet.Bytes;
import net.backhaul.protocol.packet.Compression;
import net.backhaul.protocol.packet.FragmentView;
import net.backhaul.protocol.packet.PacketCipher;
import net.backhaul.protocol.packet.PacketView;
import net.backhaul.protocol.packet.Packets;
import net.backhaul.protocol.packet.Reassembly;
import net.backhaul.protocol.packet.WireReader;
import net.backhaul.protocol.packet.WireWriter;

/**
 * One member: it says HELLO, sends requests, and measures when the first part of an answer came.
 */
final class RequestingMember {
  private static final int PROTOCOL_VERSION = 12;

  /** What precedes the timestamp of a HELLO. */
  private static final int VERSION_BYTES = 5;

  /** OK and ERROR begin with the verb that they answer; the packet id follows. */
  private static final int IN_RE_BYTES = 1 + Long.BYTES;

  private static final Bytes META_DATA = Bytes.of(RequestMetaData.ours("linux/x86_64"));

  private final Identity identity;
  private final long controller;
  private final DatagramChannel channel;
  private final PacketCipher cipher;
  private final Random random;
  private final Reassembly reassembly = new Reassembly();
  private final PacketView view = new PacketView();
  private final Map<Long, Long> sentNanos = new HashMap<>();
  private final byte[] decompressed = new byte[Packets.MAX_BYTES];
  private final LongStream.Builder latencies = LongStream.builder();
  private boolean connected;
  private long errors;

  RequestingMember(Identity identity, Identity controller, DatagramChannel channel) {
    this.identity = identity;
    this.controller = controller.address();
    this.channel = channel;
    cipher = PacketCipher.of(identity.agree(controller).orElseThrow());
    random = new Random(identity.address());
  }

  boolean isConnected() {
    return connected;
  }

  LongStream latenciesNanos() {
    return latencies.build();
  }

  /** Returns the number of requests that were rejected. */
  long errors() {
    return errors;
  }

  void hello(InetSocketAddress endpoint, long nowMs) throws IOException {
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
    send(Packets.SUITE_POLY, packet);
  }

  void request(long network, long nowMs) throws IOException {
    byte[] packet = packet(new NetworkConfigRequest(network, META_DATA, 0, 0));
    send(Packets.SUITE_SALSA, packet);
    view.wrap(packet, 0, packet.length);
    sentNanos.put(view.id(), System.nanoTime());
  }

  private byte[] packet(Message message) {
    var payload = new WireWriter();
    message.writeTo(payload);
    byte[] packet = new byte[Packets.HEADER_BYTES + payload.size()];
    PacketView.writeHeader(
        packet, 0, random.nextLong(), controller, identity.address(), message.verb().number());
    System.arraycopy(payload.array(), 0, packet, Packets.HEADER_BYTES, payload.size());
    return packet;
  }

  private void send(int suite, byte[] packet) throws IOException {
    cipher.seal(suite, packet, 0, packet.length);
    channel.write(ByteBuffer.wrap(packet));
  }

  /** Processes a datagram: answers HELLO and ECHO, by which the controller confirms our path. */
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
    if (payload[start] == Verb.HELLO.number()) {
      connected = true;
    }
    Long since = sentNanos.remove(BigEndian.i64(payload, start + 1));
    if (since == null) {
      return;
    }
    if (view.verb() == Verb.OK.number()) {
      latencies.add(System.nanoTime() - since);
    } else {
      errors++;
    }
  }

  private void confirm(byte[] packet) throws IOException {
    var in = new WireReader(packet, Packets.HEADER_BYTES, view.payloadLength());
    if (view.verb() == Verb.ECHO.number()) {
      send(Packets.SUITE_SALSA, packet(new EchoOk(view.id(), Echo.read(in).data())));
      return;
    }
    in.skip(VERSION_BYTES);
    var answer =
        new HelloOk(
            view.id(),
            in.u64(),
            PROTOCOL_VERSION,
            Version.MAJOR,
            Version.MINOR,
            Version.REVISION,
            null,
            List.of(),
            Features.NONE);
    send(Packets.SUITE_SALSA, packet(answer));
  }
}
