// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine.network;

import java.net.InetAddress;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;
import net.backhaul.engine.ConfigSource;
import net.backhaul.engine.FrameBatch;
import net.backhaul.engine.LongMap;
import net.backhaul.engine.NetworkStatus;
import net.backhaul.engine.NetworkTraffic;
import net.backhaul.engine.Output;
import net.backhaul.engine.StateKey;
import net.backhaul.engine.peer.InboundPacket;
import net.backhaul.engine.peer.PacketHandler;
import net.backhaul.engine.peer.PacketOutcome;
import net.backhaul.engine.peer.PeerLink;
import net.backhaul.protocol.address.IpPrefix;
import net.backhaul.protocol.ethernet.MulticastGroup;
import net.backhaul.protocol.message.ErrorMessage;
import net.backhaul.protocol.message.MulticastFrameOk;
import net.backhaul.protocol.message.MulticastGatherOk;
import net.backhaul.protocol.message.Verb;
import net.backhaul.protocol.network.ConfigChunk;
import net.backhaul.protocol.network.NetworkConfig;
import net.backhaul.protocol.network.Revocation;
import net.backhaul.protocol.packet.WireReader;
import org.jspecify.annotations.Nullable;

/** The networks that this node is a member of, and the requests of members of its own (03). */
public final class Networks implements PacketHandler {
  private static final long ANNOUNCE_CHECK_MS = 5_000;
  private static final long CLEAN_EVERY_MS = 30_000;

  /** What marks a network as joined that has no configuration yet (03 section 1.2). */
  private static final byte[] NO_CONFIG = {'\n'};

  private final Output output;
  private final long self;
  private final PeerLink peers;
  final LongMap<Network> networks = new LongMap<>();
  final MulticastGroups groups;
  final MembershipCheck membership;
  final CredentialExchange credentials;
  final ConfigExchange exchange;
  final MulticastAnnouncer announcer;
  private final ControllerProxy controllerProxy;
  private final MulticastSender multicastSender;
  private final MulticastReceiver multicastReceiver;
  private final RuleEngine rules;
  private final FrameReceiver frameReceiver;
  private final FrameSender frameSender;
  private final LongMap<Long> lastRequestsOfLeft = new LongMap<>();

  /** All networks again: to go through them makes no copy. */
  private Network[] joined = {};

  private long nextAnnounceMs;
  private long nextCleanMs;

  /**
   * Brings back the networks of an earlier run and says so to the output.
   *
   * @param controller what answers members of our own networks; null where nothing does
   */
  public Networks(
      PeerLink peers,
      Output output,
      @Nullable ConfigSource controller,
      RandomGenerator random,
      Map<StateKey, byte[]> saved,
      long nowMs) {
    this.output = output;
    this.peers = peers;
    self = peers.self().address();
    announcer = new MulticastAnnouncer(peers);
    membership = new MembershipCheck(peers, announcer);
    credentials = new CredentialExchange(peers, networks);
    exchange = new ConfigExchange(peers, output, controller, networks, announcer);
    controllerProxy = new ControllerProxy(peers, controller, random);
    rules = new RuleEngine(peers, random);
    groups = new MulticastGroups(peers);
    var neighbors = new NeighborDiscovery(output, self);
    multicastSender =
        new MulticastSender(
            peers, random, networks, rules, credentials, announcer, neighbors, groups);
    multicastReceiver =
        new MulticastReceiver(
            peers,
            output,
            random,
            networks,
            membership,
            credentials,
            controllerProxy,
            rules,
            multicastSender,
            groups);
    frameReceiver = new FrameReceiver(peers, output, networks, membership, credentials, rules);
    frameSender = new FrameSender(peers, output, random, rules, credentials, multicastSender);
    nextAnnounceMs = nowMs + ANNOUNCE_CHECK_MS;
    nextCleanMs = nowMs + CLEAN_EVERY_MS;
    restore(saved, nowMs);
  }

  private void restore(Map<StateKey, byte[]> saved, long nowMs) {
    saved.forEach(
        (key, bytes) -> {
          if (key.kind() == StateKey.Kind.NETWORK) {
            var network = new Network(key.id(), self, nowMs);
            add(network);
            exchange.restore(network, bytes);
          }
        });
    for (Network network : joined) {
      output.networkChanged(network.status());
    }
  }

  private void add(Network network) {
    networks.put(network.id, network);
    joined = networks.values().toArray(Network[]::new);
  }

  // What comes from this machine.

  /** Joins a network, or returns the state of one that was joined before. */
  public NetworkStatus join(long networkId, long nowMs) {
    Network network = networks.get(networkId);
    if (network == null) {
      network = new Network(networkId, self, nowMs);
      add(network);
      Long lastRequestMs = lastRequestsOfLeft.get(networkId);
      if (lastRequestMs != null) {
        network.nextRequestMs = Math.max(nowMs, lastRequestMs + Network.REQUEST_SPACING_MS);
        lastRequestsOfLeft.remove(networkId);
      }
      output.saveState(new StateKey(StateKey.Kind.NETWORK, networkId), NO_CONFIG);
      output.networkChanged(network.status());
      exchange.requestIfDue(network, nowMs);
    }
    return network.status();
  }

  /** Leaves a network for good: its device and its saved state go. */
  public void leave(long networkId, long nowMs) {
    Network network = networks.get(networkId);
    if (network != null) {
      lastRequestsOfLeft.put(networkId, network.lastRequestMs);
      networks.remove(networkId);
      joined = networks.values().toArray(Network[]::new);
      output.saveState(new StateKey(StateKey.Kind.NETWORK, networkId), null);
      output.networkLeft(networkId);
    }
  }

  /** Says which groups the host listens to on a network (03 section 7.2). */
  public void subscribe(long networkId, List<MulticastGroup> groups, long nowMs) {
    Network network = networks.get(networkId);
    if (network != null) {
      announcer.announce(network, network.subscribe(groups), nowMs);
    }
  }

  /** Says whether the device of a network could not be set up (03 section 1.3). */
  public void portFailed(long networkId, boolean failed, long nowMs) {
    Network network = networks.get(networkId);
    if (network != null && network.portFailed(failed)) {
      output.networkChanged(network.status());
    }
  }

  /** Sends frames from the device of a network; their bytes are clobbered. */
  public void sendFrames(long networkId, FrameBatch frames, long nowMs) {
    Network network = networks.get(networkId);
    if (network != null) {
      rules.forgetVerdicts();
      frameSender.send(network, frames, nowMs);
    }
  }

  /** Says that what is received from now on was read together. */
  public void batchBegins() {
    rules.forgetVerdicts();
  }

  // What comes from the controller beside us.

  /** Sends a member a configuration that it did not ask for, or takes it if the member is us. */
  public void pushConfig(long member, NetworkConfig config, long nowMs) {
    if (member != self) {
      controllerProxy.push(member, config, nowMs);
      return;
    }
    Network network = networks.get(config.networkId());
    if (network != null) {
      exchange.apply(network, config, true, nowMs);
    }
  }

  /** Tells members that a credential is void, ourselves among them (03 section 4.6). */
  public void revoke(Revocation revocation, List<Long> members, long nowMs) {
    for (long member : members) {
      if (member != self) {
        peers.send(member, CredentialExchange.alone(revocation), nowMs);
      }
    }
    credentials.accept(revocation, self, nowMs);
  }

  // What can be asked.

  /** Returns the state of all joined networks by ascending id. */
  public List<NetworkStatus> statuses() {
    return networks.values().stream()
        .map(Network::status)
        .sorted(Comparator.comparing(NetworkStatus::networkId, Long::compareUnsigned))
        .toList();
  }

  /** Returns the counters of all joined networks by ascending id. */
  public List<NetworkTraffic> traffic() {
    return networks.values().stream()
        .map(network -> network.counters.snapshot(network.id))
        .sorted(Comparator.comparing(NetworkTraffic::networkId, Long::compareUnsigned))
        .toList();
  }

  /** Returns the state of a network, empty for one that is not joined. */
  public Optional<NetworkStatus> status(long networkId) {
    return Optional.ofNullable(networks.get(networkId)).map(Network::status);
  }

  @Override
  public boolean isManagedAddress(InetAddress address) {
    for (Network network : joined) {
      Policy policy = network.policy;
      if (policy != null) {
        for (IpPrefix prefix : policy.config.addresses()) {
          // Nothing but a default route covers an address with no bits: that says nothing of where
          // it is, and all paths are in it, that to the controller included.
          if (prefix.bits() > 0 && prefix.contains(address)) {
            return true;
          }
        }
      }
    }
    return false;
  }

  // Time.

  /** Does what is due. Calling early or late is harmless. */
  public void advance(long nowMs) {
    boolean announce = nowMs >= nextAnnounceMs;
    boolean clean = nowMs >= nextCleanMs;
    for (Network network : joined) {
      exchange.requestIfDue(network, nowMs);
      if (announce) {
        announcer.announceWhereDue(network, nowMs);
      }
      if (clean) {
        network.forgetOldBridgedGroups(nowMs);
      }
    }
    multicastSender.advance(nowMs);
    if (announce) {
      nextAnnounceMs = nowMs + ANNOUNCE_CHECK_MS;
    }
    if (clean) {
      nextCleanMs = nowMs + CLEAN_EVERY_MS;
      groups.clean(nowMs);
      controllerProxy.forgetOld(nowMs);
    }
  }

  /** Returns when {@link #advance} has something to do. */
  public long nextDeadlineMs() {
    long next = Math.min(nextCleanMs, multicastSender.nextDeadlineMs());
    for (Network network : joined) {
      next = Math.min(next, Math.min(nextAnnounceMs, network.nextRequestMs));
    }
    return next;
  }

  // What comes from peers.

  @Override
  public PacketOutcome receive(InboundPacket packet, Verb verb) {
    long nowMs = packet.nowMs();
    if (verb == Verb.NETWORK_CREDENTIALS) {
      rules.forgetVerdicts();
    }
    return switch (verb) {
      case FRAME ->
          frameReceiver.receiveFrame(
              packet.bytes(), packet.payloadStart(), packet.payloadLength(), packet, nowMs);
      case EXT_FRAME ->
          frameReceiver.receiveExtFrame(
              packet.bytes(), packet.payloadStart(), packet.payloadLength(), packet, nowMs);
      case MULTICAST_FRAME ->
          multicastReceiver.receiveFrame(
              packet.bytes(), packet.payloadStart(), packet.payloadLength(), packet, nowMs);
      case MULTICAST_LIKE -> multicastReceiver.receiveLike(packet.payload(), packet, nowMs);
      case MULTICAST_GATHER -> multicastReceiver.receiveGather(packet.payload(), packet, nowMs);
      case NETWORK_CREDENTIALS -> credentials.receive(packet.payload(), packet, nowMs);
      case NETWORK_CONFIG_REQUEST -> controllerProxy.receive(packet.payload(), packet, nowMs);
      case NETWORK_CONFIG -> {
        ConfigChunk chunk = ConfigChunk.read(packet.payload());
        yield exchange.receive(chunk, true, packet, nowMs);
      }
      default -> PacketOutcome.IGNORED;
    };
  }

  @Override
  public PacketOutcome receiveOk(InboundPacket packet, Verb inReVerb) {
    long nowMs = packet.nowMs();
    long inRePacketId = packet.inRePacketId();
    WireReader in = packet.okBody();
    switch (inReVerb) {
      case NETWORK_CONFIG_REQUEST -> exchange.receive(ConfigChunk.read(in), false, packet, nowMs);
      case MULTICAST_GATHER ->
          multicastReceiver.receiveGatherOk(MulticastGatherOk.read(inRePacketId, in), nowMs);
      case MULTICAST_FRAME ->
          multicastReceiver.receiveFrameOk(MulticastFrameOk.read(inRePacketId, in), packet, nowMs);
      default -> {}
    }
    return PacketOutcome.ACCEPTED;
  }

  @Override
  public PacketOutcome receiveError(InboundPacket packet, ErrorMessage error) {
    long nowMs = packet.nowMs();
    switch (error.code()) {
      case ErrorMessage.NEED_MEMBERSHIP_CERTIFICATE -> {
        Network network = networks.get(error.networkId());
        if (network != null) {
          credentials.showOnRequest(network, packet.source(), nowMs);
        }
      }
      case ErrorMessage.UNWANTED_MULTICAST ->
          multicastReceiver.receiveUnwanted(error, packet, nowMs);
      default -> exchange.receiveError(error, packet);
    }
    return PacketOutcome.ACCEPTED;
  }
}
