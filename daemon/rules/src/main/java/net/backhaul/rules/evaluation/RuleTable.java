// SPDX-License-Identifier: Apache-2.0
package net.backhaul.rules.evaluation;

import java.util.List;
import net.backhaul.protocol.network.Rule;
import org.jspecify.annotations.Nullable;

/**
 * The rules of a network or of a capability, compiled: a program of operations, each of which names
 * the one that follows a yes and the one that follows a no, so that a set of matches ends at the
 * first of them that decides it.
 */
public final class RuleTable {
  /** The long operands of each operation. */
  static final int OPERANDS = 3;

  private final Program program;
  private final boolean acceptsAll;
  private final boolean isFlowInvariant;
  private final long characteristics;

  /**
   * The operations in arrays: of operation {@code i}, the successors after a yes and a no are at
   * {@code 2 * i} and {@code 2 * i + 1}, the operands at {@code OPERANDS * i}.
   */
  @SuppressWarnings("ArrayRecordComponent")
  record Code(int[] operations, int[] next, long[] operands, int[] ruleIndices) {}

  /**
   * A compiled table.
   *
   * @param tags the matches on tags
   * @param index finds the sets that may match; null where the operations are run from the first
   * @param starts the first operation of each set, with an index
   */
  @SuppressWarnings("ArrayRecordComponent")
  record Program(Code code, List<TagMatch> tags, @Nullable SetIndex index, int[] starts) {}

  /** Compiles the rules of a network or of a capability. */
  public RuleTable(List<Rule> rules) {
    program = new ProgramBuilder(rules).build();
    acceptsAll = !rules.isEmpty() && rules.getFirst().type() == Rule.ACTION_ACCEPT;
    isFlowInvariant = rules.stream().allMatch(RuleTable::isFlowInvariant);
    characteristics =
        rules.stream()
            .filter(rule -> rule.type() == Rule.MATCH_CHARACTERISTICS)
            .mapToLong(rule -> rule.fields().u64())
            .reduce(0, (one, other) -> one | other);
  }

  private static boolean isFlowInvariant(Rule rule) {
    return switch (rule.type()) {
      case Rule.ACTION_TEE,
          Rule.ACTION_WATCH,
          Rule.ACTION_REDIRECT,
          Rule.MATCH_FRAME_SIZE_RANGE,
          Rule.MATCH_RANDOM,
          Rule.INTEGER_RANGE ->
          false;
      default -> true;
    };
  }

  /** Returns whether this accepts every frame. */
  public boolean acceptsAll() {
    return acceptsAll;
  }

  /**
   * Returns whether all frames of one TCP or UDP flow with the same {@link #tcpFlags} get the same
   * verdict, so that evaluating one of them is enough: nothing depends on size, chance or bytes at
   * a position, and no frame is copied or redirected.
   */
  public boolean isFlowInvariant() {
    return isFlowInvariant;
  }

  /** Returns the flags of TCP on which a verdict depends, as in {@link FrameHeader#tcpFlags}. */
  public int tcpFlags() {
    return (int) (characteristics & Characteristics.TCP_FLAGS);
  }

  /** Returns the characteristics of a frame on which a verdict depends. */
  long characteristics() {
    return characteristics;
  }

  Program program() {
    return program;
  }

  int tagMatchCount() {
    return program.tags().size();
  }

  TagMatch tagMatch(int i) {
    return program.tags().get(i);
  }
}
