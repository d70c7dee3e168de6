// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine.network;

import net.backhaul.engine.Drop;
import net.backhaul.engine.peer.InboundPacket;
import net.backhaul.engine.peer.PacketOutcome;
import net.backhaul.engine.peer.PeerLink;
import net.backhaul.protocol.message.ErrorMessage;
import net.backhaul.protocol.message.Verb;
import net.backhaul.protocol.network.MembershipCertificate;
import net.backhaul.protocol.packet.Bytes;
import org.jspecify.annotations.Nullable;

/** Decides which peers may send to this node on a network (03 section 4.9). */
final class MembershipCheck {
  private final PeerLink link;
  private final MulticastAnnouncer announcer;
  private final CredentialExchange credentials;
  private final ControllerProxy controller;

  MembershipCheck(
      PeerLink link,
      MulticastAnnouncer announcer,
      CredentialExchange credentials,
      ControllerProxy controller) {
    this.link = link;
    this.announcer = announcer;
    this.credentials = credentials;
    this.controller = controller;
  }

  /** Returns whether a sender is a member of a network; to a member our groups are announced. */
  boolean isMember(Network network, InboundPacket packet) {
    return findMember(network, packet) != null;
  }

  /** Returns the sender if it is a member of a network; to a member our groups are announced. */
  @Nullable Member findMember(Network network, InboundPacket packet) {
    Policy policy = network.policy;
    if (policy == null) {
      return null;
    }
    Member member = network.members.touch(packet.source(), packet.nowMs());
    if (!member.isAllowed(policy, packet.sourceIdentity())) {
      return null;
    }
    announcer.announceIfDue(network, member, packet.nowMs());
    return member;
  }

  /**
   * Returns whether a sender may use this node's records of groups though this node is no member of
   * the network: a root serves all nodes, a controller the members it has configured lately.
   */
  boolean isServedByRole(long networkId, InboundPacket packet) {
    return link.isUpstream() || controller.hasGranted(networkId, packet.source(), packet.nowMs());
  }

  /** Accepts the certificate that old senders attach to a packet (03 sections 6.2, 7.5, 7.6). */
  void acceptAttached(MembershipCertificate com, InboundPacket packet) {
    credentials.acceptAttached(com, packet.source(), packet.nowMs());
  }

  /** Requests the certificate of a sender that is not a member; its packet is pending for it. */
  PacketOutcome requestCertificate(Network network, Verb verb, InboundPacket packet) {
    network.counters.received(false, 1);
    link.drop(Drop.NOT_A_MEMBER);
    packet.reply(
        new ErrorMessage(
            verb.number(),
            packet.packetId(),
            ErrorMessage.NEED_MEMBERSHIP_CERTIFICATE,
            network.id,
            Bytes.EMPTY));
    return PacketOutcome.PENDING;
  }
}
