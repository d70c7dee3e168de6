// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine.peer;

import java.net.InetSocketAddress;
import java.util.Arrays;
import net.backhaul.engine.Drop;
import net.backhaul.engine.Traffic;
import net.backhaul.protocol.message.Echo;
import net.backhaul.protocol.message.Message;
import net.backhaul.protocol.message.NetworkConfigRequestOk;
import net.backhaul.protocol.message.Verb;
import net.backhaul.protocol.packet.Bytes;
import net.backhaul.protocol.packet.Compression;
import net.backhaul.protocol.packet.FragmentView;
import net.backhaul.protocol.packet.PacketView;
import net.backhaul.protocol.packet.Packets;
import net.backhaul.protocol.packet.WireWriter;
import org.jspecify.annotations.Nullable;

/**
 * Makes packets of messages, finds a way for them, seals and sends them (02 sections 1 and 3.5).
 */
final class Sender {
  private static final int HEADER = Packets.HEADER_BYTES;
  private static final int COMPRESSED = 0x80;
  private static final int VERB_MASK = 0x1f;
  private static final int MAX_PAYLOAD_BYTES = Packets.MAX_BYTES - HEADER;
  private static final int NONE = Integer.MIN_VALUE;

  private final Vl1 vl1;
  private final SendQueue queue = new SendQueue();
  private final WireWriter payload = new WireWriter();
  private final byte[] packet = new byte[Packets.MAX_BYTES];
  private final byte[] run =
      new byte[Packets.MAX_BYTES + Packets.MAX_FRAGMENTS * Packets.FRAGMENT_HEADER_BYTES];
  private final PacketView view = new PacketView();

  Sender(Vl1 vl1) {
    this.vl1 = vl1;
  }

  int queued() {
    return queue.size();
  }

  boolean hasQueued() {
    return !queue.isEmpty();
  }

  /** Sends a message over the best way there is, or lets it wait for one. */
  void send(long to, Message message, long nowMs) {
    int length = encode(message);
    if (length == NONE) {
      return;
    }
    int verbByte = verbByte(message, length);
    sendPayload(to, verbByte, packet, HEADER, Math.abs(length), nowMs);
  }

  /** Sends a payload with room for a header in front; the bytes are clobbered. */
  void sendPayload(
      long to, int verbByte, byte[] bytes, int payloadStart, int payloadLength, long nowMs) {
    if (to == vl1.self.address()) {
      return;
    }
    if (payloadLength > MAX_PAYLOAD_BYTES) {
      vl1.drop(Drop.TOO_LONG);
      return;
    }
    Peer peer = vl1.peer(to, nowMs);
    Path direct = peer == null ? null : peer.bestPath(nowMs);
    Path way = peer == null ? null : way(peer, direct, nowMs);
    if (peer == null || way == null) {
      keep(to, verbByte, bytes, payloadStart, payloadLength, peer == null, nowMs);
      return;
    }
    int start = payloadStart - HEADER;
    int length = HEADER + payloadLength;
    long trustedPathId = vl1.options.trustedPathId(way.endpoint.getAddress());
    int mtuBytes = vl1.options.mtuBytes(way.endpoint.getAddress());
    seal(peer, verbByte, bytes, start, length, mtuBytes, trustedPathId);
    transmit(traffic(verbByte), way.socket, way.endpoint, bytes, start, length, mtuBytes);
    sentOver(peer, direct, way, nowMs);
  }

  /**
   * Sends packets of one size, the last of which may be shorter, with one look for the way.
   *
   * @param length of all of them, each with room for its header
   */
  void sendRun(
      long to, int verbByte, byte[] bytes, int start, int length, int packetBytes, long nowMs) {
    Peer peer = vl1.peer(to, nowMs);
    Path direct = peer == null ? null : peer.bestPath(nowMs);
    Path way = peer == null ? null : way(peer, direct, nowMs);
    int end = start + length;
    if (peer == null || way == null) {
      for (int at = start; at < end; at += packetBytes) {
        int payloadLength = Math.min(packetBytes, end - at) - HEADER;
        keep(to, verbByte, bytes, at + HEADER, payloadLength, peer == null, nowMs);
      }
      return;
    }
    long trustedPathId = vl1.options.trustedPathId(way.endpoint.getAddress());
    int mtuBytes = vl1.options.mtuBytes(way.endpoint.getAddress());
    Traffic traffic = traffic(verbByte);
    for (int at = start; at < end; at += packetBytes) {
      int one = Math.min(packetBytes, end - at);
      seal(peer, verbByte, bytes, at, one, mtuBytes, trustedPathId);
      if (packetBytes > mtuBytes) {
        transmit(traffic, way.socket, way.endpoint, bytes, at, one, mtuBytes);
      }
    }
    if (packetBytes <= mtuBytes) {
      vl1.datagrams(traffic, way.socket, way.endpoint, bytes, start, length, packetBytes);
    }
    sentOver(peer, direct, way, nowMs);
  }

  /** Returns how long a payload may be so that its packet fits into one datagram to a peer. */
  int fittingPayloadBytes(long to, long nowMs) {
    Peer peer = vl1.peers.get(to);
    Path path = peer == null ? null : peer.bestPath(nowMs);
    int mtuBytes =
        path == null ? Packets.DEFAULT_MTU_BYTES : vl1.options.mtuBytes(path.endpoint.getAddress());
    return mtuBytes - HEADER;
  }

  private void keep(
      long to,
      int verbByte,
      byte[] bytes,
      int payloadStart,
      int payloadLength,
      boolean unknown,
      long nowMs) {
    byte[] kept = Arrays.copyOfRange(bytes, payloadStart, payloadStart + payloadLength);
    queue.add(new SendQueue.Queued(to, verbByte, kept, nowMs));
    vl1.somebodyWaits(nowMs);
    if (unknown) {
      vl1.whois.ask(to, nowMs);
    }
  }

  private void sentOver(Peer peer, @Nullable Path direct, Path way, long nowMs) {
    way.lastOutMs = nowMs;
    if (direct != null && direct.owesAnswer(way == direct, nowMs)) {
      askWhetherItLives(peer, direct, nowMs);
    }
  }

  /**
   * A path takes packets and brings none: a peer that was restarted has other ports. All its paths
   * are asked at once, so that not one after the other has to fail.
   */
  private void askWhetherItLives(Peer peer, Path path, long nowMs) {
    if (!path.asksNow(nowMs)) {
      return;
    }
    sendTo(peer, path.socket, path.endpoint, new Echo(Bytes.EMPTY), nowMs);
    for (Path other : peer.paths) {
      if (other != path && other.isQuiet(nowMs) && other.asksNow(nowMs)) {
        sendTo(peer, other.socket, other.endpoint, new Echo(Bytes.EMPTY), nowMs);
      }
    }
    if (path.isMissed(nowMs)) {
      vl1.directPaths.search(peer, path, nowMs);
    }
  }

  /** Sends a message to a physical address, whatever the paths of the peer are. */
  void sendTo(Peer peer, int socket, InetSocketAddress endpoint, Message message, long nowMs) {
    int length = encode(message);
    if (length == NONE) {
      return;
    }
    int verbByte = verbByte(message, length);
    int mtuBytes = vl1.options.mtuBytes(endpoint.getAddress());
    int total = HEADER + Math.abs(length);
    seal(peer, verbByte, packet, 0, total, mtuBytes, 0);
    transmit(Traffic.CONTROL, socket, endpoint, packet, 0, total, mtuBytes);
    Path path = peer.path(socket, endpoint);
    if (path != null) {
      path.lastOutMs = nowMs;
    }
  }

  /** Tries again to send what waits: somebody became known, or time has passed. */
  void retry(long nowMs) {
    if (queue.isEmpty()) {
      return;
    }
    for (SendQueue.Queued queued : queue.leaveAll(nowMs)) {
      Peer peer = vl1.peer(queued.destination(), nowMs);
      if (peer == null || way(peer, peer.bestPath(nowMs), nowMs) == null) {
        queue.add(queued);
        if (peer == null) {
          vl1.whois.ask(queued.destination(), nowMs);
        }
        continue;
      }
      int length = queued.payload().length;
      System.arraycopy(queued.payload(), 0, packet, HEADER, length);
      sendPayload(queued.destination(), queued.verbByte(), packet, HEADER, length, nowMs);
    }
  }

  /** Returns the path that packets to a peer take: its own, a root's, or an old one of its own. */
  private @Nullable Path way(Peer peer, @Nullable Path direct, long nowMs) {
    if (direct != null && !direct.isDoubtful(nowMs)) {
      return direct;
    }
    vl1.keepalive.tryHints(peer, nowMs);
    Peer root = vl1.bestUpstream(nowMs);
    Path relay = root == null || root == peer ? null : root.bestPath(nowMs);
    if (relay != null && (direct == null || relay.isAlive(nowMs))) {
      return relay;
    }
    return direct == null ? peer.anyPath() : direct;
  }

  /**
   * Writes the payload behind the header; the length is negative where it was compressed.
   *
   * @return {@link #NONE} where no packet holds it: the answer to the longest ECHO is such a one
   */
  private int encode(Message message) {
    payload.clear();
    message.writeTo(payload);
    int length = payload.size();
    if (length > MAX_PAYLOAD_BYTES) {
      vl1.drop(Drop.TOO_LONG);
      return NONE;
    }
    if (isCompressible(message)) {
      int compressed = Compression.compress(payload.array(), 0, length, packet, HEADER);
      if (compressed > 0) {
        return -compressed;
      }
    }
    System.arraycopy(payload.array(), 0, packet, HEADER, length);
    return length;
  }

  private static int verbByte(Message message, int encodedLength) {
    return message.verb().number() | (encodedLength < 0 ? COMPRESSED : 0);
  }

  private static Traffic traffic(int verbByte) {
    int verb = verbByte & VERB_MASK;
    boolean frame =
        verb == Verb.FRAME.number()
            || verb == Verb.EXT_FRAME.number()
            || verb == Verb.MULTICAST_FRAME.number();
    return frame ? Traffic.DATA : Traffic.CONTROL;
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

  private void seal(
      Peer peer,
      int verbByte,
      byte[] bytes,
      int start,
      int length,
      int mtuBytes,
      long trustedPathId) {
    PacketView.writeHeader(
        bytes, start, vl1.random.nextLong(), peer.address, vl1.self.address(), verbByte);
    view.wrap(bytes, start, length);
    view.fragmented(length > mtuBytes);
    if (trustedPathId == 0) {
      int suite = vl1.options.avoidsAes() ? Packets.SUITE_SALSA : peer.suite();
      peer.cipher.seal(suite, bytes, start, length);
    } else {
      view.suite(Packets.SUITE_TRUSTED);
      view.mac(trustedPathId);
    }
    // Nobody answers frames, of which there may be so many that true questions were forgotten.
    if (verbByte != Verb.FRAME.number() && verbByte != Verb.EXT_FRAME.number()) {
      vl1.awaited.expect(view.id());
    }
    vl1.counters.sent(verbByte & VERB_MASK);
  }

  /**
   * Sends a sealed packet in as many datagrams as it needs.
   *
   * <p>They are all of one size, or nearly, where the reference fills all but the last: so they
   * leave as one run, and runs of packets of one size go on across packets.
   */
  void transmit(
      Traffic traffic,
      int socket,
      InetSocketAddress to,
      byte[] bytes,
      int start,
      int length,
      int mtuBytes) {
    if (length <= mtuBytes) {
      vl1.datagrams(traffic, socket, to, bytes, start, length, length);
      return;
    }
    int header = Packets.FRAGMENT_HEADER_BYTES;
    int count = Math.ceilDiv(length - header, mtuBytes - header);
    if (count > Packets.MAX_FRAGMENTS) {
      vl1.counters.drop(Drop.TOO_LONG);
      return;
    }
    int runBytes = length + (count - 1) * header;
    int datagramBytes = Math.ceilDiv(runBytes, count);
    view.wrap(bytes, start, length);
    System.arraycopy(bytes, start, run, 0, datagramBytes);
    int from = start + datagramBytes;
    int at = datagramBytes;
    for (int number = 1; number < count; number++) {
      FragmentView.writeHeader(run, at, view.id(), view.destination(), count, number);
      int dataBytes = Math.min(datagramBytes - header, start + length - from);
      System.arraycopy(bytes, from, run, at + header, dataBytes);
      from += dataBytes;
      at += header + dataBytes;
    }
    vl1.datagrams(traffic, socket, to, run, 0, runBytes, datagramBytes);
  }
}
