// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine.network;

import java.util.Arrays;
import java.util.random.RandomGenerator;
import net.backhaul.engine.Drop;
import net.backhaul.engine.network.RuleDecision.TableVerdict;
import net.backhaul.engine.peer.PeerLink;
import net.backhaul.protocol.message.ExtFrame;
import net.backhaul.protocol.network.Rule;
import net.backhaul.protocol.packet.Bytes;
import net.backhaul.protocol.packet.Packets;
import org.jspecify.annotations.Nullable;

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
  private final Matcher matcher;
  private final FlowVerdictCache outbound = new FlowVerdictCache();
  private final FlowVerdictCache inbound = new FlowVerdictCache();

  // Reused: the decisions of the network's rules and of the latest capability.
  private final RuleDecision base = new RuleDecision();
  private final RuleDecision capability = new RuleDecision();

  RuleEngine(PeerLink link, RandomGenerator random) {
    this.link = link;
    this.matcher = new Matcher(random);
  }

  /** Clears cached verdicts: a batch begins, or a credential was received. */
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
    Policy policy = frame.policy;
    if (policy.rules.acceptsAll()) {
      return true;
    }
    RuleVerdict verdict = outbound.get(frame);
    if (verdict == null) {
      TableVerdict of = evaluate(policy.rules, frame, base);
      verdict =
          of == TableVerdict.NO_MATCH
              ? conclude(frame, evaluateOwnCapabilities(frame), capability, !noTee)
              : conclude(frame, of, base, !noTee);
      if (policy.isFlowInvariant) {
        outbound.put(frame, verdict);
      }
    }
    if (verdict == RuleVerdict.DROP && noTee) {
      link.drop(Drop.BLOCKED_BY_RULES_OUTBOUND); // One copy of a frame that is counted as sent.
    } else if (verdict == RuleVerdict.DROP) {
      frame.drop(link, Drop.BLOCKED_BY_RULES_OUTBOUND);
    }
    return verdict == RuleVerdict.ACCEPT || verdict == RuleVerdict.SUPER_ACCEPT;
  }

  /** Returns the verdict on a received frame, and sends copies; a dropped frame is counted. */
  RuleVerdict filterInbound(FrameView frame) {
    Policy policy = frame.policy;
    if (policy.rules.acceptsAll()) {
      return RuleVerdict.ACCEPT;
    }
    RuleVerdict verdict = inbound.get(frame);
    if (verdict == null) {
      TableVerdict of = evaluate(policy.rules, frame, base);
      verdict =
          of == TableVerdict.NO_MATCH
              ? conclude(frame, evaluateRemoteCapabilities(frame), capability, true)
              : conclude(frame, of, base, true);
      if (policy.rules.isFlowInvariant() && areCapabilitiesFlowInvariant(frame.remote)) {
        inbound.put(frame, verdict);
      }
    }
    if (verdict == RuleVerdict.DROP) {
      frame.drop(link, Drop.BLOCKED_BY_RULES_INBOUND);
    }
    return verdict;
  }

  private static boolean areCapabilitiesFlowInvariant(@Nullable Member sender) {
    if (sender == null) {
      return true;
    }
    for (int i = 0; i < sender.capabilityCount(); i++) {
      if (!sender.capability(i).rules().isFlowInvariant()) {
        return false;
      }
    }
    return true;
  }

  /** Returns the verdict of the first of our capabilities that accepts, else NO_MATCH. */
  private TableVerdict evaluateOwnCapabilities(FrameView frame) {
    for (CompiledCapability own : frame.policy.capabilities) {
      TableVerdict verdict = evaluate(own.rules(), frame, capability);
      if (verdict.accepts()) {
        return verdict;
      }
    }
    return TableVerdict.NO_MATCH;
  }

  private TableVerdict evaluateRemoteCapabilities(FrameView frame) {
    Member sender = frame.remote;
    int count = sender == null ? 0 : sender.capabilityCount();
    for (int i = 0; i < count && sender != null; i++) {
      if (sender.isCapabilityUsable(i, frame.policy)) {
        TableVerdict verdict = evaluate(sender.capability(i).rules(), frame, capability);
        if (verdict.accepts()) {
          return verdict;
        }
      }
    }
    return TableVerdict.NO_MATCH;
  }

  /** Sends the copies and the redirection of the table that has decided, ours or a capability's. */
  private RuleVerdict conclude(
      FrameView frame, TableVerdict verdict, RuleDecision decision, boolean sendCopies) {
    if (!verdict.accepts()) {
      return RuleVerdict.DROP;
    }
    if (sendCopies) {
      if (decision != base) {
        sendCopy(frame, decision);
      }
      sendCopy(frame, base);
    }
    if (verdict == TableVerdict.REDIRECT && decision.redirectTo != 0) {
      int flags = frame.inbound ? REDIRECT_IN : REDIRECT_OUT;
      send(frame, decision.redirectTo, frame.length(), flags);
      return RuleVerdict.REDIRECT;
    }
    return verdict == TableVerdict.SUPER_ACCEPT ? RuleVerdict.SUPER_ACCEPT : RuleVerdict.ACCEPT;
  }

  /** Evaluates one table, top to bottom; the decision gets what to send (03 section 5.3). */
  private TableVerdict evaluate(RuleTable table, FrameView frame, RuleDecision decision) {
    decision.reset();
    boolean set = true;
    boolean superAccept = false;
    boolean skipDrop = false;
    for (int i = 0; i < table.size(); i++) {
      if (!table.isAction(i)) {
        if (set || table.or(i)) {
          int match = matcher.match(table, i, frame, superAccept);
          boolean fits;
          if (match == Matcher.YES || match == Matcher.NO) {
            fits = (match == Matcher.YES) != table.not(i);
          } else {
            fits = match != Matcher.CERTAIN_NO;
            skipDrop |= match == Matcher.LENIENT_YES;
          }
          set = table.or(i) ? set || fits : fits;
        }
        continue;
      }
      int action = table.type(i);
      boolean forwards =
          action == Rule.ACTION_TEE
              || action == Rule.ACTION_WATCH
              || action == Rule.ACTION_REDIRECT;
      if (!set) {
        superAccept |= forwards && frame.inbound && table.first(i) == frame.policy.self;
        set = true;
        continue;
      }
      switch (action) {
        case Rule.ACTION_DROP -> {
          if (!skipDrop) {
            return TableVerdict.DROP;
          }
          skipDrop = false;
        }
        case Rule.ACTION_ACCEPT -> {
          return superAccept ? TableVerdict.SUPER_ACCEPT : TableVerdict.ACCEPT;
        }
        case Rule.ACTION_PRIORITY -> {
          return TableVerdict.ACCEPT;
        }
        case Rule.ACTION_BREAK -> {
          return TableVerdict.NO_MATCH;
        }
        default -> {
          TableVerdict verdict =
              forwards ? forward(table, i, frame, decision) : TableVerdict.NO_MATCH;
          if (verdict != TableVerdict.NO_MATCH) {
            return verdict;
          }
        }
      }
    }
    return TableVerdict.NO_MATCH;
  }

  /** Applies TEE, WATCH or REDIRECT; NO_MATCH means that the evaluation continues. */
  private static TableVerdict forward(
      RuleTable table, int i, FrameView frame, RuleDecision decision) {
    long target = table.first(i);
    if (target == frame.source) {
      return TableVerdict.NO_MATCH;
    }
    if (target == frame.policy.self) {
      return frame.inbound ? TableVerdict.SUPER_ACCEPT : TableVerdict.NO_MATCH;
    }
    if (target == frame.destination) {
      return TableVerdict.NO_MATCH;
    }
    if (table.type(i) == Rule.ACTION_REDIRECT) {
      decision.redirectTo = target;
      return TableVerdict.REDIRECT;
    }
    decision.copy(table, i, frame);
    return TableVerdict.NO_MATCH;
  }

  private void sendCopy(FrameView frame, RuleDecision decision) {
    if (decision.copyTo == 0) {
      return;
    }
    boolean watch = decision.isWatch;
    int flags = frame.inbound ? (watch ? WATCH_IN : TEE_IN) : (watch ? WATCH_OUT : TEE_OUT);
    send(frame, decision.copyTo, decision.copyBytes, flags);
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
            networkId, flags, null, frame.destinationMac, frame.sourceMac, frame.etherType, data);
    link.send(to, message, frame.nowMs);
  }
}
