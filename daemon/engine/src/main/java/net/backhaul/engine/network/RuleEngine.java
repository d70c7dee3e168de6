// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine.network;

import java.util.Arrays;
import java.util.random.RandomGenerator;
import net.backhaul.engine.Drop;
import net.backhaul.engine.peer.PeerLink;
import net.backhaul.protocol.message.ExtFrame;
import net.backhaul.protocol.network.Rule;
import net.backhaul.protocol.packet.Bytes;
import net.backhaul.protocol.packet.Packets;
import org.jspecify.annotations.Nullable;

/** Lets frames pass or not, by the rules and capabilities of a network (03 sections 5.3 to 5.7). */
final class RuleEngine {
  private enum TableVerdict {
    NO_MATCH,
    DROP,
    ACCEPT,
    SUPER_ACCEPT,
    REDIRECT
  }

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

  /** What was said last of frames that go out, and of frames that come in. */
  private final FlowVerdictCache outbound = new FlowVerdictCache();

  private final FlowVerdictCache inbound = new FlowVerdictCache();

  // What the last table has asked for beside its verdict.
  private long copyTo;
  private int copyLength;
  private boolean copyWatches;
  private long redirectTo;

  RuleEngine(PeerLink link, RandomGenerator random) {
    this.link = link;
    this.matcher = new Matcher(random);
  }

  /** Forgets what was said of flows: a batch begins, or a credential has come. */
  void forgetVerdicts() {
    outbound.forget();
    inbound.forget();
  }

  /**
   * Returns whether a frame may be sent to where the view says.
   *
   * @param noTee whether copies were sent already, in an earlier look at the same frame
   */
  boolean admitsOutbound(
      long networkId, Policy policy, FrameView frame, boolean noTee, long nowMs) {
    if (policy.rules.acceptsAll()) {
      return true;
    }
    RuleVerdict known = outbound.of(frame, policy);
    if (known != null) {
      return known == RuleVerdict.ACCEPT;
    }
    boolean admits = judgeOutbound(networkId, policy, frame, noTee, nowMs);
    if (policy.isFlowInvariant) {
      outbound.keep(frame, policy, admits ? RuleVerdict.ACCEPT : RuleVerdict.DROP);
    }
    return admits;
  }

  private boolean judgeOutbound(
      long networkId, Policy policy, FrameView frame, boolean noTee, long nowMs) {
    TableVerdict verdict = evaluate(policy.rules, frame, policy);
    if (verdict == TableVerdict.DROP) {
      return false;
    }
    long baseCopyTo = copyTo;
    int baseCopyLength = copyLength;
    boolean baseCopyWatches = copyWatches;
    if (verdict == TableVerdict.NO_MATCH) {
      for (int i = 0; i < policy.capabilities.length && !isAccepting(verdict); i++) {
        verdict = evaluate(policy.capabilities[i].rules(), frame, policy);
        if (isAccepting(verdict) && copyTo != 0 && !noTee) {
          copy(networkId, frame, copyTo, copyLength, copyWatches, nowMs);
        }
      }
      if (!isAccepting(verdict)) {
        return false;
      }
    }
    long newDestination = verdict == TableVerdict.REDIRECT ? redirectTo : 0;
    if (baseCopyTo != 0 && !noTee) {
      copy(networkId, frame, baseCopyTo, baseCopyLength, baseCopyWatches, nowMs);
    }
    if (newDestination != 0) {
      send(networkId, frame, newDestination, frame.length(), REDIRECT_OUT, nowMs);
      return false;
    }
    return true;
  }

  /** Decides on a frame that has come in. */
  RuleVerdict admitInbound(long networkId, Policy policy, FrameView frame, long nowMs) {
    if (policy.rules.acceptsAll()) {
      return RuleVerdict.ACCEPT;
    }
    RuleVerdict known = inbound.of(frame, policy);
    if (known != null) {
      return known;
    }
    RuleVerdict admission = judgeInbound(networkId, policy, frame, nowMs);
    if (policy.rules.isFlowInvariant() && judgeFlows(frame.remote)) {
      inbound.keep(frame, policy, admission);
    }
    return admission;
  }

  /** Returns whether no capability of a sender looks at what differs within a flow. */
  private static boolean judgeFlows(@Nullable Member sender) {
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

  private RuleVerdict judgeInbound(long networkId, Policy policy, FrameView frame, long nowMs) {
    TableVerdict verdict = evaluate(policy.rules, frame, policy);
    if (verdict == TableVerdict.DROP) {
      return RuleVerdict.DROP;
    }
    long baseCopyTo = copyTo;
    int baseCopyLength = copyLength;
    boolean baseCopyWatches = copyWatches;
    if (verdict == TableVerdict.NO_MATCH) {
      Member sender = frame.remote;
      int count = sender == null ? 0 : sender.capabilityCount();
      for (int i = 0; i < count && !isAccepting(verdict) && sender != null; i++) {
        if (sender.isCapabilityUsable(i, policy)) {
          verdict = evaluate(sender.capability(i).rules(), frame, policy);
          if (isAccepting(verdict) && copyTo != 0) {
            copy(networkId, frame, copyTo, copyLength, copyWatches, nowMs);
          }
        }
      }
      if (!isAccepting(verdict)) {
        return RuleVerdict.DROP;
      }
    }
    long newDestination = verdict == TableVerdict.REDIRECT ? redirectTo : 0;
    if (baseCopyTo != 0) {
      copy(networkId, frame, baseCopyTo, baseCopyLength, baseCopyWatches, nowMs);
    }
    if (newDestination != 0) {
      send(networkId, frame, newDestination, frame.length(), REDIRECT_IN, nowMs);
      return RuleVerdict.DROP;
    }
    return verdict == TableVerdict.SUPER_ACCEPT ? RuleVerdict.SUPER_ACCEPT : RuleVerdict.ACCEPT;
  }

  private static boolean isAccepting(TableVerdict verdict) {
    return switch (verdict) {
      case ACCEPT, SUPER_ACCEPT, REDIRECT -> true;
      case NO_MATCH, DROP -> false;
    };
  }

  /** Goes through one table, top to bottom (03 section 5.3). */
  private TableVerdict evaluate(RuleTable table, FrameView frame, Policy policy) {
    boolean set = true;
    boolean superAccept = false;
    boolean skipDrop = false;
    copyTo = 0;
    redirectTo = 0;
    for (int i = 0; i < table.size(); i++) {
      if (!table.isAction(i)) {
        if (set || table.or(i)) {
          int match = matcher.match(table, i, frame, policy, superAccept);
          skipDrop |= matcher.takeSkipsDrop();
          boolean fits =
              switch (match) {
                case Matcher.CERTAIN_YES -> true;
                case Matcher.CERTAIN_NO -> false;
                default -> (match == Matcher.YES) != table.not(i);
              };
          set = table.or(i) ? set || fits : fits;
        }
        continue;
      }
      int action = table.type(i);
      boolean passesOn =
          action == Rule.ACTION_TEE
              || action == Rule.ACTION_WATCH
              || action == Rule.ACTION_REDIRECT;
      if (!set) {
        superAccept |= passesOn && frame.inbound && table.first(i) == policy.self;
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
          if (!passesOn) {
            continue;
          }
          TableVerdict verdict = passOn(table, i, frame, policy);
          if (verdict != TableVerdict.NO_MATCH) {
            return verdict;
          }
        }
      }
    }
    return TableVerdict.NO_MATCH;
  }

  /** Acts on TEE, WATCH or REDIRECT; NO_MATCH means that the table goes on. */
  private TableVerdict passOn(RuleTable table, int i, FrameView frame, Policy policy) {
    long target = table.first(i);
    if (target == frame.source) {
      return TableVerdict.NO_MATCH;
    }
    if (target == policy.self) {
      return frame.inbound ? TableVerdict.SUPER_ACCEPT : TableVerdict.NO_MATCH;
    }
    if (target == frame.destination) {
      return TableVerdict.NO_MATCH;
    }
    if (table.type(i) == Rule.ACTION_REDIRECT) {
      redirectTo = target;
      return TableVerdict.REDIRECT;
    }
    int wanted = (int) table.second(i);
    copyTo = target;
    copyLength = wanted == 0 ? frame.length() : Math.min(wanted, frame.length());
    copyWatches = table.type(i) == Rule.ACTION_WATCH;
    return TableVerdict.NO_MATCH;
  }

  private void copy(
      long networkId, FrameView frame, long to, int length, boolean watches, long nowMs) {
    int flags = frame.inbound ? (watches ? WATCH_IN : TEE_IN) : (watches ? WATCH_OUT : TEE_OUT);
    send(networkId, frame, to, length, flags, nowMs);
  }

  private void send(long networkId, FrameView frame, long to, int length, int flags, long nowMs) {
    if (length > MAX_COPY_BYTES) {
      link.drop(Drop.TOO_LONG);
      return;
    }
    Bytes data = Bytes.of(Arrays.copyOfRange(frame.array(), frame.at(0), frame.at(0) + length));
    var message =
        new ExtFrame(
            networkId, flags, null, frame.destinationMac, frame.sourceMac, frame.etherType, data);
    link.send(to, message, nowMs);
  }
}
