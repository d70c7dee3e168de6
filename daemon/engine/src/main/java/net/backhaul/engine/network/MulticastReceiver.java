// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine.network;

import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import net.backhaul.engine.Drop;
import net.backhaul.engine.LongMap;
import net.backhaul.engine.Output;
import net.backhaul.engine.peer.InboundPacket;
import net.backhaul.engine.peer.PacketOutcome;
import net.backhaul.engine.peer.PeerLink;
import net.backhaul.protocol.ethernet.Macs;
import net.backhaul.protocol.ethernet.MulticastGroup;
import net.backhaul.protocol.message.ErrorMessage;
import net.backhaul.protocol.message.GatherResults;
import net.backhaul.protocol.message.MulticastFrameOk;
import net.backhaul.protocol.message.MulticastGather;
import net.backhaul.protocol.message.MulticastGatherOk;
import net.backhaul.protocol.message.MulticastLike;
import net.backhaul.protocol.message.Verb;
import net.backhaul.protocol.network.MembershipCertificate;
import net.backhaul.protocol.packet.Packets;
import net.backhaul.protocol.packet.WireReader;

/** Handles the packets of members about multicast groups and to them (03 sections 7.3 to 7.6). */
final class MulticastReceiver {
  private static final int WITH_COM = 0x01;
  private static final int WITH_GATHER_LIMIT = 0x02;
  private static final int WITH_SOURCE = 0x04;
  private static final int REPLICATE = 0x08;
  private static final int MAX_FRAME_BYTES = 10_000;
  private static final int MAX_GATHER_LIMIT = 65_535;
  private static final int GATHER_OK_HEADER_BYTES = 9 + 8 + 10 + 1 + 6;
  private static final int ADDRESS_BYTES = 5;
  private static final int MAX_RESULTS =
      (Packets.MAX_SENT_BYTES - Packets.HEADER_BYTES - GATHER_OK_HEADER_BYTES) / ADDRESS_BYTES;

  private final PeerLink link;
  private final RandomGenerator random;
  private final LongMap<Network> networks;
  private final MembershipCheck membership;
  private final RuleEngine rules;
  private final MulticastSender sender;
  private final MulticastGroups groups;
  private final FrameDelivery delivery;
  private final Output output;
  private final long self;
  private final FrameView view = new FrameView();

  MulticastReceiver(
      NodeContext node,
      LongMap<Network> networks,
      MembershipCheck membership,
      RuleEngine rules,
      MulticastSender sender) {
    this.link = node.link();
    this.random = node.random();
    this.networks = networks;
    this.membership = membership;
    this.rules = rules;
    this.sender = sender;
    this.groups = sender.groups();
    this.delivery = new FrameDelivery(node);
    this.output = node.output();
    this.self = link.self().address();
  }

  /** Records the groups of a member; entries before a malformed one count (03 section 7.3). */
  PacketOutcome receiveLike(InboundPacket packet) {
    WireReader in = packet.payload();
    long lastNetworkId = 0;
    boolean authorized = false;
    while (!in.atEnd()) {
      MulticastLike.Entry entry = MulticastLike.Entry.read(in);
      if (entry.networkId() != lastNetworkId) {
        lastNetworkId = entry.networkId();
        authorized = isAuthorized(lastNetworkId, packet);
        if (!authorized) {
          link.drop(Drop.NOT_A_MEMBER);
        }
      }
      if (authorized) {
        sender.addMember(entry.networkId(), entry.group(), packet.source(), packet.nowMs());
      }
    }
    return PacketOutcome.ACCEPTED;
  }

  /** Answers with members of a group (03 section 7.5). */
  PacketOutcome receiveGather(InboundPacket packet) {
    MulticastGather request = MulticastGather.read(packet.payload());
    Network network = networks.get(request.networkId());
    MembershipCertificate com = request.com();
    if (network != null && com != null) {
      membership.acceptAttached(com, packet);
    }
    boolean isMember = network != null && membership.isMember(network, packet);
    if (!isMember && !membership.isServedByRole(request.networkId(), packet)) {
      link.drop(Drop.NOT_A_MEMBER);
      return PacketOutcome.ACCEPTED;
    }
    if (request.limit() > 0) {
      GatherResults results = results(request, packet.source());
      if (!results.members().isEmpty()) {
        packet.reply(
            new MulticastGatherOk(
                packet.packetId(), request.networkId(), request.group(), results));
      }
    }
    return isMember ? PacketOutcome.TRUSTED : PacketOutcome.ACCEPTED;
  }

  private boolean isAuthorized(long networkId, InboundPacket packet) {
    Network network = networks.get(networkId);
    return (network != null && membership.isMember(network, packet))
        || membership.isServedByRole(networkId, packet);
  }

  /** Returns random members of a group, this node included, but not the requester. */
  private GatherResults results(MulticastGather request, long requester) {
    Network network = networks.get(request.networkId());
    MulticastGroups.Group known = groups.get(request.networkId(), request.group());
    int members = known == null ? 0 : known.memberCount();
    boolean listening = network != null && network.isSubscribed(request.group());
    long max = Math.min(Math.min(request.limit(), MAX_GATHER_LIMIT), MAX_RESULTS);
    var listed = new ArrayList<Long>();
    if (listening) {
      listed.add(self);
    }
    for (int i = 0; known != null && i < members && listed.size() < max; i++) {
      long member = known.drawMember(i, random);
      if (member != requester) {
        listed.add(member);
      }
    }
    return new GatherResults(members + (listening ? 1L : 0L), listed);
  }

  /** Records the members that answer a MULTICAST_GATHER of ours. */
  void receiveGatherOk(MulticastGatherOk answer, long nowMs) {
    if (networks.get(answer.networkId()) != null) {
      addMembers(answer.networkId(), answer.group(), answer.results().members(), nowMs);
    }
  }

  /** Records the members that answer a MULTICAST_FRAME of ours. */
  void receiveFrameOk(MulticastFrameOk answer, InboundPacket packet) {
    if (networks.get(answer.networkId()) == null) {
      return;
    }
    MembershipCertificate com = answer.com();
    if (com != null) {
      membership.acceptAttached(com, packet);
    }
    GatherResults results = answer.results();
    if (results != null) {
      addMembers(answer.networkId(), answer.group(), results.members(), packet.nowMs());
    }
  }

  private void addMembers(long networkId, MulticastGroup group, List<Long> members, long nowMs) {
    for (long member : members) {
      if (member != 0) {
        sender.addMember(networkId, group, member, nowMs);
      }
    }
  }

  /** Removes a member from a group that it no longer subscribes to (03 section 7.4). */
  void receiveUnwanted(ErrorMessage error, InboundPacket packet) {
    Network network = networks.get(error.networkId());
    if (network != null && membership.isMember(network, packet)) {
      byte[] rest = error.rest().toByteArray();
      MulticastGroup group = MulticastGroup.read(new WireReader(rest, 0, rest.length));
      groups.remove(network.id, group, packet.source());
    }
  }

  /** Delivers a frame that was sent to a group (03 section 7.6). */
  PacketOutcome receiveFrame(InboundPacket packet) {
    WireReader in = packet.payload();
    Network network = networks.get(in.u64());
    if (network == null) {
      link.drop(Drop.UNKNOWN_NETWORK);
      return PacketOutcome.IGNORED;
    }
    int flags = in.u8();
    if ((flags & WITH_COM) != 0) {
      membership.acceptAttached(MembershipCertificate.read(in), packet);
    }
    Policy policy = network.policy;
    Member sender = membership.findMember(network, packet);
    if (sender == null || policy == null) {
      return membership.requestCertificate(network, Verb.MULTICAST_FRAME, packet);
    }
    if (policy.multicastLimit == 0) {
      network.counters.received(false, 1);
      link.drop(Drop.MULTICAST_DISABLED);
      return PacketOutcome.ACCEPTED;
    }
    long gatherLimit = (flags & WITH_GATHER_LIMIT) == 0 ? 0 : in.u32();
    long sourceMac = (flags & WITH_SOURCE) == 0 ? Macs.of(packet.source(), network.id) : in.mac();
    MulticastGroup group = MulticastGroup.read(in);
    view.begin(network, policy, packet.nowMs());
    view.ethernet(group.mac(), sourceMac, in.u16());
    view.wrap(packet.bytes(), in.position(), in.remaining());
    view.inbound(packet.source(), self, sender);
    if (view.length() == 0) {
      view.drop(link, Drop.FRAME_TOO_SHORT);
    } else if (view.length() > MAX_FRAME_BYTES) {
      view.drop(link, Drop.FRAME_TOO_LONG);
    } else if (!view.applyEcn(packet.tunnelEcn())) {
      view.drop(link, Drop.CONGESTION_MARKED);
    } else if (!receive(view, group, (flags & REPLICATE) != 0)) {
      return PacketOutcome.TRUSTED;
    }
    if (gatherLimit > 0) {
      var request = new MulticastGather(network.id, group, gatherLimit, null);
      GatherResults results = results(request, packet.source());
      if (!results.members().isEmpty()) {
        packet.reply(new MulticastFrameOk(packet.packetId(), network.id, group, null, results));
      }
    }
    return PacketOutcome.TRUSTED;
  }

  /** Returns false for a frame that must not be answered. */
  private boolean receive(FrameView frame, MulticastGroup group, boolean replicate) {
    long sourceMac = frame.sourceMac();
    Network network = frame.network;
    if (!Macs.isMulticast(group.mac())) {
      frame.drop(link, Drop.INVALID_DESTINATION);
      return false;
    }
    // Before the check of the source: frames of our own that come back are evidence of a loop.
    if (!network.loopGuard.accepts(frame, false, link, output)) {
      return true;
    }
    if (sourceMac == 0 || Macs.isMulticast(sourceMac) || sourceMac == network.mac) {
      frame.drop(link, Drop.SPOOFED_MAC);
      return false;
    }
    if (replicate && frame.policy.config.isReplicator(self)) {
      sender.distribute(frame, group, frame.source());
    }
    if (sourceMac != Macs.of(frame.source(), network.id)) {
      if (!frame.policy.isActiveBridge(frame.source())) {
        frame.drop(link, Drop.SPOOFED_MAC);
        return false;
      }
      network.bridgeRoutes.learn(sourceMac, frame.source());
    }
    switch (rules.filterInbound(frame)) {
      case ACCEPT, SUPER_ACCEPT -> delivery.deliver(frame);
      case DROP, REDIRECT -> {}
    }
    return true;
  }
}
