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
import net.backhaul.protocol.message.NetworkConfigOk;
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

/** Passes requests of members to the controller on this node, and its answers back. */
final class ControllerProxy {
  private static final long GRANT_LIFE_MS = 180_000;
  private static final int MAX_GRANTS = 262_144;

  private final PeerLink link;
  private final @Nullable ConfigSource controller;
  private final RandomGenerator random;

  /** The time of each member's last configuration; at the limit the oldest entry is evicted. */
  private final Map<Grant, Long> grantedMs =
      new LinkedHashMap<>() {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Grant, Long> eldest) {
          return size() > MAX_GRANTS;
        }
      };

  /** A member of a network of this controller. */
  private record Grant(long networkId, long member) {}

  ControllerProxy(PeerLink link, @Nullable ConfigSource controller, RandomGenerator random) {
    this.link = link;
    this.controller = controller;
    this.random = random;
  }

  /** Answers NETWORK_CONFIG_REQUEST (03 sections 1.5 to 1.7). */
  PacketOutcome receive(InboundPacket packet) {
    NetworkConfigRequest request = NetworkConfigRequest.read(packet.payload());
    long networkId = request.networkId();
    if (controller == null) {
      var unsupported = new ConfigAnswer.Rejected(ErrorMessage.UNSUPPORTED_OPERATION, Bytes.EMPTY);
      reject(networkId, unsupported, packet);
      return PacketOutcome.ACCEPTED;
    }
    if (NetworkIds.controller(networkId) != link.self().address()) {
      return PacketOutcome.ACCEPTED;
    }
    var configRequest =
        new ConfigRequest(
            networkId,
            packet.sourceIdentity(),
            request.metaData(),
            request.heldRevision(),
            request.heldTimestampMs());
    switch (controller.answer(configRequest, packet.nowMs())) {
      case ConfigAnswer.Granted(NetworkConfig config) -> {
        recordGrant(networkId, packet.source(), packet.nowMs());
        for (ConfigChunk chunk : chunks(config, newUpdateId())) {
          packet.reply(new NetworkConfigRequestOk(packet.packetId(), chunk));
        }
      }
      case ConfigAnswer.Rejected rejected -> reject(networkId, rejected, packet);
      case ConfigAnswer.Ignored() -> {}
    }
    return PacketOutcome.ACCEPTED;
  }

  private static void reject(long networkId, ConfigAnswer.Rejected rejected, InboundPacket packet) {
    Bytes dictionary = rejected.dictionary();
    Bytes rest = Bytes.EMPTY;
    if (!dictionary.isEmpty()) {
      var out = new WireWriter().u16(dictionary.length());
      dictionary.writeTo(out);
      rest = Bytes.of(out.toByteArray());
    }
    int inRe = Verb.NETWORK_CONFIG_REQUEST.number();
    packet.reply(new ErrorMessage(inRe, packet.packetId(), rejected.errorCode(), networkId, rest));
  }

  /** Sends a configuration that was not requested; returns its update id. */
  long push(long member, NetworkConfig config, long nowMs) {
    recordGrant(config.networkId(), member, nowMs);
    long updateId = newUpdateId();
    for (ConfigChunk chunk : chunks(config, updateId)) {
      link.send(member, new NetworkConfigPush(chunk), nowMs);
    }
    return updateId;
  }

  /** Passes the acknowledgement of a push to the controller; the OK to an ECHO looks alike. */
  void receiveAcknowledgement(InboundPacket packet) {
    WireReader body = packet.okBody();
    if (controller == null || body.remaining() != NetworkConfigOk.BODY_BYTES) {
      return;
    }
    var ok = NetworkConfigOk.read(packet.inRePacketId(), body);
    if (NetworkIds.controller(ok.networkId()) == link.self().address()) {
      controller.acknowledged(ok.networkId(), packet.source(), ok.updateId(), packet.nowMs());
    }
  }

  /** Sends an update of the directory of a network to members; it is signed once. */
  void pushDirectory(long networkId, Bytes update, List<Long> members, long nowMs) {
    List<ConfigChunk> chunks =
        ConfigChunk.split(
            link.self(), networkId, update.toByteArray(), newUpdateId(), ConfigChunk.DIRECTORY);
    for (long member : members) {
      for (ConfigChunk chunk : chunks) {
        link.send(member, new NetworkConfigPush(chunk), nowMs);
      }
    }
  }

  private long newUpdateId() {
    long updateId = random.nextLong();
    while (updateId == 0) {
      updateId = random.nextLong();
    }
    return updateId;
  }

  private List<ConfigChunk> chunks(NetworkConfig config, long updateId) {
    return ConfigChunk.split(link.self(), config.networkId(), config.encode(), updateId, 0);
  }

  private void recordGrant(long networkId, long member, long nowMs) {
    var grant = new Grant(networkId, member);
    grantedMs.remove(grant);
    grantedMs.put(grant, nowMs);
  }

  /** Returns whether a member got a configuration of ours a short time ago (03 section 7.3). */
  boolean hasGranted(long networkId, long member, long nowMs) {
    Long sinceMs = grantedMs.get(new Grant(networkId, member));
    return sinceMs != null && nowMs - sinceMs < GRANT_LIFE_MS;
  }

  void expire(long nowMs) {
    grantedMs.values().removeIf(sinceMs -> nowMs - sinceMs >= GRANT_LIFE_MS);
  }
}
