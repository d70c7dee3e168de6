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

/** Gets configurations from controllers and puts them in force (03 sections 1.4 to 1.7). */
final class ConfigExchange {
  /** What became of a configuration. */
  enum ConfigOutcome {
    REFUSED,
    UNCHANGED,
    CHANGED
  }

  private static final long REFRESH_MS = 60_000;
  private static final long ASK_AGAIN_MS = 5_000;

  /** A person may be about to authorize us: ask as often as controllers answer, for a while. */
  private static final long ASK_SOON_AGAIN_MS = Network.REQUEST_SPACING_MS;

  private static final long IMPATIENT_MS = 120_000;
  private static final int MAX_URL_BYTES = 2_047;

  private static final byte[] META_DATA = RequestMetaData.ours(platform());

  private final PeerLink link;
  private final Output output;
  private final @Nullable ConfigSource controller;
  private final LongMap<Network> networks;
  private final MulticastAnnouncer announcer;
  private final BadSignaturePenalty badSignatures = new BadSignaturePenalty();
  private final long self;

  ConfigExchange(
      PeerLink link,
      Output output,
      @Nullable ConfigSource controller,
      LongMap<Network> networks,
      MulticastAnnouncer announcer) {
    this.link = link;
    this.output = output;
    this.controller = controller;
    this.networks = networks;
    this.announcer = announcer;
    this.self = link.self().address();
  }

  // Asking.

  void requestIfDue(Network network, long nowMs) {
    if (nowMs >= network.nextRequestMs) {
      request(network, nowMs);
    }
  }

  void request(Network network, long nowMs) {
    network.lastRequestMs = nowMs;
    network.nextRequestMs = nowMs + patience(network, nowMs);
    if (network.adHoc) {
      configureAdHoc(network, nowMs);
      return;
    }
    Policy held = network.policy;
    long revision = held == null ? 0 : held.config.revision();
    long timestampMs = held == null ? 0 : held.config.timestampMs();
    Bytes metaData = Bytes.of(META_DATA);
    if (Addresses.isReserved(network.controller)) {
      return; // Nobody can have this address; the network stays as it is.
    }
    if (network.controller != self) {
      link.send(
          network.controller,
          new NetworkConfigRequest(network.id, metaData, revision, timestampMs),
          nowMs);
    } else if (controller != null) {
      Identity us = link.self().withoutPrivateKey();
      takeAnswer(
          network,
          controller.answer(
              new ConfigRequest(network.id, us, metaData, revision, timestampMs), nowMs),
          nowMs);
    }
  }

  private static long patience(Network network, long nowMs) {
    boolean impatient = network.policy == null && nowMs - network.joinedMs < IMPATIENT_MS;
    if (network.adHoc) {
      return REFRESH_MS;
    }
    return impatient ? ASK_SOON_AGAIN_MS : ASK_AGAIN_MS;
  }

  private void configureAdHoc(Network network, long nowMs) {
    if (AdHocConfigs.isImpossible(network.id)) {
      fail(network, NetworkStatus.State.NOT_FOUND, "");
    } else {
      AdHocConfigs.configure(network.id, self, nowMs)
          .ifPresent(config -> apply(network, config, false, nowMs));
    }
  }

  private void takeAnswer(Network network, ConfigAnswer answer, long nowMs) {
    switch (answer) {
      case ConfigAnswer.Granted(NetworkConfig config) -> apply(network, config, true, nowMs);
      case ConfigAnswer.Rejected(int code, Bytes dictionary) ->
          refused(network, code, dictionary.isEmpty() ? null : dictionary.toByteArray());
      case ConfigAnswer.Ignored() -> {}
    }
  }

  // Taking.

  /** Takes a chunk, asked for or not (03 section 1.6). */
  PacketOutcome receive(ConfigChunk chunk, boolean pushed, InboundPacket from, long nowMs) {
    Network network = networks.get(chunk.networkId());
    if (network == null) {
      return PacketOutcome.ACCEPTED;
    }
    byte[] dictionary =
        chunk.isLegacy()
            ? takeLegacy(network, chunk, from)
            : takeChunk(network, chunk, from, nowMs);
    NetworkConfig config = dictionary == null ? null : decode(dictionary);
    if (config == null) {
      return PacketOutcome.ACCEPTED;
    }
    apply(network, config, true, nowMs);
    if (pushed) {
      long updateId = chunk.isLegacy() ? from.packetId() : chunk.updateId();
      from.reply(new NetworkConfigOk(from.packetId(), network.id, updateId));
    }
    return PacketOutcome.ACCEPTED;
  }

  private byte @Nullable [] takeLegacy(Network network, ConfigChunk chunk, InboundPacket from) {
    boolean fits = chunk.data().length() < NetworkConfig.CAPACITY_BYTES;
    return from.source() == network.controller && fits ? chunk.data().toByteArray() : null;
  }

  private byte @Nullable [] takeChunk(
      Network network, ConfigChunk chunk, InboundPacket from, long nowMs) {
    if (ChunkAssembler.isOutOfBounds(chunk) || network.chunks.isDuplicate(chunk)) {
      return null;
    }
    if (from.source() != network.controller && badSignatures.isPenalized(from.source(), nowMs)) {
      link.drop(Drop.RATE_LIMITED);
      return null;
    }
    Identity signer = link.identityOf(network.controller, nowMs);
    if (signer == null || !signer.verify(chunk.signedBytes(), chunk.signature().toByteArray())) {
      link.drop(Drop.BAD_CONFIGURATION);
      badSignatures.penalize(from.source(), nowMs);
      return null;
    }
    if (chunk.propagatesFast()) {
      for (Member member : network.members.all()) {
        if (member.address != from.source() && member.address != network.controller) {
          link.send(member.address, new NetworkConfigPush(chunk), nowMs);
        }
      }
    }
    return network.chunks.accept(chunk);
  }

  private @Nullable NetworkConfig decode(byte[] dictionary) {
    try {
      return NetworkConfig.decode(dictionary);
    } catch (WireException e) {
      link.drop(Drop.BAD_CONFIGURATION);
      return null;
    }
  }

  /** Puts a configuration in force, if it is ours and says anything new. */
  ConfigOutcome apply(Network network, NetworkConfig config, boolean save, long nowMs) {
    if (config.issuedTo() != self || config.networkId() != network.id) {
      return ConfigOutcome.REFUSED;
    }
    Policy before = network.policy;
    if (before != null && before.config.equals(config)) {
      return ConfigOutcome.UNCHANGED;
    }
    boolean wasFresh = before != null && network.lastConfigMs != 0 && !network.hasFailed();
    network.enforce(new Policy(config, self), CredentialPacker.messages(config), nowMs);
    network.nextRequestMs = nowMs + REFRESH_MS;
    output.networkChanged(network.status());
    if (save) {
      output.saveState(new StateKey(StateKey.Kind.NETWORK, network.id), config.encode());
    }
    if (!wasFresh || (before != null && before.config.flags() != config.flags())) {
      announcer.announceAll(network, nowMs);
    }
    link.retryPending(nowMs);
    return ConfigOutcome.CHANGED;
  }

  /** Brings back what an earlier run has saved; it is in force but has to be asked for again. */
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

  /** Takes a refusal from a controller (03 section 1.7). */
  void receiveError(ErrorMessage error, InboundPacket from) {
    Network network = networks.get(error.networkId());
    if (network == null || from.source() != network.controller) {
      return;
    }
    boolean needsRequest =
        error.code() == ErrorMessage.OBJ_NOT_FOUND
            || error.code() == ErrorMessage.UNSUPPORTED_OPERATION;
    if (!needsRequest || error.inReVerb() == Verb.NETWORK_CONFIG_REQUEST.number()) {
      byte[] rest = error.rest().toByteArray();
      if (rest.length <= 2) {
        refused(network, error.code(), null);
        return;
      }
      var in = new WireReader(rest, 0, rest.length);
      int length = in.u16();
      if (length <= in.remaining()) {
        refused(network, error.code(), in.bytes(length));
      } else if (error.code() != ErrorMessage.NETWORK_AUTHENTICATION_REQUIRED) {
        refused(network, error.code(), null);
      }
    }
  }

  private void refused(Network network, int code, byte @Nullable [] dictionary) {
    switch (code) {
      case ErrorMessage.OBJ_NOT_FOUND, ErrorMessage.UNSUPPORTED_OPERATION ->
          fail(network, NetworkStatus.State.NOT_FOUND, "");
      case ErrorMessage.NETWORK_ACCESS_DENIED ->
          fail(network, NetworkStatus.State.ACCESS_DENIED, "");
      case ErrorMessage.NETWORK_AUTHENTICATION_REQUIRED -> needsLogin(network, dictionary);
      default -> {}
    }
  }

  private void needsLogin(Network network, byte @Nullable [] text) {
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
    if (network.fail(failure, authenticationUrl)) {
      output.networkChanged(network.status());
    }
  }

  /** Returns operating system and architecture in the words of the reference. */
  private static String platform() {
    String system = System.getProperty("os.name", "").toLowerCase(Locale.ROOT);
    String architecture = System.getProperty("os.arch", "");
    return (system.startsWith("mac") ? "macos" : system)
        + "/"
        + (architecture.equals("amd64") ? "x86_64" : architecture);
  }
}
