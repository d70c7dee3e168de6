// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine.network;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import net.backhaul.engine.Drop;
import net.backhaul.protocol.identity.Identity;
import net.backhaul.protocol.message.Message;
import net.backhaul.protocol.message.Verb;
import net.backhaul.protocol.packet.WireWriter;

/** Peers as networks see them, with nothing below: what is sent is written down. */
final class RecordingLink implements PeerLink {
  final Map<Long, Identity> known = new HashMap<>();
  final List<Sent> sent = new ArrayList<>();
  final List<Long> upstreams = new ArrayList<>();
  final Map<Drop, Integer> drops = new HashMap<>();
  boolean upstream;
  boolean recording = true;
  int retries;
  private final Identity self;

  /** A packet that left. */
  record Sent(long to, Verb verb, String payload) {}

  RecordingLink(Identity self) {
    this.self = self;
  }

  /** Returns an arrival whose answers are written down, too. */
  Arrival arrival(Identity source, long packetId) {
    return new Arrival() {
      @Override
      public long source() {
        return source.address();
      }

      @Override
      public Identity sourceIdentity() {
        return source;
      }

      @Override
      public long packetId() {
        return packetId;
      }

      @Override
      public int hops() {
        return 0;
      }

      @Override
      public void reply(Message message, long nowMs) {
        send(source.address(), message, nowMs);
      }
    };
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
    if (to != self.address()) {
      var out = new WireWriter();
      message.writeTo(out);
      sent.add(new Sent(to, message.verb(), HexFormat.of().formatHex(out.toByteArray())));
    }
  }

  @Override
  public void sendSealedInPlace(
      long to, Verb verb, byte[] bytes, int payloadStart, int payloadLength, long nowMs) {
    if (recording) {
      String payload = HexFormat.of().formatHex(bytes, payloadStart, payloadStart + payloadLength);
      sent.add(new Sent(to, verb, payload));
      Arrays.fill(bytes, payloadStart - 28, payloadStart + payloadLength, (byte) 0x55);
    }
  }

  @Override
  public void sendRunSealedInPlace(
      long to, Verb verb, byte[] bytes, int start, int length, int packetBytes, long nowMs) {
    for (int at = start; at < start + length; at += packetBytes) {
      int one = Math.min(packetBytes, start + length - at);
      sendSealedInPlace(to, verb, bytes, at + 28, one - 28, nowMs);
    }
  }

  @Override
  public int fittingPayloadBytes(long to, long nowMs) {
    return 1_404;
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
  public long lastHeardMs(long address) {
    return Member.NEVER;
  }

  @Override
  public int latencyMs(long address, long nowMs) {
    return -1;
  }

  @Override
  public void retryParked(long nowMs) {
    retries++;
  }

  @Override
  public void drop(Drop reason) {
    drops.merge(reason, 1, Integer::sum);
  }
}
