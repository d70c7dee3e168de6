// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine.network;

import java.util.Arrays;
import java.util.random.RandomGenerator;
import net.backhaul.engine.Drop;
import net.backhaul.engine.peer.PeerLink;
import net.backhaul.protocol.message.ExtFrame;
import net.backhaul.protocol.packet.Bytes;
import net.backhaul.protocol.packet.Packets;
import net.backhaul.rules.evaluation.Parties;
import net.backhaul.rules.evaluation.RuleCopy;
import net.backhaul.rules.evaluation.RuleDecision;
import net.backhaul.rules.evaluation.RuleEvaluator;
import net.backhaul.rules.evaluation.RuleVerdict;

/** Filters frames by the rules and capabilities of a network (03 sections 5.3 to 5.7). */
final class RuleEngine {
  /** The longest frame that fits into an EXT_FRAME. */
  private static final int MAX_COPY_BYTES = Packets.MAX_SENT_BYTES - Packets.HEADER_BYTES - 23;

  private static final int TEE_OUT = 0x02;
  private static final int WATCH_OUT = 0x16;
  private static final int REDIRECT_OUT = 0x04;
  private static final int TEE_IN = 0x08;
  private static final int WATCH_IN = 0x1c;
  private static final int REDIRECT_IN = 0x0a;

  private final PeerLink link;
  private final RuleEvaluator evaluator;
  private final FlowVerdictCache outbound = new FlowVerdictCache();
  private final FlowVerdictCache inbound = new FlowVerdictCache();

  RuleEngine(PeerLink link, RandomGenerator random) {
    this.link = link;
    this.evaluator = new RuleEvaluator(random);
  }

  /** Clears cached verdicts, and with them what they refer to: a network was left. */
  void clearVerdicts() {
    outbound.clear();
    inbound.clear();
  }

  /**
   * Returns whether a frame may be sent to the view's destination; sends its copies, or sends it
   * elsewhere, as the rules say. A frame that the rules drop is counted.
   *
   * @param noTee whether copies were sent already, by an earlier evaluation of the same frame
   */
  boolean acceptsOutbound(FrameView frame, boolean noTee) {
    if (frame.policy.acceptsAll) {
      return true;
    }
    Parties parties = parties(frame);
    boolean caches = parties.isFlowInvariant(false);
    RuleVerdict verdict = caches ? outbound.get(frame, parties) : null;
    if (verdict == null) {
      verdict = decide(frame, parties, !noTee);
      if (caches) {
        outbound.put(frame, parties, verdict);
      }
    }
    if (verdict == RuleVerdict.DROP && noTee) {
      link.drop(Drop.BLOCKED_BY_RULES_OUTBOUND); // One copy of a frame that is counted as sent.
    } else if (verdict == RuleVerdict.DROP) {
      frame.drop(link, Drop.BLOCKED_BY_RULES_OUTBOUND);
    }
    return verdict.delivers();
  }

  /** Returns the verdict on a received frame, and sends copies; a dropped frame is counted. */
  RuleVerdict filterInbound(FrameView frame) {
    if (frame.policy.acceptsAll) {
      return RuleVerdict.ACCEPT;
    }
    Parties parties = parties(frame);
    boolean caches = parties.isFlowInvariant(true);
    RuleVerdict verdict = caches ? inbound.get(frame, parties) : null;
    if (verdict == null) {
      verdict = decide(frame, parties, true);
      if (caches) {
        inbound.put(frame, parties, verdict);
      }
    }
    if (verdict == RuleVerdict.DROP) {
      frame.drop(link, Drop.BLOCKED_BY_RULES_INBOUND);
    }
    return verdict;
  }

  private static Parties parties(FrameView frame) {
    Member remote = frame.remote;
    return remote == null ? frame.policy.alone : remote.parties(frame.policy);
  }

  /** Evaluates the rules, and sends what they say: copies, and the frame to another node. */
  private RuleVerdict decide(FrameView frame, Parties parties, boolean sendCopies) {
    RuleDecision decision = evaluator.evaluate(frame, parties);
    int copies = sendCopies ? decision.copyCount() : 0;
    for (int i = 0; i < copies; i++) {
      sendCopy(frame, decision.copy(i));
    }
    if (decision.verdict() == RuleVerdict.REDIRECT) {
      int flags = frame.isInbound() ? REDIRECT_IN : REDIRECT_OUT;
      send(frame, decision.redirectTo(), frame.length(), flags);
    }
    return decision.verdict();
  }

  private void sendCopy(FrameView frame, RuleCopy copy) {
    boolean watch = copy.isWatch();
    int flags = frame.isInbound() ? (watch ? WATCH_IN : TEE_IN) : (watch ? WATCH_OUT : TEE_OUT);
    send(frame, copy.to(), copy.bytes(), flags);
  }

  private void send(FrameView frame, long to, int length, int flags) {
    if (length > MAX_COPY_BYTES) {
      link.drop(Drop.FRAME_TOO_LONG);
      return;
    }
    Bytes data = Bytes.of(Arrays.copyOfRange(frame.array(), frame.at(0), frame.at(length)));
    long networkId = frame.policy.config.networkId();
    var message =
        new ExtFrame(
            networkId,
            flags,
            null,
            frame.destinationMac(),
            frame.sourceMac(),
            frame.etherType(),
            data);
    link.send(to, message, frame.nowMs);
  }
}
