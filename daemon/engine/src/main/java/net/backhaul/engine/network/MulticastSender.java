// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine.network;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.random.RandomGenerator;
import net.backhaul.engine.Drop;
import net.backhaul.engine.LongMap;
import net.backhaul.engine.peer.PacketRun;
import net.backhaul.engine.peer.PeerLink;
import net.backhaul.protocol.ethernet.EtherTypes;
import net.backhaul.protocol.ethernet.Macs;
import net.backhaul.protocol.ethernet.MulticastGroup;
import net.backhaul.protocol.message.MulticastFrame;
import net.backhaul.protocol.message.MulticastGather;
import net.backhaul.protocol.network.NetworkConfig;
import net.backhaul.protocol.packet.Bytes;
import net.backhaul.protocol.packet.Packets;
import net.backhaul.protocol.packet.WireWriter;

/** Sends frames to multicast groups and finds their members (03 section 7.7). */
final class MulticastSender {
  /** The longest frame that fits into a packet with all fields before it. */
  static final int MAX_DATA_BYTES = Packets.MAX_FRAME_DATA_BYTES;

  private static final long GATHER_EVERY_MS = 60_000;
  private static final long LOW_BANDWIDTH_GATHER_EVERY_MS = 180_000;
  private static final int MAX_GATHERERS = 16;
  private static final long REPLICATOR_ALIVE_MS = 500_000;

  /** A member may subscribe a moment after the first MULTICAST_GATHER: retry a few times. */
  private static final long GATHER_RETRY_MS = 250;

  private static final int MAX_GATHER_RETRIES = 3;
  private static final int MAX_RETRYING_GROUPS_OF_NETWORK = 256;

  private static final long SOLICITED_NODE = 0x3333_ff00_0000L;
  private static final int ARP_MIN_BYTES = 28;
  private static final int ARP_TARGET_IP = 24;

  private final PeerLink link;
  private final RandomGenerator random;
  private final LongMap<Network> networks;
  private final RuleEngine rules;
  private final CredentialExchange credentials;
  private final MulticastAnnouncer announcer;
  private final NeighborDiscovery neighbors;
  private final MulticastGroups groups;
  private final long self;
  private final FrameView copyView = new FrameView();
  private final List<GatherRetry> retries = new ArrayList<>();

  /** A group without known members for which a frame is pending. */
  private static final class GatherRetry {
    final long networkId;
    final MulticastGroup group;
    long nextMs;
    int gathers;

    GatherRetry(MulticastGroups.Group group, long nextMs) {
      this.networkId = group.networkId;
      this.group = group.name;
      this.nextMs = nextMs;
    }
  }

  MulticastSender(
      NodeContext node,
      LongMap<Network> networks,
      RuleEngine rules,
      CredentialExchange credentials,
      MulticastAnnouncer announcer) {
    this.link = node.link();
    this.random = node.random();
    this.networks = networks;
    this.rules = rules;
    this.credentials = credentials;
    this.announcer = announcer;
    this.neighbors = new NeighborDiscovery(node);
    this.groups = new MulticastGroups(link);
    this.self = link.self().address();
  }

  /** Returns the known members of groups, which frames are sent to. */
  MulticastGroups groups() {
    return groups;
  }

  /** Sends a frame from the device whose destination has the group bit. */
  void send(FrameView frame) {
    Policy policy = frame.policy;
    MulticastGroup group;
    if (frame.destinationMac() == Macs.BROADCAST && isArpRequest(frame)) {
      group = new MulticastGroup(Macs.BROADCAST, (int) frame.u32(ARP_TARGET_IP));
    } else if (frame.destinationMac() == Macs.BROADCAST) {
      if (!policy.config.broadcastEnabled()) {
        frame.drop(link, Drop.MULTICAST_DISABLED);
        return;
      }
      group = MulticastGroup.BROADCAST;
    } else if (neighbors.answer(frame)) {
      return;
    } else {
      group = new MulticastGroup(frame.destinationMac(), 0);
    }
    if (policy.multicastLimit == 0) {
      frame.drop(link, Drop.MULTICAST_DISABLED);
      return;
    }
    if (frame.isBridged && frame.network.recordBridged(group, frame.nowMs)) {
      announcer.announce(frame.network, List.of(group), frame.nowMs);
    }
    frame.outbound(self, 0, null);
    if (rules.acceptsOutbound(frame, false)) {
      frame.network.counters.sent(true, 1);
      distribute(frame, group, 0);
    }
  }

  private static boolean isArpRequest(FrameView frame) {
    return frame.etherType() == EtherTypes.ARP
        && frame.length() >= ARP_MIN_BYTES
        && frame.u16(2) == EtherTypes.IPV4
        && frame.u8(4) == 6
        && frame.u8(5) == 4
        && frame.u8(7) == 1;
  }

  /**
   * Sends a frame to a group, or to the replicator that does so for us.
   *
   * @param origin the member that sent the frame to us to be replicated, or 0 for the device
   */
  void distribute(FrameView frame, MulticastGroup group, long origin) {
    if (frame.length() > MAX_DATA_BYTES) {
      frame.drop(link, Drop.FRAME_TOO_LONG);
      return;
    }
    Policy policy = frame.policy;
    byte[] data = Arrays.copyOfRange(frame.array(), frame.at(0), frame.at(frame.length()));
    long replicator = policy.amBridge ? 0 : bestReplicator(policy.config, frame.nowMs);
    if (replicator != 0) {
      sendToReplicator(frame, group, data, replicator);
      return;
    }
    MulticastGroups.Group known = groups.toSend(frame.network.id, group);
    int members = known.memberCount();
    int limit = policy.multicastLimit;
    boolean enough = members >= limit;
    // The source MAC goes along unless it is the sender's own (03 section 7.6).
    var message =
        new MulticastFrame(
            frame.network.id,
            false,
            null,
            enough ? 1 : limit - members + 1L,
            origin != 0 || frame.isBridged ? frame.sourceMac() : 0,
            group.mac(),
            group.adi(),
            frame.etherType(),
            Bytes.of(data));
    var outbound = new OutboundMulticast(message, data, limit, frame.nowMs);
    if (!enough) {
      gatherIfDue(frame, known);
      groups.addPending(known, outbound);
      if (origin != 0) {
        outbound.mark(origin);
      }
    }
    for (long bridge : policy.bridges()) {
      // The reference includes the origin where members are few, which does no harm.
      if (bridge != self && bridge != origin && outbound.mark(bridge)) {
        copy(frame.network, outbound, bridge, frame.nowMs);
      }
    }
    for (int i = 0; i < members && !outbound.isAtLimit(); i++) {
      long member = known.drawMember(i, random);
      if (member != origin && !policy.isActiveBridge(member) && outbound.mark(member)) {
        copy(frame.network, outbound, member, frame.nowMs);
      }
    }
    groups.expirePending(known, frame.nowMs);
  }

  private void sendToReplicator(
      FrameView frame, MulticastGroup group, byte[] data, long replicator) {
    var message =
        new MulticastFrame(
            frame.network.id,
            true,
            null,
            0,
            frame.sourceMac(),
            group.mac(),
            group.adi(),
            frame.etherType(),
            Bytes.of(data));
    copy(
        frame.network,
        new OutboundMulticast(message, data, 1, frame.nowMs),
        replicator,
        frame.nowMs);
  }

  private long bestReplicator(NetworkConfig config, long nowMs) {
    List<Long> replicators = config.replicators();
    if (replicators.isEmpty() || replicators.contains(self)) {
      return 0;
    }
    long best = 0;
    int bestLatencyMs = Integer.MAX_VALUE;
    for (long replicator : replicators) {
      int latencyMs = link.latencyMs(replicator, nowMs);
      if (nowMs - link.lastReceiveMs(replicator) < REPLICATOR_ALIVE_MS
          && latencyMs >= 0
          && latencyMs < bestLatencyMs) {
        best = replicator;
        bestLatencyMs = latencyMs;
      }
    }
    return best;
  }

  /** Sends one copy, if the rules admit it for this recipient. */
  private void copy(Network network, OutboundMulticast frame, long to, long nowMs) {
    Policy policy = network.policy;
    if (policy == null) {
      return;
    }
    MulticastFrame message = frame.message();
    byte[] data = frame.data();
    Member member = network.members.touch(to, nowMs);
    copyView.begin(network, policy, nowMs);
    copyView.wrap(data, 0, data.length);
    long source = message.sourceMac() == 0 ? network.mac : message.sourceMac();
    copyView.ethernet(message.destinationMac(), source, message.etherType());
    copyView.outbound(self, to, member);
    if (!rules.acceptsOutbound(copyView, true)) {
      return;
    }
    credentials.sendIfDue(network, member, nowMs);
    if ((policy.config.flags() & NetworkConfig.FLAG_NO_COMPRESSION) == 0) {
      link.send(to, message, nowMs);
      return;
    }
    var out = new WireWriter().bytes(new byte[Packets.HEADER_BYTES]);
    message.writeTo(out);
    byte[] bytes = out.toByteArray();
    int length = bytes.length - Packets.HEADER_BYTES;
    var packet = new PacketRun().to(to, message.verb());
    link.send(packet.wrapPayload(bytes, Packets.HEADER_BYTES, length), nowMs);
  }

  // Finding members.

  private void gatherIfDue(FrameView frame, MulticastGroups.Group group) {
    boolean unknown = !group.hasMembers();
    long everyMs = link.lowBandwidth() ? LOW_BANDWIDTH_GATHER_EVERY_MS : GATHER_EVERY_MS;
    if (unknown || frame.nowMs - group.lastGatherMs >= everyMs) {
      gather(frame.network, frame.policy, group, frame.nowMs);
      if (unknown && expectsReply(group.name)) {
        retryGather(group, frame.nowMs);
      }
    }
  }

  private void gather(Network network, Policy policy, MulticastGroups.Group group, long nowMs) {
    group.lastGatherMs = nowMs;
    var gatherers = new LinkedHashSet<Long>();
    gatherers.add(link.bestUpstreamAddress(nowMs));
    if (!network.adHoc) {
      gatherers.add(network.controller);
    }
    long[] others =
        policy.config.specialists().stream()
            .filter(one -> (one & (NetworkConfig.ANCHOR | NetworkConfig.REPLICATOR)) != 0)
            .mapToLong(one -> one & 0xff_ffff_ffffL)
            .toArray();
    LongArrays.shuffle(others, random);
    for (long other : others) {
      gatherers.add(other);
    }
    gatherers.remove(0L);
    gatherers.remove(self);
    long wanted = Math.max(1, policy.multicastLimit - group.memberCount() + 1L);
    var request = new MulticastGather(network.id, group.name, wanted, policy.com);
    gatherers.stream().limit(MAX_GATHERERS).forEach(to -> link.send(to, request, nowMs));
  }

  /** Returns whether frames to a group resolve one address; other groups may have no members. */
  private static boolean expectsReply(MulticastGroup group) {
    return group.adi() != 0 || group.mac() >>> 24 == SOLICITED_NODE >>> 24;
  }

  private void retryGather(MulticastGroups.Group group, long nowMs) {
    int ofNetwork = 0;
    for (GatherRetry retry : retries) {
      if (retry.networkId == group.networkId) {
        if (retry.group.equals(group.name)) {
          return;
        }
        ofNetwork++;
      }
    }
    if (ofNetwork < MAX_RETRYING_GROUPS_OF_NETWORK) {
      retries.add(new GatherRetry(group, nowMs + GATHER_RETRY_MS));
    }
  }

  /** Retries MULTICAST_GATHER for groups that had no members. */
  void advance(long nowMs) {
    retries.removeIf(retry -> nowMs >= retry.nextMs && retry(retry, nowMs));
  }

  private boolean retry(GatherRetry retry, long nowMs) {
    try {
      return isDone(retry, nowMs);
    } catch (RuntimeException e) {
      link.internalError("gathering the members of a group", e);
      return true;
    }
  }

  private boolean isDone(GatherRetry retry, long nowMs) {
    Network network = networks.get(retry.networkId);
    Policy policy = network == null ? null : network.policy;
    MulticastGroups.Group group = groups.get(retry.networkId, retry.group);
    if (network == null || policy == null || group == null || group.hasMembers()) {
      return true;
    }
    boolean unsent =
        group.pending().stream().anyMatch(frame -> !frame.isExpired(nowMs) && frame.isUnsent());
    if (!unsent) {
      return true;
    }
    gather(network, policy, group, nowMs);
    retry.gathers++;
    retry.nextMs = nowMs + (GATHER_RETRY_MS << retry.gathers);
    return retry.gathers == MAX_GATHER_RETRIES;
  }

  long nextDeadlineMs() {
    long next = Long.MAX_VALUE;
    for (GatherRetry retry : retries) {
      next = Math.min(next, retry.nextMs);
    }
    return next;
  }

  /** Records a member of a group; a new one gets the pending frames. */
  void addMember(long networkId, MulticastGroup group, long member, long nowMs) {
    if (!groups.add(networkId, group, member, nowMs)) {
      return;
    }
    Network network = networks.get(networkId);
    MulticastGroups.Group known = groups.get(networkId, group);
    if (network == null || known == null) {
      return;
    }
    for (OutboundMulticast frame : known.pending()) {
      if (!frame.isExpired(nowMs) && !frame.isAtLimit() && frame.mark(member)) {
        copy(network, frame, member, nowMs);
      }
    }
    groups.expirePending(known, nowMs);
  }
}
