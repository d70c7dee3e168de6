// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine.peer;

import net.backhaul.protocol.message.Verb;

/** Applies the effects of every packet that counts as received (02 section 3.4). */
final class AcceptedPackets {
  private final PathLearning learning;
  private final TrustedPaths trustedPaths;
  private final RootContact rootContact;
  private final DirectPaths directPaths;
  private final BondMessages bondMessages;

  AcceptedPackets(
      PathLearning learning,
      TrustedPaths trustedPaths,
      RootContact rootContact,
      DirectPaths directPaths,
      BondMessages bondMessages) {
    this.learning = learning;
    this.trustedPaths = trustedPaths;
    this.rootContact = rootContact;
    this.directPaths = directPaths;
    this.bondMessages = bondMessages;
  }

  /**
   * Accepts a packet.
   *
   * @param trusted whether the sender is a member of one of our networks
   */
  void accept(InboundPacket packet, Verb verb, boolean trusted) {
    Peer peer = packet.peer();
    long nowMs = packet.nowMs();
    peer.counters.received++;
    peer.lastReceiveMs = nowMs;
    if (isNonTrivial(verb)) {
      peer.lastNonTrivialMs = nowMs;
    }
    boolean isDirect = packet.hops() == 0;
    Path path = isDirect ? learning.received(packet, verb) : packet.path();
    if (!isDirect) {
      rootContact.relayed(packet);
      learning.receivedRelayed(packet, verb);
    }
    Bond bond = peer.bond;
    if (bond != null && path != null && isDirect) {
      bondMessages.accepted(bond, path, packet, verb);
    }
    if (trusted) {
      peer.lastTrustMs = nowMs;
      if (path != null && !path.overTcp) {
        trustedPaths.add(path, nowMs);
      }
    }
    rootContact.received(packet, verb);
    if (peer.isTrusted(nowMs)) {
      directPaths.pushIfDue(packet);
    }
  }

  private static boolean isNonTrivial(Verb verb) {
    return switch (verb) {
      case FRAME, EXT_FRAME, NETWORK_CONFIG_REQUEST, NETWORK_CONFIG, MULTICAST_FRAME -> true;
      default -> false;
    };
  }
}
