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

/** Sends frames to multicast groups, and finds their members (03 section 7.7). */
final class MulticastSender {
  /** The longest frame that fits into a packet with all fields before it. */
  static final int MAX_DATA_BYTES = Packets.MAX_SENT_BYTES - Packets.HEADER_BYTES - 31;

  private static final long GATHER_EVERY_MS = 60_000;
  private static final int MAX_GATHERERS = 16;
  private static final long REPLICATOR_ALIVE_MS = 500_000;

  /** Whoever was asked may hear of a new member a moment later: ask again, a few times. */
  private static final long GATHER_AGAIN_MS = 250;

  private static final int MAX_GATHERS_AGAIN = 3;
  private static final int MAX_SEARCHES = 256;

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
  private final List<GatherRetry> searches = new ArrayList<>();

  /** A group without known members, to which a frame waits to be sent. */
  private static final class GatherRetry {
    final long networkId;
    final MulticastGroup group;
    long nextMs;
    int gathers;

    GatherRetry(long networkId, MulticastGroup group, long nextMs) {
      this.networkId = networkId;
      this.group = group;
      this.nextMs = nextMs;
    }
  }

  MulticastSender(
      PeerLink link,
      RandomGenerator random,
      LongMap<Network> networks,
      RuleEngine rules,
      CredentialExchange credentials,
      MulticastAnnouncer announcer,
      NeighborDiscovery neighbors,
      MulticastGroups groups) {
    this.link = link;
    this.random = random;
    this.networks = networks;
    this.rules = rules;
    this.credentials = credentials;
    this.announcer = announcer;
    this.neighbors = neighbors;
    this.groups = groups;
    this.self = link.self().address();
  }

  /** Sends a frame from the device, whose destination has the group bit. */
  void send(Network network, Policy policy, FrameView frame, boolean bridged, long nowMs) {
    MulticastGroup group;
    if (frame.destinationMac == Macs.BROADCAST && isArpRequest(frame)) {
      group = new MulticastGroup(Macs.BROADCAST, (int) frame.u32(ARP_TARGET_IP));
    } else if (frame.destinationMac == Macs.BROADCAST) {
      if (!policy.config.broadcastEnabled()) {
        return;
      }
      group = MulticastGroup.BROADCAST;
    } else if (neighbors.answer(network, policy, frame)) {
      return;
    } else {
      group = new MulticastGroup(frame.destinationMac, 0);
    }
    if (policy.multicastLimit == 0) {
      return;
    }
    if (bridged && network.recordBridged(group, nowMs)) {
      announcer.announce(network, List.of(group), nowMs);
    }
    frame.outbound(self, 0, null);
    if (rules.admitsOutbound(network.id, policy, frame, false, nowMs)) {
      long sourceMac = bridged ? frame.sourceMac : 0;
      byte[] data = Arrays.copyOfRange(frame.array(), frame.at(0), frame.at(frame.length()));
      distribute(network, policy, group, 0, sourceMac, frame.etherType, data, nowMs);
    }
  }

  private static boolean isArpRequest(FrameView frame) {
    return frame.etherType == EtherTypes.ARP
        && frame.length() >= ARP_MIN_BYTES
        && frame.u16(2) == EtherTypes.IPV4
        && frame.u8(4) == 6
        && frame.u8(5) == 4
        && frame.u8(7) == 1;
  }

  /**
   * Sends a frame to a group.
   *
   * @param origin who has sent it to us to be passed on, or 0
   * @param sourceMac 0 where it is our own
   */
  void distribute(
      Network network,
      Policy policy,
      MulticastGroup group,
      long origin,
      long sourceMac,
      int etherType,
      byte[] data,
      long nowMs) {
    if (data.length > MAX_DATA_BYTES) {
      link.drop(Drop.TOO_LONG);
      return;
    }
    int limit = policy.multicastLimit;
    Bytes payload = Bytes.of(data);
    long replicator = policy.amBridge ? 0 : bestReplicator(policy.config, nowMs);
    if (replicator != 0) {
      var message =
          message(
              network,
              group,
              true,
              0,
              sourceMac == 0 ? network.mac : sourceMac,
              etherType,
              payload);
      copy(network, policy, new OutboundMulticast(message, data, 1, nowMs), replicator, nowMs);
      return;
    }
    MulticastGroups.Group known = groups.touch(network.id, group);
    long[] members = known.memberAddresses();
    LongArrays.shuffle(members, random);
    boolean enough = members.length >= limit;
    long gatherLimit = enough ? 1 : limit - members.length + 1L;
    MulticastFrame message =
        message(network, group, false, gatherLimit, sourceMac, etherType, payload);
    var frame = new OutboundMulticast(message, data, limit, nowMs);
    if (!enough) {
      if (members.length == 0 || nowMs - known.lastGatherMs >= GATHER_EVERY_MS) {
        gather(network, policy, group, known, nowMs);
        if (members.length == 0 && looksForOneAddress(group)) {
          search(network.id, group, nowMs);
        }
      }
      groups.enqueue(known, frame);
      if (origin != 0) {
        frame.mark(origin);
      }
    }
    for (long bridge : policy.bridges()) {
      // The reference forgets to leave out the origin where members are few; nobody is hurt.
      if (bridge != self && bridge != origin && frame.mark(bridge)) {
        copy(network, policy, frame, bridge, nowMs);
      }
    }
    for (int i = 0; i < members.length && !frame.isAtLimit(); i++) {
      long member = members[i];
      if (member != origin && !policy.isActiveBridge(member) && frame.mark(member)) {
        copy(network, policy, frame, member, nowMs);
      }
    }
    groups.tidyQueue(known, nowMs);
  }

  private static MulticastFrame message(
      Network network,
      MulticastGroup group,
      boolean replicate,
      long gatherLimit,
      long sourceMac,
      int etherType,
      Bytes payload) {
    return new MulticastFrame(
        network.id,
        replicate,
        null,
        gatherLimit,
        sourceMac,
        group.mac(),
        group.adi(),
        etherType,
        payload);
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
      if (nowMs - link.lastHeardMs(replicator) < REPLICATOR_ALIVE_MS
          && latencyMs >= 0
          && latencyMs < bestLatencyMs) {
        best = replicator;
        bestLatencyMs = latencyMs;
      }
    }
    return best;
  }

  /** Sends one copy, if the rules let this recipient have it. */
  private void copy(Network network, Policy policy, OutboundMulticast frame, long to, long nowMs) {
    MulticastFrame message = frame.message();
    byte[] data = frame.data();
    Member member = network.members.touch(to, nowMs);
    copyView.wrap(data, 0, data.length);
    long source = message.sourceMac() == 0 ? network.mac : message.sourceMac();
    copyView.ethernet(message.destinationMac(), source, message.etherType());
    copyView.outbound(self, to, member);
    if (!rules.admitsOutbound(network.id, policy, copyView, true, nowMs)) {
      return;
    }
    credentials.showIfDue(network, member, nowMs);
    if ((policy.config.flags() & NetworkConfig.FLAG_NO_COMPRESSION) == 0) {
      link.send(to, message, nowMs);
      return;
    }
    var out = new WireWriter().bytes(new byte[Packets.HEADER_BYTES]);
    message.writeTo(out);
    byte[] bytes = out.toByteArray();
    int length = bytes.length - Packets.HEADER_BYTES;
    var run = new PacketRun().to(to, message.verb());
    link.send(run.wrapPayload(bytes, Packets.HEADER_BYTES, length), nowMs);
  }

  // Finding members.

  private void gather(
      Network network,
      Policy policy,
      MulticastGroup group,
      MulticastGroups.Group known,
      long nowMs) {
    known.lastGatherMs = nowMs;
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
    long wanted = Math.max(1, policy.multicastLimit - known.memberCount() + 1L);
    var question = new MulticastGather(network.id, group, wanted, policy.com);
    gatherers.stream().limit(MAX_GATHERERS).forEach(to -> link.send(to, question, nowMs));
  }

  /** Returns whether somebody waits for an answer: other groups may well have no members. */
  private static boolean looksForOneAddress(MulticastGroup group) {
    return group.adi() != 0 || group.mac() >>> 24 == SOLICITED_NODE >>> 24;
  }

  private void search(long networkId, MulticastGroup group, long nowMs) {
    for (GatherRetry search : searches) {
      if (search.networkId == networkId && search.group.equals(group)) {
        return;
      }
    }
    if (searches.size() < MAX_SEARCHES) {
      searches.add(new GatherRetry(networkId, group, nowMs + GATHER_AGAIN_MS));
    }
  }

  /** Asks again for members of groups that had none a moment ago. */
  void advance(long nowMs) {
    searches.removeIf(search -> nowMs >= search.nextMs && isOver(search, nowMs));
  }

  private boolean isOver(GatherRetry search, long nowMs) {
    Network network = networks.get(search.networkId);
    Policy policy = network == null ? null : network.policy;
    MulticastGroups.Group known = groups.get(search.networkId, search.group);
    if (network == null || policy == null || known == null || known.hasMembers()) {
      return true;
    }
    boolean waits =
        known.queued().stream().anyMatch(frame -> !frame.isOld(nowMs) && frame.hasReachedNobody());
    if (!waits) {
      return true;
    }
    gather(network, policy, search.group, known, nowMs);
    search.gathers++;
    search.nextMs = nowMs + (GATHER_AGAIN_MS << search.gathers);
    return search.gathers == MAX_GATHERS_AGAIN;
  }

  long nextDeadlineMs() {
    long next = Long.MAX_VALUE;
    for (GatherRetry search : searches) {
      next = Math.min(next, search.nextMs);
    }
    return next;
  }

  /** Writes down a member of a group; if it is new, what is queued is offered to it. */
  void learn(long networkId, MulticastGroup group, long member, long nowMs) {
    if (!groups.add(networkId, group, member, nowMs)) {
      return;
    }
    Network network = networks.get(networkId);
    Policy policy = network == null ? null : network.policy;
    MulticastGroups.Group known = groups.get(networkId, group);
    if (network == null || policy == null || known == null) {
      return;
    }
    for (OutboundMulticast frame : known.queued()) {
      if (!frame.isOld(nowMs) && !frame.isAtLimit() && frame.mark(member)) {
        copy(network, policy, frame, member, nowMs);
      }
    }
    groups.tidyQueue(known, nowMs);
  }
}
