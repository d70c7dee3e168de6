// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine.network;

import java.util.Locale;
import net.backhaul.engine.ConfigSource;
import net.backhaul.engine.Drop;
import net.backhaul.engine.LongMap;
import net.backhaul.engine.NetworkStatus;
import net.backhaul.engine.Output;
import net.backhaul.engine.StateKey;
import net.backhaul.engine.peer.InboundPacket;
import net.backhaul.engine.peer.PacketOutcome;
import net.backhaul.engine.peer.PeerLink;
import net.backhaul.protocol.identity.Addresses;
import net.backhaul.protocol.identity.Identity;
import net.backhaul.protocol.message.ErrorMessage;
import net.backhaul.protocol.message.NetworkConfigOk;
import net.backhaul.protocol.message.NetworkConfigPush;
import net.backhaul.protocol.message.NetworkConfigRequest;
import net.backhaul.protocol.message.Verb;
import net.backhaul.protocol.network.ChunkAssembler;
import net.backhaul.protocol.network.ConfigAnswer;
import net.backhaul.protocol.network.ConfigChunk;
import net.backhaul.protocol.network.ConfigRequest;
import net.backhaul.protocol.network.Dictionary;
import net.backhaul.protocol.network.NetworkConfig;
import net.backhaul.protocol.network.RequestMetaData;
import net.backhaul.protocol.packet.Bytes;
import net.backhaul.protocol.packet.WireException;
import net.backhaul.protocol.packet.WireReader;
import org.jspecify.annotations.Nullable;

/** Requests configurations from controllers and applies them (03 sections 1.4 to 1.7). */
final class ConfigExchange {
  /** The result of handling a received configuration. */
  enum ConfigOutcome {
    REJECTED,
    UNCHANGED,
    CHANGED
  }

  private static final long REFRESH_MS = 60_000;

  /** At most half of the credential window: else the other members no longer accept ours. */
  private static final long LOW_BANDWIDTH_REFRESH_MS = 3_840_000;

  private static final long REQUEST_EVERY_MS = 5_000;

  /** After a join an admin may authorize us soon: request as often as controllers answer. */
  private static final long REQUEST_AFTER_JOIN_EVERY_MS = Network.REQUEST_SPACING_MS;

  private static final long AFTER_JOIN_MS = 120_000;
  private static final int MAX_URL_BYTES = 2_047;

  private static final String PLATFORM = platform();

  private final PeerLink link;
  private final Output output;
  private final @Nullable ConfigSource controller;
  private final LongMap<Network> networks;
  private final MemberNotices notices;
  private final DirectoryExchange directories;
  private final BadSignaturePenalty badSignatures = new BadSignaturePenalty();
  private final long self;
  private boolean readsDirectories;
  private String hostName = "";

  ConfigExchange(
      NodeContext node,
      @Nullable ConfigSource controller,
      LongMap<Network> networks,
      MemberNotices notices) {
    this.link = node.link();
    this.output = node.output();
    this.controller = controller;
    this.networks = networks;
    this.notices = notices;
    this.self = link.self().address();
    this.directories = new DirectoryExchange(node);
  }

  // Requesting.

  void requestIfDue(Network network, long nowMs) {
    if (nowMs >= network.nextRequestMs) {
      request(network, nowMs);
    }
  }

  void request(Network network, long nowMs) {
    network.lastRequestMs = nowMs;
    network.nextRequestMs = nowMs + requestInterval(network, nowMs);
    if (network.adHoc) {
      configureAdHoc(network, nowMs);
      return;
    }
    Policy policy = network.policy;
    long revision = policy == null ? 0 : policy.config.revision();
    long timestampMs = policy == null ? 0 : policy.config.timestampMs();
    Bytes metaData = Bytes.of(metaData(network));
    if (Addresses.isReserved(network.controller)) {
      return; // No node has this address; the network stays as it is.
    }
    if (network.controller != self) {
      link.send(
          network.controller,
          new NetworkConfigRequest(network.id, metaData, revision, timestampMs),
          nowMs);
    } else if (controller != null) {
      Identity us = link.self().withoutPrivateKey();
      receiveAnswer(
          network,
          controller.answer(
              new ConfigRequest(network.id, us, metaData, revision, timestampMs), nowMs),
          nowMs);
    }
  }

  /** Sets whether requests state that this node reads directories; initially they do not. */
  void readsDirectories(boolean reads) {
    readsDirectories = reads;
  }

  /** Sets the name of the host that requests state; initially, and if it is empty, none. */
  void hostName(String name) {
    hostName = name;
  }

  private byte[] metaData(Network network) {
    byte[] metaData =
        readsDirectories
            ? RequestMetaData.ours(PLATFORM, network.directory.heldRevision())
            : RequestMetaData.ours(PLATFORM);
    if (!hostName.isEmpty()) {
      metaData = RequestMetaData.withHostName(metaData, hostName);
    }
    return network.joinToken.isEmpty()
        ? metaData
        : RequestMetaData.withJoinToken(metaData, network.joinToken);
  }

  private static long requestInterval(Network network, long nowMs) {
    boolean hasJustJoined = network.policy == null && nowMs - network.joinedMs < AFTER_JOIN_MS;
    if (network.adHoc) {
      return REFRESH_MS;
    }
    return hasJustJoined ? REQUEST_AFTER_JOIN_EVERY_MS : REQUEST_EVERY_MS;
  }

  private void configureAdHoc(Network network, long nowMs) {
    if (AdHocConfigs.isImpossible(network.id)) {
      fail(network, NetworkStatus.State.NOT_FOUND, "");
    } else {
      AdHocConfigs.configure(network.id, self, nowMs)
          .ifPresent(config -> apply(network, config, false, nowMs));
    }
  }

  private void receiveAnswer(Network network, ConfigAnswer answer, long nowMs) {
    switch (answer) {
      case ConfigAnswer.Granted(NetworkConfig config) -> apply(network, config, true, nowMs);
      case ConfigAnswer.Rejected(int code, Bytes dictionary) ->
          rejected(network, code, dictionary.isEmpty() ? null : dictionary.toByteArray());
      case ConfigAnswer.Ignored() -> {}
    }
  }

  // Receiving.

  /**
   * Handles a chunk of a configuration (03 section 1.6).
   *
   * @param pushed whether it was sent without a request of ours
   */
  PacketOutcome receive(ConfigChunk chunk, boolean pushed, InboundPacket packet) {
    Network network = networks.get(chunk.networkId());
    if (network == null) {
      link.drop(Drop.UNKNOWN_NETWORK);
      return PacketOutcome.ACCEPTED;
    }
    byte[] dictionary =
        chunk.isLegacy()
            ? receiveLegacy(network, chunk, packet)
            : receiveChunk(network, chunk, packet);
    if (chunk.isDirectory()) {
      if (dictionary != null) {
        directories.receive(network, dictionary, packet.nowMs());
      }
      return PacketOutcome.ACCEPTED;
    }
    NetworkConfig config = dictionary == null ? null : decode(dictionary);
    if (config == null) {
      return PacketOutcome.ACCEPTED;
    }
    apply(network, config, true, packet.nowMs());
    if (pushed) {
      long updateId = chunk.isLegacy() ? packet.packetId() : chunk.updateId();
      packet.reply(new NetworkConfigOk(packet.packetId(), network.id, updateId));
    }
    return PacketOutcome.ACCEPTED;
  }

  private byte @Nullable [] receiveLegacy(
      Network network, ConfigChunk chunk, InboundPacket packet) {
    boolean fits = chunk.data().length() < NetworkConfig.CAPACITY_BYTES;
    if (packet.source() != network.controller || !fits) {
      link.drop(Drop.BAD_CONFIGURATION);
      return null;
    }
    return chunk.data().toByteArray();
  }

  private byte @Nullable [] receiveChunk(Network network, ConfigChunk chunk, InboundPacket packet) {
    long source = packet.source();
    long nowMs = packet.nowMs();
    if (ChunkAssembler.isOutOfBounds(chunk)
        || (chunk.isDirectory() && DirectoryExchange.isOutOfBounds(chunk))) {
      link.drop(Drop.BAD_CONFIGURATION);
      return null;
    }
    if (network.assembler(chunk).isDuplicate(chunk)) {
      return null;
    }
    if (source != network.controller && badSignatures.isPenalized(source, nowMs)) {
      link.drop(Drop.RATE_LIMITED);
      return null;
    }
    Identity signer = link.identityOf(network.controller, nowMs);
    if (signer == null || !signer.verify(chunk.signedBytes(), chunk.signature().toByteArray())) {
      link.drop(Drop.BAD_CONFIGURATION);
      badSignatures.penalize(source, nowMs);
      return null;
    }
    if (chunk.propagatesFast()) {
      for (Member member : network.members.all()) {
        if (member.address != source && member.address != network.controller) {
          link.send(member.address, new NetworkConfigPush(chunk), nowMs);
        }
      }
    }
    return network.assembler(chunk).accept(chunk);
  }

  private @Nullable NetworkConfig decode(byte[] dictionary) {
    try {
      return NetworkConfig.decode(dictionary);
    } catch (WireException e) {
      link.drop(Drop.BAD_CONFIGURATION);
      return null;
    }
  }

  private long refreshMs(Network network) {
    Policy policy = network.policy;
    return link.lowBandwidth() && policy != null
        ? Math.clamp(policy.windowMs / 2, REFRESH_MS, LOW_BANDWIDTH_REFRESH_MS)
        : REFRESH_MS;
  }

  /** Applies a configuration, if it is issued to us and differs from the one in force. */
  ConfigOutcome apply(Network network, NetworkConfig config, boolean save, long nowMs) {
    if (config.issuedTo() != self || config.networkId() != network.id) {
      link.drop(Drop.BAD_CONFIGURATION);
      return ConfigOutcome.REJECTED;
    }
    Policy before = network.policy;
    if (before != null && before.config.equals(config)) {
      return ConfigOutcome.UNCHANGED;
    }
    boolean wasFresh = before != null && network.lastConfigMs != 0 && !network.hasFailed();
    network.enforce(new Policy(config, self), CredentialPacker.messages(config), nowMs);
    // Not from now: controllers push to members whose requests are recent (04 section 5.7), so
    // frequent pushes must not postpone the next request.
    network.nextRequestMs = Math.max(nowMs, network.lastRequestMs + refreshMs(network));
    output.networkChanged(network.status());
    if (save) {
      output.saveState(new StateKey(StateKey.Kind.NETWORK, network.id), config.encode());
    }
    notices.credentials().sendIfNew(network, before, nowMs);
    if (!wasFresh || (before != null && before.config.flags() != config.flags())) {
      notices.announcer().announceAll(network, nowMs);
    }
    link.retryPending(nowMs);
    return ConfigOutcome.CHANGED;
  }

  /** Applies an update of the directory by the controller on this node. */
  void applyDirectory(Network network, Bytes update, long nowMs) {
    directories.receive(network, update.toByteArray(), nowMs);
  }

  /** Applies a saved configuration, which is in force until the controller answers. */
  void restore(Network network, byte[] saved) {
    NetworkConfig config;
    try {
      config = NetworkConfig.decode(saved);
    } catch (WireException damaged) {
      return;
    }
    if (config.issuedTo() == self && config.networkId() == network.id) {
      network.enforce(new Policy(config, self), CredentialPacker.messages(config), 0);
    }
  }

  /** Handles an error from a controller (03 section 1.7). */
  void receiveError(ErrorMessage error, InboundPacket packet) {
    Network network = networks.get(error.networkId());
    if (network == null || packet.source() != network.controller) {
      return;
    }
    boolean needsRequest =
        error.code() == ErrorMessage.OBJ_NOT_FOUND
            || error.code() == ErrorMessage.UNSUPPORTED_OPERATION;
    if (!needsRequest || error.inReVerb() == Verb.NETWORK_CONFIG_REQUEST.number()) {
      byte[] rest = error.rest().toByteArray();
      if (rest.length <= 2) {
        rejected(network, error.code(), null);
        return;
      }
      var in = new WireReader(rest, 0, rest.length);
      int length = in.u16();
      if (length <= in.remaining()) {
        rejected(network, error.code(), in.bytes(length));
      } else if (error.code() != ErrorMessage.NETWORK_AUTHENTICATION_REQUIRED) {
        rejected(network, error.code(), null);
      }
    }
  }

  private void rejected(Network network, int code, byte @Nullable [] dictionary) {
    switch (code) {
      case ErrorMessage.OBJ_NOT_FOUND, ErrorMessage.UNSUPPORTED_OPERATION ->
          fail(network, NetworkStatus.State.NOT_FOUND, "");
      case ErrorMessage.NETWORK_ACCESS_DENIED ->
          fail(network, NetworkStatus.State.ACCESS_DENIED, "");
      case ErrorMessage.NETWORK_AUTHENTICATION_REQUIRED ->
          requireAuthentication(network, dictionary);
      default -> {}
    }
  }

  private void requireAuthentication(Network network, byte @Nullable [] text) {
    if (text == null) {
      fail(network, NetworkStatus.State.AUTHENTICATION_REQUIRED, "");
      return;
    }
    Dictionary dictionary = Dictionary.parse(text);
    long version = dictionary.u64("aV", 0);
    String url = dictionary.text(version == 0 ? "aU" : "iU", "", MAX_URL_BYTES);
    if (version == 1 || (version == 0 && !url.isEmpty())) {
      fail(network, NetworkStatus.State.AUTHENTICATION_REQUIRED, url);
    }
  }

  private void fail(Network network, NetworkStatus.State failure, String authenticationUrl) {
    directories.clear(network);
    if (network.fail(failure, authenticationUrl)) {
      output.networkChanged(network.status());
    }
  }

  /** Returns operating system and architecture as the reference names them. */
  private static String platform() {
    String system = System.getProperty("os.name", "").toLowerCase(Locale.ROOT);
    String architecture = System.getProperty("os.arch", "");
    return (system.startsWith("mac") ? "macos" : system)
        + "/"
        + (architecture.equals("amd64") ? "x86_64" : architecture);
  }
}
