// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine.peer;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import net.backhaul.engine.Drop;
import net.backhaul.protocol.identity.Addresses;
import net.backhaul.protocol.identity.Identity;
import net.backhaul.protocol.message.Message;
import net.backhaul.protocol.message.Whois;
import net.backhaul.protocol.message.WhoisOk;

/** Requests identities of unknown peers from roots and answers WHOIS (02 sections 2.4 and 3.7). */
final class WhoisExchange {
  static final long REQUEST_SPACING_MS = 500;
  static final long ANSWER_SPACING_MS = 100;

  /** Maximum pending requests; the oldest is evicted. */
  static final int MAX_PENDING = 256;

  /**
   * Maximum pending requests at which another one is sent for an unknown sender: a flood of packets
   * must neither cause a flood of requests nor evict our own.
   */
  static final int MAX_PENDING_FOR_UNKNOWN = 64;

  /** Identities in a reply: more do not fit into one datagram of the smallest size. */
  private static final int MAX_ANSWERED = 16;

  private final PeerContext context;
  private final PeerLookup peers;
  private final Upstreams upstreams;
  private final WhoisSender sender;
  private final Map<Long, Long> requestedAtMs = new LinkedHashMap<>();

  /** Sends a message over the best path. */
  @FunctionalInterface
  interface WhoisSender {
    void send(long to, Message message, long nowMs);
  }

  WhoisExchange(PeerContext context, PeerLookup peers, Upstreams upstreams, WhoisSender sender) {
    this.context = context;
    this.peers = peers;
    this.upstreams = upstreams;
    this.sender = sender;
  }

  /** Requests the identity of the sender of an unauthenticated packet. */
  void requestForUnknownSender(long address, long nowMs) {
    if (!requestedAtMs.containsKey(address) && requestedAtMs.size() >= MAX_PENDING_FOR_UNKNOWN) {
      expire(nowMs);
      if (requestedAtMs.size() >= MAX_PENDING_FOR_UNKNOWN) {
        context.drop(Drop.RATE_LIMITED);
        return;
      }
    }
    request(address, nowMs);
  }

  /** Requests an identity from the best root, unless a request is pending. */
  void request(long address, long nowMs) {
    if (Addresses.isReserved(address) || address == context.address) {
      return;
    }
    Peer root = upstreams.best(nowMs);
    if (root == null || root.address == address) {
      return;
    }
    Long last = requestedAtMs.get(address);
    if (last != null && nowMs - last < REQUEST_SPACING_MS) {
      return;
    }
    if (root.bestPath(nowMs) == null && root.anyPath() == null) {
      return; // Requested again when the root answers; a pending packet would only expire.
    }
    requestedAtMs.remove(address);
    if (requestedAtMs.size() >= MAX_PENDING) {
      requestedAtMs.remove(requestedAtMs.keySet().iterator().next());
    }
    requestedAtMs.put(address, nowMs);
    sender.send(root.address, new Whois(List.of(address)), nowMs);
  }

  /** Returns how many requests are pending. */
  int pending() {
    return requestedAtMs.size();
  }

  /** Expires requests without a reply. */
  void expire(long nowMs) {
    requestedAtMs.values().removeIf(atMs -> nowMs - atMs > 2 * REQUEST_SPACING_MS);
  }

  /** Answers a WHOIS; a root without limit, another node with a rate limit. */
  PacketOutcome receive(InboundPacket packet, Whois request) {
    Peer peer = packet.peer();
    long nowMs = packet.nowMs();
    if (!upstreams.roots().amRoot()) {
      if (nowMs - peer.lastWhoisAnsweredMs < ANSWER_SPACING_MS) {
        context.drop(Drop.RATE_LIMITED);
        return PacketOutcome.IGNORED;
      }
      peer.lastWhoisAnsweredMs = nowMs;
    }
    var known =
        request.addresses().stream()
            .limit(MAX_ANSWERED)
            .map(address -> identity(address, nowMs))
            .flatMap(Optional::stream)
            .toList();
    if (!known.isEmpty()) {
      packet.reply(new WhoisOk(packet.packetId(), known));
    }
    return PacketOutcome.ACCEPTED;
  }

  /** Adds the peer of a root's answer; the root has validated its identity. */
  PacketOutcome receiveOk(InboundPacket packet, WhoisOk answer) {
    if (upstreams.contains(packet.source()) && !answer.identities().isEmpty()) {
      Identity first = answer.identities().getFirst();
      requestedAtMs.remove(first.address());
      if (peers.known(first.address()) == null && !Addresses.isReserved(first.address())) {
        if (peers.table().isFull()) {
          context.drop(Drop.TOO_MANY_PEERS);
        } else {
          peers.table().add(first);
        }
      }
      peers.identityArrived(first.address(), packet.nowMs());
    }
    return PacketOutcome.ACCEPTED;
  }

  private Optional<Identity> identity(long address, long nowMs) {
    if (address == context.address) {
      return Optional.of(context.self.withoutPrivateKey());
    }
    Peer peer = peers.find(address, nowMs);
    if (peer == null) {
      requestForUnknownSender(address, nowMs);
    }
    return Optional.ofNullable(peer).map(known -> known.identity);
  }
}
