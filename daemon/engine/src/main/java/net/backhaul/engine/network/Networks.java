// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine.network;

import java.net.InetAddress;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import net.backhaul.engine.ConfigSource;
import net.backhaul.engine.Deadline;
import net.backhaul.engine.Deadlines;
import net.backhaul.engine.Drop;
import net.backhaul.engine.FrameBatch;
import net.backhaul.engine.LongMap;
import net.backhaul.engine.NetworkDirectory;
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
import net.backhaul.protocol.message.Message;
import net.backhaul.protocol.message.MulticastFrameOk;
import net.backhaul.protocol.message.MulticastGatherOk;
import net.backhaul.protocol.message.Verb;
import net.backhaul.protocol.network.ConfigChunk;
import net.backhaul.protocol.network.NetworkConfig;
import net.backhaul.protocol.network.Revocation;
import net.backhaul.protocol.packet.Bytes;
import net.backhaul.protocol.packet.WireReader;
import org.jspecify.annotations.Nullable;

/** The networks that this node has joined, and the requests to its own controller (03). */
public final class Networks implements PacketHandler {
  private static final long ANNOUNCE_CHECK_MS = 5_000;
  private static final long EXPIRE_EVERY_MS = 30_000;

  /** The saved state of a joined network without a configuration (03 section 1.2). */
  private static final byte[] NO_CONFIG = {'\n'};

  private final PeerLink link;
  private final Output output;
  private final long self;
  final LongMap<Network> networks = new LongMap<>();
  final MulticastAnnouncer announcer;
  final CredentialExchange credentials;
  final ConfigExchange exchange;
  final MembershipCheck membership;
  final MulticastGroups groups;
  private final ControllerProxy controllerProxy;
  private final RuleEngine rules;
  private final MulticastSender multicastSender;
  private final MulticastReceiver multicastReceiver;
  private final FrameReceiver frameReceiver;
  private final FrameSender frameSender;
  private final LongMap<Long> lastRequestsOfLeft = new LongMap<>();

  /** The same networks as an array, so that iterating them copies nothing. */
  private Network[] joined = {};

  private long nextAnnounceMs;
  private long nextExpiryMs;

  /**
   * Restores the networks of an earlier run and reports them to the output.
   *
   * @param controller answers members of this node's own networks; null without one
   */
  public Networks(
      NodeContext node,
      @Nullable ConfigSource controller,
      Map<StateKey, byte[]> saved,
      long nowMs) {
    link = node.link();
    output = node.output();
    self = link.self().address();
    announcer = new MulticastAnnouncer(link);
    credentials = new CredentialExchange(link, networks);
    var notices = new MemberNotices(announcer, credentials);
    exchange = new ConfigExchange(node, controller, networks, notices);
    controllerProxy = new ControllerProxy(link, controller, node.random());
    membership = new MembershipCheck(link, announcer, credentials, controllerProxy);
    rules = new RuleEngine(link, node.random());
    multicastSender = new MulticastSender(node, networks, rules, credentials, announcer);
    groups = multicastSender.groups();
    multicastReceiver = new MulticastReceiver(node, networks, membership, rules, multicastSender);
    frameReceiver = new FrameReceiver(node, networks, membership, rules);
    frameSender = new FrameSender(node, rules, credentials, multicastSender);
    nextAnnounceMs = nowMs + ANNOUNCE_CHECK_MS;
    nextExpiryMs = nowMs + EXPIRE_EVERY_MS;
    restore(saved, nowMs);
  }

  private void restore(Map<StateKey, byte[]> saved, long nowMs) {
    saved.forEach(
        (key, bytes) -> {
          if (key.kind() == StateKey.Kind.NETWORK) {
            var network = new Network(key.id(), self, nowMs);
            network.members.limit(link.maxMembers());
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

  // Requests of the host.

  /** Joins a network, or returns the state of one that was joined before. */
  public NetworkStatus join(long networkId, long nowMs) {
    return join(networkId, "", nowMs);
  }

  /**
   * Joins a network likewise with a join token (03 section 1.5), which is sent until there is a
   * configuration, and not saved.
   *
   * @param token empty for none; then one that was given before stays
   */
  public NetworkStatus join(long networkId, String token, long nowMs) {
    Network network = networks.get(networkId);
    if (network != null && !token.isEmpty() && (network.policy == null || network.hasFailed())) {
      network.joinToken = token;
      network.requestSoon(nowMs);
      exchange.requestIfDue(network, nowMs);
    }
    if (network == null) {
      network = new Network(networkId, self, nowMs);
      network.members.limit(link.maxMembers());
      network.joinToken = token;
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

  /** Leaves a network; its device and its saved state are removed. */
  public void leave(long networkId, long nowMs) {
    Network network = networks.get(networkId);
    if (network != null) {
      lastRequestsOfLeft.put(networkId, network.lastRequestMs);
      networks.remove(networkId);
      joined = networks.values().toArray(Network[]::new);
      rules.clearVerdicts();
      output.saveState(new StateKey(StateKey.Kind.NETWORK, networkId), null);
      output.networkLeft(networkId);
    }
  }

  /** Sets the multicast groups of the host on a network (03 section 7.2). */
  public void subscribe(long networkId, List<MulticastGroup> groups, long nowMs) {
    Network network = networks.get(networkId);
    if (network != null) {
      announcer.announce(network, network.subscribe(groups), nowMs);
    }
  }

  /** Records whether the device of a network could not be set up (03 section 1.3). */
  public void deviceFailed(long networkId, boolean failed, long nowMs) {
    Network network = networks.get(networkId);
    if (network != null && network.deviceFailed(failed)) {
      output.networkChanged(network.status());
    }
  }

  /** Sends frames from the device of a network; their bytes are overwritten. */
  public void sendFrames(long networkId, FrameBatch frames, long nowMs) {
    Network network = networks.get(networkId);
    if (network == null) {
      for (int i = 0; i < frames.count(); i++) {
        link.drop(Drop.UNKNOWN_NETWORK);
      }
      return;
    }
    frameSender.send(network, frames, nowMs);
  }

  // Requests of the controller on this node.

  /**
   * Sends a member a configuration that it did not request and returns its update id, or applies it
   * if that is us and returns 0.
   */
  public long pushConfig(long member, NetworkConfig config, long nowMs) {
    if (member != self) {
      return controllerProxy.push(member, config, nowMs);
    }
    Network network = networks.get(config.networkId());
    if (network != null) {
      exchange.apply(network, config, true, nowMs);
    }
    return 0;
  }

  /** Sends an update of the directory of a network to members, one of which may be us. */
  public void pushDirectory(long networkId, Bytes update, List<Long> members, long nowMs) {
    controllerProxy.pushDirectory(
        networkId, update, members.stream().filter(each -> each != self).toList(), nowMs);
    Network network = networks.get(networkId);
    if (network != null && members.contains(self)) {
      exchange.applyDirectory(network, update, nowMs);
    }
  }

  /**
   * Sends revocations to members in one message, {@link Revocation#MAX_PER_MESSAGE} at most, and
   * applies them here (03 section 4.6).
   */
  public void revoke(List<Revocation> revocations, List<Long> members, long nowMs) {
    Message message = CredentialExchange.message(revocations);
    for (long member : members) {
      if (member != self) {
        link.send(member, message, nowMs);
      }
    }
    revocations.forEach(each -> credentials.accept(each, self, nowMs));
  }

  // Status.

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

  /** Sets whether controllers send directories to this node; initially they do not. */
  public void readsDirectories(boolean reads) {
    exchange.readsDirectories(reads);
  }

  /** Sets the name of the host that requests state; initially, and if it is empty, none. */
  public void hostName(String name) {
    exchange.hostName(name);
  }

  /** Returns the directory of a network, empty without one. */
  public Optional<NetworkDirectory> directory(long networkId) {
    return Optional.ofNullable(networks.get(networkId))
        .map(network -> network.directory.snapshot(networkId));
  }

  @Override
  public boolean isManagedAddress(InetAddress address) {
    for (Network network : joined) {
      Policy policy = network.policy;
      if (policy != null) {
        for (IpPrefix prefix : policy.config.addresses()) {
          // A prefix of 0 bits is a default route: it contains the endpoints of all paths, that to
          // the controller included.
          if (prefix.bits() > 0 && prefix.contains(address)) {
            return true;
          }
        }
      }
    }
    return false;
  }

  // Time.

  /** Applies the options of the node that concern networks. */
  public void optionsChanged() {
    networks.values().forEach(network -> network.members.limit(link.maxMembers()));
  }

  /**
   * Does the work whose deadline has come. Calling early or late is harmless. Deadlines move before
   * the work is done, so that an internal error does not make it due again at once.
   */
  public void advance(long nowMs) {
    boolean announce = nowMs >= nextAnnounceMs;
    boolean expire = nowMs >= nextExpiryMs;
    if (announce) {
      nextAnnounceMs = nowMs + ANNOUNCE_CHECK_MS;
    }
    if (expire) {
      nextExpiryMs = nowMs + EXPIRE_EVERY_MS;
    }
    for (Network network : joined) {
      try {
        advance(network, announce, expire, nowMs);
      } catch (RuntimeException e) {
        link.internalError("keeping a network up to date", e);
      }
    }
    multicastSender.advance(nowMs);
    credentials.advance(nowMs);
    if (expire) {
      groups.expire(nowMs);
      controllerProxy.expire(nowMs);
    }
  }

  private void advance(Network network, boolean announce, boolean expire, long nowMs) {
    exchange.requestIfDue(network, nowMs);
    if (announce) {
      announcer.announceToDue(network, nowMs);
    }
    if (expire) {
      network.expireBridgedGroups(nowMs);
    }
  }

  /** Enters into the node's table when {@link #advance} has something to do. */
  public void updateDeadlines(Deadlines deadlines) {
    long requestMs = Deadlines.NEVER;
    for (Network network : joined) {
      requestMs = Math.min(requestMs, network.nextRequestMs);
    }
    deadlines.set(Deadline.CONFIG_REQUEST, requestMs);
    deadlines.set(
        Deadline.MULTICAST_ANNOUNCEMENT, joined.length == 0 ? Deadlines.NEVER : nextAnnounceMs);
    deadlines.set(Deadline.CREDENTIALS_REPEAT, credentials.nextDeadlineMs());
    deadlines.set(Deadline.MULTICAST_PENDING, multicastSender.nextDeadlineMs());
    deadlines.set(Deadline.NETWORK_EXPIRY, nextExpiryMs);
  }

  // Packets of peers.

  @Override
  public PacketOutcome receive(InboundPacket packet, Verb verb) {
    return switch (verb) {
      case FRAME -> frameReceiver.receiveFrame(packet);
      case EXT_FRAME -> frameReceiver.receiveExtFrame(packet);
      case MULTICAST_FRAME -> multicastReceiver.receiveFrame(packet);
      case MULTICAST_LIKE -> multicastReceiver.receiveLike(packet);
      case MULTICAST_GATHER -> multicastReceiver.receiveGather(packet);
      case NETWORK_CREDENTIALS -> credentials.receive(packet);
      case NETWORK_CONFIG_REQUEST -> controllerProxy.receive(packet);
      case NETWORK_CONFIG -> exchange.receive(ConfigChunk.read(packet.payload()), true, packet);
      default -> PacketOutcome.IGNORED;
    };
  }

  @Override
  public PacketOutcome receiveOk(InboundPacket packet, Verb inReVerb) {
    WireReader in = packet.okBody();
    long inRePacketId = packet.inRePacketId();
    switch (inReVerb) {
      case NETWORK_CONFIG_REQUEST -> exchange.receive(ConfigChunk.read(in), false, packet);
      case ECHO -> controllerProxy.receiveAcknowledgement(packet);
      case MULTICAST_GATHER ->
          multicastReceiver.receiveGatherOk(
              MulticastGatherOk.read(inRePacketId, in), packet.nowMs());
      case MULTICAST_FRAME ->
          multicastReceiver.receiveFrameOk(MulticastFrameOk.read(inRePacketId, in), packet);
      default -> {}
    }
    return PacketOutcome.ACCEPTED;
  }

  @Override
  public PacketOutcome receiveError(InboundPacket packet, ErrorMessage error) {
    switch (error.code()) {
      case ErrorMessage.NEED_MEMBERSHIP_CERTIFICATE -> {
        Network network = networks.get(error.networkId());
        if (network != null) {
          credentials.sendOnRequest(network, packet.source(), packet.nowMs());
        }
      }
      case ErrorMessage.UNWANTED_MULTICAST -> multicastReceiver.receiveUnwanted(error, packet);
      default -> exchange.receiveError(error, packet);
    }
    return PacketOutcome.ACCEPTED;
  }
}
