// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine.network;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import net.backhaul.engine.Drop;
import net.backhaul.engine.peer.InboundPacket;
import net.backhaul.engine.peer.PacketRun;
import net.backhaul.engine.peer.PeerLink;
import net.backhaul.protocol.identity.Identity;
import net.backhaul.protocol.message.Message;
import net.backhaul.protocol.message.Verb;
import net.backhaul.protocol.packet.WireWriter;

/** A PeerLink without VL1 that records what is sent. */
final class RecordingLink implements PeerLink {
  final Map<Long, Identity> known = new HashMap<>();
  final List<Sent> sent = new ArrayList<>();
  final List<Long> upstreams = new ArrayList<>();
  final Map<Drop, Integer> drops = new HashMap<>();

  /** Peers to which sending fails by an internal error. */
  final Set<Long> failing = new HashSet<>();

  final List<String> errors = new ArrayList<>();
  boolean upstream;
  boolean recording = true;
  int retries;
  private final Identity self;

  /** A sent packet. */
  record Sent(long to, Verb verb, String payload) {}

  RecordingLink(Identity self) {
    this.self = self;
  }

  /** Returns a packet whose replies are recorded, too. */
  InboundPacket packet(Identity source, long packetId, Verb verb, byte[] payload, long nowMs) {
    return InboundPackets.of(this::reply, source, packetId, verb.number(), payload, nowMs);
  }

  void reply(InboundPacket packet, Message message) {
    send(packet.source(), message, packet.nowMs());
  }

  @Override
  public Identity self() {
    return self;
  }

  @Override
  public Identity identityOf(long address, long nowMs) {
    return address == self.address() ? self : known.get(address);
  }

  @Override
  public void send(long to, Message message, long nowMs) {
    fail(to);
    if (to != self.address()) {
      var out = new WireWriter();
      message.writeTo(out);
      sent.add(new Sent(to, message.verb(), HexFormat.of().formatHex(out.toByteArray())));
    }
  }

  @Override
  public void send(PacketRun run, long nowMs) {
    fail(run.destination());
    for (int at = run.start(); recording && at < run.end(); at += run.segmentBytes()) {
      int end = Math.min(at + run.segmentBytes(), run.end());
      String payload = HexFormat.of().formatHex(run.bytes(), at + 28, end);
      sent.add(new Sent(run.destination(), Verb.of(run.verb()), payload));
      Arrays.fill(run.bytes(), at, end, (byte) 0x55);
    }
  }

  private void fail(long to) {
    if (!failing.isEmpty() && failing.contains(to)) {
      throw new IllegalStateException("as the test demands");
    }
  }

  @Override
  public int pathMtuBytes(long peer, long nowMs) {
    return 1_432;
  }

  @Override
  public boolean lowBandwidth() {
    return false;
  }

  @Override
  public List<Long> upstreams() {
    return upstreams;
  }

  @Override
  public long bestUpstreamAddress(long nowMs) {
    return upstreams.isEmpty() ? 0 : upstreams.getFirst();
  }

  @Override
  public boolean isUpstream() {
    return upstream;
  }

  @Override
  public long lastReceiveMs(long address) {
    return Member.NEVER;
  }

  @Override
  public int latencyMs(long address, long nowMs) {
    return -1;
  }

  @Override
  public void retryPending(long nowMs) {
    retries++;
  }

  @Override
  public void drop(Drop reason) {
    drops.merge(reason, 1, Integer::sum);
  }

  @Override
  public void internalError(String activity, RuntimeException error) {
    if (failing.isEmpty()) {
      throw error;
    }
    errors.add(activity + ": " + error.getMessage());
  }
}
