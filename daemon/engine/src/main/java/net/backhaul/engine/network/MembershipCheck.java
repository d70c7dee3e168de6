// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine.network;

import net.backhaul.engine.Drop;
import net.backhaul.engine.peer.InboundPacket;
import net.backhaul.engine.peer.PacketOutcome;
import net.backhaul.engine.peer.PeerLink;
import net.backhaul.protocol.message.ErrorMessage;
import net.backhaul.protocol.message.Verb;
import net.backhaul.protocol.packet.Bytes;

/** Lets only members of a network talk to us on it (03 section 4.9). */
final class MembershipCheck {
  private final PeerLink link;
  private final MulticastAnnouncer announcer;

  MembershipCheck(PeerLink link, MulticastAnnouncer announcer) {
    this.link = link;
    this.announcer = announcer;
  }

  /** Returns whether a peer may talk to us on a network; who may hears of our groups. */
  boolean admits(Network network, InboundPacket from, long nowMs) {
    Policy policy = network.policy;
    if (policy == null) {
      return false;
    }
    Member member = network.members.touch(from.source(), nowMs);
    if (!member.isAllowed(policy, from.sourceIdentity())) {
      return false;
    }
    announcer.greet(network, member, nowMs);
    return true;
  }

  /** Asks somebody who was not admitted for a certificate; his packet waits for it. */
  PacketOutcome askForCertificate(Network network, Verb verb, InboundPacket from, long nowMs) {
    link.drop(Drop.NOT_A_MEMBER);
    from.reply(
        new ErrorMessage(
            verb.number(),
            from.packetId(),
            ErrorMessage.NEED_MEMBERSHIP_CERTIFICATE,
            network.id,
            Bytes.EMPTY));
    return PacketOutcome.PENDING;
  }
}
