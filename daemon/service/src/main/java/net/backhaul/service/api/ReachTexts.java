// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.api;

import java.util.List;
import java.util.stream.Collectors;
import net.backhaul.engine.PeerReach;
import net.backhaul.engine.PeerReach.Candidate;
import net.backhaul.engine.PeerReach.Verdict;
import net.backhaul.protocol.address.Endpoints;
import net.backhaul.service.system.Durations;

/** Says in words why there is no direct path to a peer. */
final class ReachTexts {
  private static final int MAX_NAMED = 3;

  private ReachTexts() {}

  /** Returns why there is no direct path; empty if there is one. */
  static String obstacle(PeerReach reach, long nowMs) {
    return switch (reach.obstacle()) {
      case NONE -> "";
      case ROOT_SILENT -> "the root does not answer at any address that planet or moon lists";
      case PATH_SILENT ->
          "the direct path to "
              + Endpoints.text(reach.peer().paths().getFirst().endpoint())
              + " does not answer probes";
      case NO_CANDIDATE ->
          "no address of the peer is known: it has sent none, and no root has introduced it yet";
      case FORBIDDEN ->
          "local.conf of this node forbids all addresses of the peer: "
              + named(reach, Verdict.FORBIDDEN);
      case UNUSABLE ->
          "no address of the peer is usable for a path: " + named(reach, Verdict.UNUSABLE);
      case NO_SOCKET ->
          "this host has no address of the same IP family as the peer: "
              + named(reach, Verdict.TRIED);
      case IDLE -> "no frames are exchanged; a path is searched with the next one";
      case OUR_NAT ->
          "the NAT of this node uses another port for each destination (symmetric); "
              + attempts(reach, nowMs);
      case PEER_NAT ->
          "the NAT of the peer seems to use another port for each destination (symmetric); "
              + attempts(reach, nowMs);
      case BOTH_NATS ->
          "the NATs of both sides use another port for each destination (symmetric), and not both"
              + " in an order that can be predicted, so packets are relayed; "
              + attempts(reach, nowMs);
      case NO_ANSWER -> attempts(reach, nowMs);
    };
  }

  private static String attempts(PeerReach reach, long nowMs) {
    List<Candidate> tried =
        reach.candidates().stream().filter(each -> each.verdict() == Verdict.TRIED).toList();
    String ago = Durations.text(Math.max(0, nowMs - tried.getFirst().lastMs()));
    String ports =
        reach.portsTried() == 0 ? "" : ", and from " + reach.portsTried() + " ports of its NAT";
    return "no answer from " + named(reach, Verdict.TRIED) + ports + ", last tried " + ago + " ago";
  }

  private static String named(PeerReach reach, Verdict verdict) {
    List<Candidate> all =
        reach.candidates().stream().filter(each -> each.verdict() == verdict).toList();
    String first =
        all.stream()
            .limit(MAX_NAMED)
            .map(each -> Endpoints.text(each.endpoint()))
            .collect(Collectors.joining(", "));
    return all.size() > MAX_NAMED ? first + " and " + (all.size() - MAX_NAMED) + " more" : first;
  }
}
