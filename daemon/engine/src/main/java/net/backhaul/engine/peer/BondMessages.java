// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine.peer;

import net.backhaul.engine.BondPolicy;
import net.backhaul.engine.Drop;
import net.backhaul.protocol.message.PathNegotiationRequest;
import net.backhaul.protocol.message.QosMeasurement;
import net.backhaul.protocol.message.Verb;
import org.jspecify.annotations.Nullable;

/**
 * What bonded peers tell each other: measurements, and which path they prefer (02 section 3.10).
 */
final class BondMessages {
  /** The shortest time between two requests, and between those of a peer. */
  private static final long REQUEST_SPACING_MS = 937;

  /** Measurements may follow each other this much faster than they are due. */
  private static final int EARLY_REPORTS = 64;

  private static final int UTILITY_PER_SCORE = 100;

  private final PeerContext context;
  private final EndpointSender endpoints;

  BondMessages(PeerContext context, EndpointSender endpoints) {
    this.context = context;
    this.endpoints = endpoints;
  }

  /** Records a packet of a bonded peer that was accepted. */
  void accepted(Bond bond, Path path, InboundPacket packet, Verb verb) {
    BondMember member = bond.memberOf(path);
    if (member == null) {
      return;
    }
    if (verb == Verb.FRAME || verb == Verb.EXT_FRAME) {
      member.received(packet.nowMs());
    }
    if (member.qos.received(packet.packetId(), packet.nowMs())) {
      report(bond, packet.nowMs());
    }
  }

  /** Sends the measurements that are due. */
  void report(Bond bond, long nowMs) {
    for (BondMember member : bond.members()) {
      QosMeasurement report = member.qos.takeReport(reportEveryMs(bond), nowMs);
      if (report != null && member.isAlive(nowMs)) {
        endpoints.send(bond.peer, member.path, report, nowMs);
      }
    }
  }

  private static long reportEveryMs(Bond bond) {
    return 2L * bond.policy.timing().failoverIntervalMs();
  }

  /** Handles QOS_MEASUREMENT, which is ignored without a bond. */
  PacketOutcome receiveMeasurement(InboundPacket packet) {
    Bond bond = packet.peer().bond;
    BondMember member = memberOf(bond, packet.path());
    if (bond == null || member == null) {
      return PacketOutcome.IGNORED;
    }
    if (!bond.reports.accepts(reportEveryMs(bond) / EARLY_REPORTS, packet.nowMs())) {
      context.drop(Drop.RATE_LIMITED);
      return PacketOutcome.IGNORED;
    }
    for (QosMeasurement.Received each : QosMeasurement.read(packet.payload()).records()) {
      long roundTripMs = member.qos.roundTripMs(each, packet.nowMs());
      if (roundTripMs >= 0) {
        member.quality.roundTrip(roundTripMs);
      }
    }
    return PacketOutcome.IGNORED;
  }

  private static @Nullable BondMember memberOf(@Nullable Bond bond, @Nullable Path path) {
    return bond == null || path == null ? null : bond.memberOf(path);
  }

  /** Requests that the peer uses our main path, where its frames come over another one. */
  void negotiate(Bond bond, long nowMs) {
    BondMember main = bond.main();
    if (!isNegotiable(bond) || main == null || !main.hasTraffic(nowMs) || !main.isAlive(nowMs)) {
      return;
    }
    BondMember incoming = main;
    for (BondMember member : bond.members()) {
      incoming = member.receivedMs() > incoming.receivedMs() ? member : incoming;
    }
    if (incoming != main
        && nowMs - incoming.receivedMs() < REQUEST_SPACING_MS
        && nowMs - bond.requestSentMs >= REQUEST_SPACING_MS) {
      bond.requestSentMs = nowMs;
      int utility = utility(bond, main, nowMs) - utility(bond, incoming, nowMs);
      endpoints.send(bond.peer, main.path, new PathNegotiationRequest((short) utility), nowMs);
    }
  }

  private static boolean isNegotiable(Bond bond) {
    return bond.policy.base() == BondPolicy.Base.ACTIVE_BACKUP
        && bond.policy.selection() == BondPolicy.Selection.OPTIMIZE;
  }

  private static int utility(Bond bond, BondMember member, long nowMs) {
    return (int) Math.round(UTILITY_PER_SCORE * member.score(bond.policy, nowMs));
  }

  /** Handles PATH_NEGOTIATION_REQUEST, which is ignored by other bonds than such that optimize. */
  PacketOutcome receiveRequest(InboundPacket packet) {
    Bond bond = packet.peer().bond;
    BondMember theirs = memberOf(bond, packet.path());
    if (bond == null || theirs == null || !isNegotiable(bond)) {
      return PacketOutcome.IGNORED;
    }
    long nowMs = packet.nowMs();
    if (!bond.requests.accepts(REQUEST_SPACING_MS, nowMs)) {
      context.drop(Drop.RATE_LIMITED);
      return PacketOutcome.IGNORED;
    }
    BondMember ours = bond.main();
    if (ours == null || ours == theirs || !theirs.isAlive(nowMs)) {
      return PacketOutcome.IGNORED;
    }
    int stated = PathNegotiationRequest.read(packet.payload()).utility();
    int own = utility(bond, ours, nowMs) - utility(bond, theirs, nowMs);
    if (own < stated || (own == stated && context.address < bond.peer.address)) {
      bond.select(theirs, nowMs);
    }
    return PacketOutcome.IGNORED;
  }
}
