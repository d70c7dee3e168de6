// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine.network;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import net.backhaul.engine.ConfigSource;
import net.backhaul.engine.peer.InboundPacket;
import net.backhaul.engine.peer.PacketOutcome;
import net.backhaul.engine.peer.PeerLink;
import net.backhaul.protocol.identity.NetworkIds;
import net.backhaul.protocol.message.ErrorMessage;
import net.backhaul.protocol.message.NetworkConfigPush;
import net.backhaul.protocol.message.NetworkConfigRequest;
import net.backhaul.protocol.message.NetworkConfigRequestOk;
import net.backhaul.protocol.message.Verb;
import net.backhaul.protocol.network.ConfigAnswer;
import net.backhaul.protocol.network.ConfigChunk;
import net.backhaul.protocol.network.ConfigRequest;
import net.backhaul.protocol.network.NetworkConfig;
import net.backhaul.protocol.packet.Bytes;
import net.backhaul.protocol.packet.WireReader;
import net.backhaul.protocol.packet.WireWriter;
import org.jspecify.annotations.Nullable;

/** Carries questions of members to the controller beside us, and its answers back. */
final class ControllerProxy {
  private static final long REMEMBER_MS = 180_000;
  private static final int MAX_REMEMBERED = 262_144;

  private final PeerLink link;
  private final @Nullable ConfigSource controller;
  private final RandomGenerator random;
  private final Map<Granted, Long> grantedMs =
      new LinkedHashMap<>() {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Granted, Long> eldest) {
          return size() > MAX_REMEMBERED;
        }
      };

  /** Names a member of a network of ours. */
  private record Granted(long networkId, long member) {}

  ControllerProxy(PeerLink link, @Nullable ConfigSource controller, RandomGenerator random) {
    this.link = link;
    this.controller = controller;
    this.random = random;
  }

  /** Answers NETWORK_CONFIG_REQUEST (03 sections 1.5 to 1.7). */
  PacketOutcome receive(WireReader in, InboundPacket from, long nowMs) {
    NetworkConfigRequest request = NetworkConfigRequest.read(in);
    long networkId = request.networkId();
    if (controller == null) {
      refuse(networkId, ErrorMessage.UNSUPPORTED_OPERATION, Bytes.EMPTY, from, nowMs);
      return PacketOutcome.ACCEPTED;
    }
    if (NetworkIds.controller(networkId) != link.self().address()) {
      return PacketOutcome.ACCEPTED;
    }
    var question =
        new ConfigRequest(
            networkId,
            from.sourceIdentity(),
            request.metaData(),
            request.heldRevision(),
            request.heldTimestampMs());
    switch (controller.answer(question, nowMs)) {
      case ConfigAnswer.Granted(NetworkConfig config) -> {
        remember(networkId, from.source(), nowMs);
        for (ConfigChunk chunk : chunks(config)) {
          from.reply(new NetworkConfigRequestOk(from.packetId(), chunk));
        }
      }
      case ConfigAnswer.Rejected(int code, Bytes dictionary) ->
          refuse(networkId, code, dictionary, from, nowMs);
      case ConfigAnswer.Ignored() -> {}
    }
    return PacketOutcome.ACCEPTED;
  }

  private static void refuse(
      long networkId, int code, Bytes dictionary, InboundPacket from, long nowMs) {
    Bytes rest = Bytes.EMPTY;
    if (!dictionary.isEmpty()) {
      var out = new WireWriter().u16(dictionary.length());
      dictionary.writeTo(out);
      rest = Bytes.of(out.toByteArray());
    }
    int inRe = Verb.NETWORK_CONFIG_REQUEST.number();
    from.reply(new ErrorMessage(inRe, from.packetId(), code, networkId, rest));
  }

  /** Sends a configuration that was not asked for. */
  void push(long member, NetworkConfig config, long nowMs) {
    remember(config.networkId(), member, nowMs);
    for (ConfigChunk chunk : chunks(config)) {
      link.send(member, new NetworkConfigPush(chunk), nowMs);
    }
  }

  private List<ConfigChunk> chunks(NetworkConfig config) {
    long updateId = random.nextLong();
    while (updateId == 0) {
      updateId = random.nextLong();
    }
    return ConfigChunk.split(link.self(), config.networkId(), config.encode(), updateId, 0);
  }

  private void remember(long networkId, long member, long nowMs) {
    var granted = new Granted(networkId, member);
    grantedMs.remove(granted);
    grantedMs.put(granted, nowMs);
  }

  /** Returns whether a member got a configuration of ours a short time ago (03 section 7.3). */
  boolean hasGranted(long networkId, long member, long nowMs) {
    Long sinceMs = grantedMs.get(new Granted(networkId, member));
    return sinceMs != null && nowMs - sinceMs < REMEMBER_MS;
  }

  void forgetOld(long nowMs) {
    grantedMs.values().removeIf(sinceMs -> nowMs - sinceMs >= REMEMBER_MS);
  }
}
