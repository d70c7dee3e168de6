// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine.network;

import java.util.ArrayList;
import java.util.Arrays;
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
import org.jspecify.annotations.Nullable;

/** Handles what others say of multicast groups and send to them (03 sections 7.3 to 7.6). */
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
  private final Output output;
  private final RandomGenerator random;
  private final LongMap<Network> networks;
  private final MembershipCheck membership;
  private final CredentialExchange credentials;
  private final ControllerProxy controllerProxy;
  private final RuleEngine rules;
  private final MulticastSender multicastSender;
  private final MulticastGroups groups;
  private final long self;
  private final FrameView view = new FrameView();

  MulticastReceiver(
      PeerLink link,
      Output output,
      RandomGenerator random,
      LongMap<Network> networks,
      MembershipCheck membership,
      CredentialExchange credentials,
      ControllerProxy controllerProxy,
      RuleEngine rules,
      MulticastSender multicastSender,
      MulticastGroups groups) {
    this.link = link;
    this.output = output;
    this.random = random;
    this.networks = networks;
    this.membership = membership;
    this.credentials = credentials;
    this.controllerProxy = controllerProxy;
    this.rules = rules;
    this.multicastSender = multicastSender;
    this.groups = groups;
    this.self = link.self().address();
  }

  /** Writes down who wants which group; what comes before an error counts (03 section 7.3). */
  PacketOutcome receiveLike(WireReader in, InboundPacket from, long nowMs) {
    long lastNetworkId = 0;
    boolean authorized = false;
    while (!in.atEnd()) {
      MulticastLike.Entry entry = MulticastLike.Entry.read(in);
      if (entry.networkId() != lastNetworkId) {
        lastNetworkId = entry.networkId();
        authorized = isAuthorized(lastNetworkId, from, nowMs);
      }
      if (authorized) {
        multicastSender.learn(entry.networkId(), entry.group(), from.source(), nowMs);
      }
    }
    return PacketOutcome.ACCEPTED;
  }

  /** Answers who listens to a group (03 section 7.5). */
  PacketOutcome receiveGather(WireReader in, InboundPacket from, long nowMs) {
    MulticastGather question = MulticastGather.read(in);
    Network network = networks.get(question.networkId());
    MembershipCertificate com = question.com();
    if (network != null && com != null) {
      credentials.acceptAttached(com, from.source(), nowMs);
    }
    boolean member = network != null && membership.admits(network, from, nowMs);
    if (question.limit() > 0
        && (member || isAuthorizedByRole(question.networkId(), from.source(), nowMs))) {
      GatherResults results =
          results(network, question.networkId(), question.group(), from.source(), question.limit());
      if (!results.members().isEmpty()) {
        from.reply(
            new MulticastGatherOk(
                from.packetId(), question.networkId(), question.group(), results));
      }
    }
    return member ? PacketOutcome.TRUSTED : PacketOutcome.ACCEPTED;
  }

  private boolean isAuthorized(long networkId, InboundPacket from, long nowMs) {
    Network network = networks.get(networkId);
    return (network != null && membership.admits(network, from, nowMs))
        || isAuthorizedByRole(networkId, from.source(), nowMs);
  }

  /** A root serves everybody, a controller those whom it has configured lately. */
  private boolean isAuthorizedByRole(long networkId, long source, long nowMs) {
    return link.isUpstream() || controllerProxy.hasGranted(networkId, source, nowMs);
  }

  private GatherResults results(
      @Nullable Network network, long networkId, MulticastGroup group, long asker, long limit) {
    MulticastGroups.Group known = groups.get(networkId, group);
    long[] members = known == null ? new long[0] : known.memberAddresses();
    LongArrays.shuffle(members, random);
    boolean listening = network != null && network.wants(group);
    long max = Math.min(Math.min(limit, MAX_GATHER_LIMIT), MAX_RESULTS);
    var listed = new ArrayList<Long>();
    if (listening) {
      listed.add(self);
    }
    for (int i = 0; i < members.length && listed.size() < max; i++) {
      if (members[i] != asker) {
        listed.add(members[i]);
      }
    }
    return new GatherResults(members.length + (listening ? 1L : 0L), listed);
  }

  void receiveGatherOk(MulticastGatherOk answer, long nowMs) {
    if (networks.get(answer.networkId()) != null) {
      learnAll(answer.networkId(), answer.group(), answer.results().members(), nowMs);
    }
  }

  void receiveFrameOk(MulticastFrameOk answer, InboundPacket from, long nowMs) {
    if (networks.get(answer.networkId()) == null) {
      return;
    }
    MembershipCertificate com = answer.com();
    if (com != null) {
      credentials.acceptAttached(com, from.source(), nowMs);
    }
    GatherResults results = answer.results();
    if (results != null) {
      learnAll(answer.networkId(), answer.group(), results.members(), nowMs);
    }
  }

  private void learnAll(long networkId, MulticastGroup group, List<Long> members, long nowMs) {
    for (long member : members) {
      if (member != 0) {
        multicastSender.learn(networkId, group, member, nowMs);
      }
    }
  }

  /** Somebody wants no more of a group (03 section 7.4). */
  void receiveUnwanted(ErrorMessage error, InboundPacket from, long nowMs) {
    Network network = networks.get(error.networkId());
    if (network != null && membership.admits(network, from, nowMs)) {
      byte[] rest = error.rest().toByteArray();
      MulticastGroup group = MulticastGroup.read(new WireReader(rest, 0, rest.length));
      groups.remove(network.id, group, from.source());
    }
  }

  /** Delivers a frame that was sent to a group (03 section 7.6). */
  PacketOutcome receiveFrame(byte[] bytes, int start, int length, InboundPacket from, long nowMs) {
    var in = new WireReader(bytes, start, length);
    Network network = networks.get(in.u64());
    if (network == null) {
      return PacketOutcome.IGNORED;
    }
    int flags = in.u8();
    if ((flags & WITH_COM) != 0) {
      credentials.acceptAttached(MembershipCertificate.read(in), from.source(), nowMs);
    }
    Policy policy = network.policy;
    if (!membership.admits(network, from, nowMs) || policy == null) {
      return membership.askForCertificate(network, Verb.MULTICAST_FRAME, from, nowMs);
    }
    if (policy.multicastLimit == 0) {
      return PacketOutcome.ACCEPTED;
    }
    long gatherLimit = (flags & WITH_GATHER_LIMIT) == 0 ? 0 : in.u32();
    long senderMac = Macs.of(from.source(), network.id);
    long sourceMac = (flags & WITH_SOURCE) == 0 ? senderMac : in.mac();
    MulticastGroup group = MulticastGroup.read(in);
    int etherType = in.u16();
    int dataLength = in.remaining();
    if (dataLength >= 1 && dataLength <= MAX_FRAME_BYTES) {
      view.wrap(bytes, in.position(), dataLength);
      view.ethernet(group.mac(), sourceMac, etherType);
      boolean replicate = (flags & REPLICATE) != 0;
      if (!takeFrame(network, policy, group, senderMac, replicate, from, nowMs)) {
        return PacketOutcome.TRUSTED;
      }
    }
    if (gatherLimit > 0) {
      GatherResults results = results(network, network.id, group, from.source(), gatherLimit);
      if (!results.members().isEmpty()) {
        from.reply(new MulticastFrameOk(from.packetId(), network.id, group, null, results));
      }
    }
    return PacketOutcome.TRUSTED;
  }

  /** Returns false where the frame is not even to be answered. */
  private boolean takeFrame(
      Network network,
      Policy policy,
      MulticastGroup group,
      long senderMac,
      boolean replicate,
      InboundPacket from,
      long nowMs) {
    long sourceMac = view.sourceMac;
    if (!Macs.isMulticast(group.mac())
        || sourceMac == 0
        || Macs.isMulticast(sourceMac)
        || sourceMac == network.mac) {
      return false;
    }
    if (replicate && policy.config.isReplicator(self)) {
      byte[] data = Arrays.copyOfRange(view.array(), view.at(0), view.at(view.length()));
      multicastSender.distribute(
          network, policy, group, from.source(), sourceMac, view.etherType, data, nowMs);
    }
    if (sourceMac != senderMac) {
      if (!policy.isActiveBridge(from.source())) {
        return false;
      }
      network.bridgeRoutes.learn(sourceMac, from.source());
    }
    view.inbound(from.source(), self, network.members.get(from.source()));
    if (rules.admitInbound(network.id, policy, view, nowMs) == RuleVerdict.DROP) {
      link.drop(Drop.FORBIDDEN_BY_RULES);
    } else {
      FrameReceiver.deliver(output, network, policy, view);
    }
    return true;
  }
}
