// SPDX-License-Identifier: Apache-2.0
package net.backhaul.rules.evaluation;

import java.util.random.RandomGenerator;
import net.backhaul.protocol.network.Rule;
import net.backhaul.protocol.packet.BigEndian;

/**
 * Evaluates the rules and capabilities of a network on frames (03 sections 5.3 to 5.6). Not
 * thread-safe, and reused: it allocates nothing.
 */
public final class RuleEvaluator {
  /** How the evaluation of one table ended (03 section 5.3). */
  private enum TableVerdict {
    /** The end of the table, or BREAK: capabilities decide. */
    NO_MATCH,
    DROP,
    ACCEPT,
    SUPER_ACCEPT,
    REDIRECT
  }

  private static final long U32 = 0xffff_ffffL;

  /** The bits of a number, less 1, in the format of an integer match. */
  private static final int BITS = 0x3f;

  private final RandomGenerator random;
  private final HeaderFields fields = new HeaderFields();
  private final RuleDecision decision = new RuleDecision();

  /** The sets of the current table that may match, where it has an index. */
  private long[] candidates = {};

  /** The address of the member that evaluates. */
  private long self;

  // The result of the latest table, beside its verdict.
  private int ruleIndex;
  private long redirectTo;

  /** Creates an evaluator; the generator is for the matches that depend on chance. */
  public RuleEvaluator(RandomGenerator random) {
    this.random = random;
  }

  /**
   * Decides on a frame: by the network's rules, else by the first capability of the sender that
   * accepts it.
   *
   * @return the decision, reused by the next call
   */
  public RuleDecision evaluate(FrameHeader frame, Parties parties) {
    decision.clear();
    fields.parse(frame, parties);
    self = parties.self().address();
    RuleTable rules = parties.rules().table();
    TableVerdict verdict = evaluate(rules, parties.networkTags(), frame, decision.networkCopy());
    if (verdict == TableVerdict.NO_MATCH) {
      evaluateCapabilities(frame, parties);
    } else {
      decision.byNetwork(verdict(verdict), ruleIndex);
      decision.redirect(redirectTo);
    }
    return decision;
  }

  private void evaluateCapabilities(FrameHeader frame, Parties parties) {
    Party sender = parties.sender(frame.isInbound());
    int count = sender == null ? 0 : sender.capabilityCount();
    for (int i = 0; i < count && sender != null; i++) {
      CapabilityRules capability = sender.capability(i);
      decision.capabilityCopy().clear();
      TagResults tags = parties.capabilityTags(frame.isInbound(), i);
      TableVerdict verdict = evaluate(capability.table(), tags, frame, decision.capabilityCopy());
      if (verdict != TableVerdict.NO_MATCH && verdict != TableVerdict.DROP) {
        decision.byCapability(capability.id(), verdict(verdict), ruleIndex);
        decision.redirect(redirectTo);
        return;
      }
    }
  }

  /** A redirection to address 0 leaves the destination as it is. */
  private RuleVerdict verdict(TableVerdict verdict) {
    return switch (verdict) {
      case NO_MATCH, DROP -> RuleVerdict.DROP;
      case ACCEPT -> RuleVerdict.ACCEPT;
      case SUPER_ACCEPT -> RuleVerdict.SUPER_ACCEPT;
      case REDIRECT -> redirectTo == 0 ? RuleVerdict.ACCEPT : RuleVerdict.REDIRECT;
    };
  }

  /** Runs the program of one table (03 section 5.3). */
  private TableVerdict evaluate(
      RuleTable table, TagResults tags, FrameHeader frame, RuleCopy copy) {
    redirectTo = 0;
    fields.require(table.characteristics(), frame);
    RuleTable.Program program = table.program();
    RuleTable.Code code = program.code();
    int[] operations = code.operations();
    int[] next = code.next();
    long[] operands = code.operands();
    long[] values = fields.values();
    int valid = fields.valid();
    byte[] tagResults = frame.isInbound() ? tags.inbound() : tags.outbound();
    boolean superAccept = false;
    boolean skipDrop = false;
    int at = start(program, frame.isInbound() ? tags.admittedInbound() : tags.admittedOutbound());
    while (at >= 0) {
      int operation = operations[at];
      int operand = RuleTable.OPERANDS * at;
      long value = values[Operation.field(operation)];
      boolean matches;
      switch (operation & Operation.KIND) {
        case Operation.RANGE -> {
          long distance = (value & operands[operand]) - operands[operand + 1];
          matches = distance + Long.MIN_VALUE <= operands[operand + 2];
        }
        case Operation.PAIR -> {
          long lower = values[Operation.field(operation) + 1];
          matches =
              value == operands[operand + 1]
                  && (lower & operands[operand]) == operands[operand + 2];
        }
        case Operation.OTHER_CODE ->
            matches =
                (value & operands[operand]) == operands[operand + 1]
                    && value != operands[operand + 2];
        case Operation.BIG_ENDIAN -> {
          at = firstBigEndian(code, frame, at);
          matches = isWithin(bigEndian(frame, operands, at), operands, at);
        }
        case Operation.LITTLE_ENDIAN ->
            matches = isWithin(littleEndian(frame, (int) operands[operand + 2]), operands, at);
        case Operation.RANDOM -> matches = (random.nextInt() & U32) <= operands[operand];
        case Operation.TAG -> {
          byte result = tagResults[(int) operands[operand]];
          matches = result != TagMatch.NO;
          skipDrop |= result == TagMatch.LENIENT_YES;
        }
        case Operation.OBSERVE -> {
          if (frame.isInbound() && operands[operand] == self) {
            superAccept = true;
            tagResults = tags.observing();
            start(program, tags.all());
          }
          matches = true;
        }
        case Operation.DROP -> {
          if (!skipDrop) {
            ruleIndex = code.ruleIndices()[at];
            return TableVerdict.DROP;
          }
          skipDrop = false;
          matches = true;
        }
        case Operation.ACCEPT -> {
          ruleIndex = code.ruleIndices()[at];
          return superAccept ? TableVerdict.SUPER_ACCEPT : TableVerdict.ACCEPT;
        }
        case Operation.PRIORITY -> {
          ruleIndex = code.ruleIndices()[at];
          return TableVerdict.ACCEPT;
        }
        case Operation.FORWARD -> {
          TableVerdict verdict = forward(operands, operand, frame, copy);
          if (verdict != TableVerdict.NO_MATCH) {
            ruleIndex = code.ruleIndices()[at];
            return verdict;
          }
          matches = true;
        }
        case Operation.NEXT -> {
          at = set(program, (int) operands[operand]);
          continue;
        }
        default -> {
          return TableVerdict.NO_MATCH;
        }
      }
      boolean yes =
          matches != ((operation & Operation.NOT) != 0)
              && (valid >>> Operation.valid(operation) & 1) != 0;
      at = next[2 * at + (yes ? 0 : 1)];
    }
    return TableVerdict.NO_MATCH;
  }

  /** Returns the first operation to run, -1 for none; with an index, of a set that may match. */
  private int start(RuleTable.Program program, long[] admitted) {
    SetIndex index = program.index();
    if (index == null) {
      return 0;
    }
    if (candidates.length < index.words()) {
      candidates = new long[index.words()];
    }
    index.find(fields, admitted, candidates);
    return set(program, 0);
  }

  /** Returns the first operation of the next set that may match, -1 for none. */
  private int set(RuleTable.Program program, int from) {
    SetIndex index = program.index();
    int set = index == null ? -1 : SetIndex.next(candidates, from, index.words());
    return set < 0 ? -1 : program.starts()[set];
  }

  /**
   * Returns the first of successive alike matches on integers that is a yes, or else the last: they
   * have no index, so that a table of many spends its time here.
   */
  private static int firstBigEndian(RuleTable.Code code, FrameHeader frame, int from) {
    int[] operations = code.operations();
    int[] next = code.next();
    long[] operands = code.operands();
    int operation = operations[from];
    boolean not = (operation & Operation.NOT) != 0;
    int at = from;
    while (isWithin(bigEndian(frame, operands, at), operands, at) == not) {
      int following = next[2 * at + 1];
      if (operations[following] != operation) {
        return at;
      }
      at = following;
    }
    return at;
  }

  private static boolean isWithin(long number, long[] operands, int at) {
    int operand = RuleTable.OPERANDS * at;
    return number - operands[operand] + Long.MIN_VALUE <= operands[operand + 1];
  }

  /** The index addresses a field of 8 bytes, of which the lower ones are used. */
  private static long bigEndian(FrameHeader frame, long[] operands, int at) {
    int indexAndFormat = (int) operands[RuleTable.OPERANDS * at + 2];
    int index = indexAndFormat >>> 8;
    return index + Long.BYTES <= frame.length()
        ? BigEndian.i64(frame.array(), frame.at(index)) & -1L >>> 63 - (indexAndFormat & BITS)
        : 0;
  }

  /** Of the bytes that the bits need, the upper bits are used. */
  private static long littleEndian(FrameHeader frame, int indexAndFormat) {
    int index = indexAndFormat >>> 8;
    int bits = (indexAndFormat & BITS) + 1;
    int bytes = (bits + 7) / 8;
    if (index + bytes > frame.length()) {
      return 0;
    }
    if (index + Long.BYTES <= frame.length()) {
      long upper = Long.reverseBytes(BigEndian.i64(frame.array(), frame.at(index)));
      return upper << Long.SIZE - 8 * bytes >>> Long.SIZE - bits;
    }
    long value = 0;
    for (int i = bytes - 1; i >= 0; i--) {
      value = value << 8 | frame.u8(index + i);
    }
    return value >>> 8 * bytes - bits;
  }

  /** Applies TEE, WATCH or REDIRECT; NO_MATCH means that the evaluation continues. */
  private TableVerdict forward(long[] operands, int operand, FrameHeader frame, RuleCopy copy) {
    long target = operands[operand];
    if (target == frame.source()) {
      return TableVerdict.NO_MATCH;
    }
    if (target == self) {
      return frame.isInbound() ? TableVerdict.SUPER_ACCEPT : TableVerdict.NO_MATCH;
    }
    if (target == frame.destination()) {
      return TableVerdict.NO_MATCH;
    }
    int action = (int) operands[operand + 2];
    if (action == Rule.ACTION_REDIRECT) {
      redirectTo = target;
      return TableVerdict.REDIRECT;
    }
    copy.set(target, (int) operands[operand + 1], action == Rule.ACTION_WATCH, frame.length());
    return TableVerdict.NO_MATCH;
  }
}
