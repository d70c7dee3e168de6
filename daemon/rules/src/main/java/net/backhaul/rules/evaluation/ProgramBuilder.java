// SPDX-License-Identifier: Apache-2.0
package net.backhaul.rules.evaluation;

import java.util.ArrayList;
import java.util.List;
import net.backhaul.protocol.identity.Addresses;
import net.backhaul.protocol.network.Rule;
import net.backhaul.protocol.packet.WireReader;
import org.jspecify.annotations.Nullable;

/**
 * Compiles rules to a program (03 section 5.3).
 *
 * <p>Matches are combined from left to right. With the result so far, yes or no, it is known which
 * match is evaluated next: with yes the next without OR, with no the next with OR. So each match is
 * an operation with two successors, and matches without an effect are skipped. The one exception is
 * a match on tags with OR after a yes: it can only make the evaluation skip a DROP.
 */
final class ProgramBuilder {
  private static final long U32 = 0xffff_ffffL;
  private static final int COMPARE_CODE = 0x01;
  private static final int CODE_BITS = 8;

  /** Turns unsigned order into signed order. */
  private static final long BIAS = Long.MIN_VALUE;

  private static final int LITTLE_ENDIAN = 0x80;

  /** Tables of fewer rules are walked faster than searched. */
  private static final int MIN_INDEXED = 12;

  private final List<Rule> rules;
  private final List<TagMatch> tags = new ArrayList<>();
  private final int[] tagIndices;

  /** The operations, last to first: successors are made before those that precede them. */
  private final List<Instruction> instructions = new ArrayList<>();

  /** An operation while the program is built. */
  private static final class Instruction {
    final int operation;
    final int rule;
    final long[] operands;
    final @Nullable Instruction yes;
    final @Nullable Instruction no;
    int position;

    Instruction(
        int operation,
        int rule,
        long[] operands,
        @Nullable Instruction yes,
        @Nullable Instruction no) {
      this.operation = operation;
      this.rule = rule;
      this.operands = operands;
      this.yes = yes;
      this.no = no;
    }
  }

  /** What a match compares. */
  private record Comparison(int operation, long[] operands) {}

  ProgramBuilder(List<Rule> rules) {
    this.rules = rules;
    tagIndices = new int[rules.size()];
    for (int i = 0; i < rules.size(); i++) {
      if (TagMatch.isTag(rules.get(i).type())) {
        tagIndices[i] = tags.size();
        tags.add(TagMatch.of(rules.get(i)));
      }
    }
  }

  RuleTable.Program build() {
    var actions = new ArrayList<Integer>();
    for (int i = 0; i < rules.size(); i++) {
      if (rules.get(i).isAction()) {
        actions.add(i); // Matches without an action have no effect.
      }
    }
    SetIndex index = rules.size() < MIN_INDEXED ? null : index(actions);
    Instruction end =
        add(new Instruction(Operation.END, RuleDecision.DEFAULT, operands(0, 0, 0), null, null));
    Instruction next = end;
    var starts = new Instruction[actions.size()];
    for (int set = starts.length - 1; set >= 0; set--) {
      if (index != null) {
        next =
            add(
                new Instruction(
                    Operation.NEXT, RuleDecision.DEFAULT, operands(set + 1, 0, 0), end, end));
      }
      next = set(first(actions, set), actions.get(set), next);
      starts[set] = next;
    }
    return program(index, index == null ? new Instruction[] {next} : starts);
  }

  private static int first(List<Integer> actions, int set) {
    return set == 0 ? 0 : actions.get(set - 1) + 1;
  }

  private @Nullable SetIndex index(List<Integer> actions) {
    var covers = new ArrayList<SetCover>();
    int[] requiredTags = new int[actions.size()];
    for (int set = 0; set < requiredTags.length; set++) {
      int first = first(actions, set);
      int action = actions.get(set);
      boolean observes = forwards(rules.get(action).type());
      covers.add(observes ? new SetCover() : cover(first, action));
      requiredTags[set] = observes ? -1 : requiredTag(first, action);
    }
    return SetIndex.of(covers, requiredTags);
  }

  /**
   * Returns the tag match without which a set does not match: the first, if all that follows is
   * combined by AND. Later ones may follow one with an effect.
   */
  private int requiredTag(int first, int action) {
    int required = -1;
    for (int i = first; i < action; i++) {
      if (required >= 0 && rules.get(i).or()) {
        return -1;
      }
      if (TagMatch.isTag(rules.get(i).type()) && required < 0) {
        if (rules.get(i).or()) {
          return -1;
        }
        required = tagIndices[i];
      }
    }
    return required;
  }

  /** A set is skipped only if no match on tags with an effect would be evaluated. */
  private SetCover cover(int first, int action) {
    var cover = new SetCover();
    boolean tagged = false;
    for (int i = first; i < action; i++) {
      Rule rule = rules.get(i);
      tagged |= TagMatch.isTag(rule.type());
      if (tagged && rule.or()) {
        return new SetCover();
      }
      if (!tagged) {
        restrict(cover, comparison(i, rule), rule.or());
      }
    }
    return cover;
  }

  private static void restrict(SetCover cover, Comparison comparison, boolean or) {
    int operation = comparison.operation();
    int kind = operation & Operation.KIND;
    int field = Operation.field(operation);
    long mask = comparison.operands()[0];
    boolean not = (operation & Operation.NOT) != 0;
    if (kind == Operation.RANGE && field == HeaderFields.CHARACTERISTICS && !not) {
      if (or) {
        cover.orAnyOf(mask);
      } else {
        cover.andAnyOf(mask);
      }
      return;
    }
    if (kind == Operation.PAIR && !not && !or) {
      long upper = comparison.operands()[1];
      long lower = comparison.operands()[2];
      cover.and(field, List.of(new SetCover.Range(upper, upper)));
      cover.and(field + 1, List.of(new SetCover.Range(lower, lower | ~mask)));
      return;
    }
    List<SetCover.Range> ranges = kind == Operation.RANGE ? ranges(comparison, field, not) : null;
    if (ranges != null && or) {
      cover.or(field, ranges);
    } else if (ranges != null) {
      cover.and(field, ranges);
    } else if (or) {
      cover.clear();
    }
  }

  /** Returns the values that a comparison matches; null where they are not a few ranges. */
  private static @Nullable List<SetCover.Range> ranges(
      Comparison comparison, int field, boolean not) {
    if (Operation.valid(comparison.operation()) != field || field == HeaderFields.CHARACTERISTICS) {
      return null;
    }
    boolean v4 = field == HeaderFields.IPV4_SOURCE || field == HeaderFields.IPV4_DESTINATION;
    long free = ~comparison.operands()[0] & (v4 ? U32 : -1);
    long first = comparison.operands()[1];
    long span = comparison.operands()[2] - BIAS;
    boolean isPrefix = free == 0 || ((free & free + 1) == 0 && span == 0 && (first & free) == 0);
    if (!isPrefix) {
      return null;
    }
    long last = free == 0 ? first + span : first | free;
    if (!not) {
      return List.of(new SetCover.Range(first, last));
    }
    var others = new ArrayList<SetCover.Range>();
    if (first != 0) {
      others.add(new SetCover.Range(0, first - 1));
    }
    if (last != -1) {
      others.add(new SetCover.Range(last + 1, -1));
    }
    return others;
  }

  /** Adds a set of matches with its action; returns its first operation. */
  private Instruction set(int first, int action, Instruction next) {
    Instruction yes = taken(action, next);
    Instruction no = skipped(action, next);
    for (int i = action - 1; i >= first; i--) {
      Rule rule = rules.get(i);
      boolean isTag = TagMatch.isTag(rule.type());
      Comparison comparison = comparison(i, rule);
      Instruction afterYes = yes;
      if (!rule.or()) {
        yes = add(instruction(comparison, i, yes, no));
      } else {
        if (isTag) {
          yes = add(instruction(comparison, i, yes, yes));
        }
        no = add(instruction(comparison, i, afterYes, no));
      }
    }
    return yes;
  }

  private static Instruction instruction(
      Comparison comparison, int rule, Instruction yes, Instruction no) {
    return new Instruction(comparison.operation(), rule, comparison.operands(), yes, no);
  }

  private Instruction add(Instruction instruction) {
    instructions.add(instruction);
    return instruction;
  }

  private static boolean forwards(int type) {
    return type == Rule.ACTION_TEE || type == Rule.ACTION_WATCH || type == Rule.ACTION_REDIRECT;
  }

  /** Returns the operation of an action whose matches match. */
  private Instruction taken(int i, Instruction next) {
    Rule rule = rules.get(i);
    int operation =
        switch (rule.type()) {
          case Rule.ACTION_DROP -> Operation.DROP;
          case Rule.ACTION_ACCEPT -> Operation.ACCEPT;
          case Rule.ACTION_PRIORITY -> Operation.PRIORITY;
          case Rule.ACTION_BREAK -> Operation.END;
          default -> forwards(rule.type()) ? Operation.FORWARD : -1;
        };
    return operation < 0 ? next : add(new Instruction(operation, i, action(rule), next, next));
  }

  /** Returns the operation of an action whose matches don't match. */
  private Instruction skipped(int i, Instruction next) {
    Rule rule = rules.get(i);
    return forwards(rule.type())
        ? add(new Instruction(Operation.OBSERVE, i, action(rule), next, next))
        : next;
  }

  private static long[] action(Rule rule) {
    if (!forwards(rule.type())) {
      return operands(0, 0, 0);
    }
    WireReader in = rule.fields();
    long target = in.u64() & Addresses.MASK;
    in.skip(4);
    return operands(target, in.u16(), rule.type());
  }

  /** Returns the program that begins with the first of some operations. */
  private RuleTable.Program program(@Nullable SetIndex index, Instruction[] starts) {
    List<Instruction> reached = reached(starts);
    int count = reached.size();
    int[] positions = new int[starts.length];
    for (int set = 0; set < starts.length; set++) {
      positions[set] = starts[set].position;
    }
    var code =
        new RuleTable.Code(
            new int[count],
            new int[2 * count],
            new long[RuleTable.OPERANDS * count],
            new int[count]);
    for (int i = 0; i < count; i++) {
      Instruction instruction = reached.get(i);
      code.operations()[i] = instruction.operation;
      code.next()[2 * i] = instruction.yes == null ? i : instruction.yes.position;
      code.next()[2 * i + 1] = instruction.no == null ? i : instruction.no.position;
      code.ruleIndices()[i] = instruction.rule;
      System.arraycopy(
          instruction.operands, 0, code.operands(), RuleTable.OPERANDS * i, RuleTable.OPERANDS);
    }
    return new RuleTable.Program(code, List.copyOf(tags), index, positions);
  }

  /** Returns the operations that can be reached, in the order of the rules. */
  private List<Instruction> reached(Instruction[] starts) {
    var reached = new ArrayList<Instruction>();
    instructions.forEach(instruction -> instruction.position = -1);
    for (Instruction start : starts) {
      start.position = 0;
    }
    for (Instruction instruction : instructions.reversed()) {
      if (instruction.position < 0) {
        continue;
      }
      instruction.position = reached.size();
      reached.add(instruction);
      if (instruction.yes != null) {
        instruction.yes.position = 0;
      }
      if (instruction.no != null) {
        instruction.no.position = 0;
      }
    }
    return reached;
  }

  // Matches.

  private Comparison comparison(int i, Rule rule) {
    WireReader in = rule.fields();
    boolean not = rule.not();
    return switch (rule.type()) {
      case Rule.MATCH_SOURCE_ZEROTIER_ADDRESS -> equal(HeaderFields.SOURCE, in.address(), not);
      case Rule.MATCH_DEST_ZEROTIER_ADDRESS -> equal(HeaderFields.DESTINATION, in.address(), not);
      case Rule.MATCH_VLAN_ID -> equal(HeaderFields.ZERO, in.u16(), not);
      case Rule.MATCH_VLAN_PCP, Rule.MATCH_VLAN_DEI -> equal(HeaderFields.ZERO, in.u8(), not);
      case Rule.MATCH_MAC_SOURCE -> equal(HeaderFields.SOURCE_MAC, in.mac(), not);
      case Rule.MATCH_MAC_DEST -> equal(HeaderFields.DESTINATION_MAC, in.mac(), not);
      case Rule.MATCH_IPV4_SOURCE -> ipv4(HeaderFields.IPV4_SOURCE, in, not);
      case Rule.MATCH_IPV4_DEST -> ipv4(HeaderFields.IPV4_DESTINATION, in, not);
      case Rule.MATCH_IPV6_SOURCE -> ipv6(HeaderFields.IPV6_SOURCE, in, not);
      case Rule.MATCH_IPV6_DEST -> ipv6(HeaderFields.IPV6_DESTINATION, in, not);
      case Rule.MATCH_IP_TOS -> range(HeaderFields.TOS, in.u8(), in.u8(), in.u8(), not);
      case Rule.MATCH_IP_PROTOCOL -> equal(HeaderFields.PROTOCOL, in.u8(), not);
      case Rule.MATCH_ETHERTYPE -> equal(HeaderFields.ETHER_TYPE, in.u16(), not);
      case Rule.MATCH_ICMP -> icmp(in.u8(), in.u8(), in.u8(), not);
      case Rule.MATCH_IP_SOURCE_PORT_RANGE ->
          range(HeaderFields.SOURCE_PORT, -1, in.u16(), in.u16(), not);
      case Rule.MATCH_IP_DEST_PORT_RANGE ->
          range(HeaderFields.DESTINATION_PORT, -1, in.u16(), in.u16(), not);
      // Any of the bits: the masked value less 1 is not the largest number.
      case Rule.MATCH_CHARACTERISTICS ->
          range(HeaderFields.CHARACTERISTICS, operands(in.u64(), 1, BIAS - 2), not);
      case Rule.MATCH_FRAME_SIZE_RANGE -> range(HeaderFields.LENGTH, -1, in.u16(), in.u16(), not);
      case Rule.MATCH_RANDOM ->
          new Comparison(
              Operation.match(Operation.RANDOM, 0, HeaderFields.ZERO, not),
              operands(in.u32(), 0, 0));
      case Rule.MATCH_TAGS_DIFFERENCE,
          Rule.MATCH_TAGS_BITWISE_AND,
          Rule.MATCH_TAGS_BITWISE_OR,
          Rule.MATCH_TAGS_BITWISE_XOR,
          Rule.MATCH_TAGS_EQUAL,
          Rule.MATCH_TAG_SENDER,
          Rule.MATCH_TAG_RECEIVER ->
          new Comparison(
              Operation.match(Operation.TAG, 0, HeaderFields.ZERO, false),
              operands(tagIndices[i], 0, 0));
      case Rule.INTEGER_RANGE -> integer(in, not);
      default -> equal(HeaderFields.UNKNOWN, 1, not);
    };
  }

  private static long[] operands(long first, long second, long third) {
    return new long[] {first, second, third};
  }

  private static Comparison range(int field, long[] operands, boolean not) {
    return new Comparison(Operation.match(Operation.RANGE, field, field, not), operands);
  }

  private static Comparison equal(int field, long value, boolean not) {
    return range(field, operands(-1, value, BIAS), not);
  }

  /** A field that no value matches: an ordinary no, where the field is valid. */
  private static Comparison never(int field, boolean not) {
    return new Comparison(
        Operation.match(Operation.RANGE, HeaderFields.ZERO, field, not), operands(0, 1, BIAS));
  }

  private static Comparison range(int field, long mask, long first, long last, boolean not) {
    return Long.compareUnsigned(first, last) > 0
        ? never(field, not)
        : range(field, operands(mask, first, BIAS + (last - first)), not);
  }

  private static Comparison ipv4(int field, WireReader in, boolean not) {
    long address = in.u32();
    int bits = Math.min(in.u8(), 32);
    long mask = U32 << 32 - bits & U32;
    return range(field, operands(mask, address & mask, BIAS), not);
  }

  /** Host bits of the rule are not masked: a rule with host bits set never matches. */
  private static Comparison ipv6(int field, WireReader in, boolean not) {
    long upper = in.u64();
    long lower = in.u64();
    int bits = Math.min(in.u8(), 128);
    long upperMask = prefix(Math.min(bits, 64));
    long lowerMask = prefix(Math.max(bits - 64, 0));
    if ((upper & ~upperMask) != 0 || (lower & ~lowerMask) != 0) {
      return never(field, not);
    }
    if (lowerMask == 0) {
      return range(field, operands(upperMask, upper, BIAS), not);
    }
    return new Comparison(
        Operation.match(Operation.PAIR, field, field, not), operands(lowerMask, upper, lower));
  }

  private static long prefix(int bits) {
    return bits == 0 ? 0 : -1L << 64 - bits;
  }

  /** The type is compared regardless of NOT. */
  private static Comparison icmp(int type, int code, int flags, boolean not) {
    long typeAndCode = (long) type << CODE_BITS | code;
    if ((flags & COMPARE_CODE) == 0) {
      return range(HeaderFields.ICMP, operands(-1L << CODE_BITS, type << CODE_BITS, BIAS), false);
    }
    return not
        ? new Comparison(
            Operation.match(Operation.OTHER_CODE, HeaderFields.ICMP, HeaderFields.ICMP, false),
            operands(-1L << CODE_BITS, type << CODE_BITS, typeAndCode))
        : equal(HeaderFields.ICMP, typeAndCode, false);
  }

  /** The operands are start and span of the range, and index and format of the number. */
  private static Comparison integer(WireReader in, boolean not) {
    long first = in.u64();
    long span = in.u64() - first & U32;
    long indexAndFormat = (long) in.u16() << 8 | in.u8();
    if (Long.compareUnsigned(first + span, first) < 0) {
      return never(HeaderFields.ZERO, not);
    }
    boolean little = (indexAndFormat & LITTLE_ENDIAN) != 0;
    int kind = little ? Operation.LITTLE_ENDIAN : Operation.BIG_ENDIAN;
    return new Comparison(
        Operation.match(kind, HeaderFields.ZERO, HeaderFields.ZERO, not),
        operands(first, BIAS + span, indexAndFormat));
  }
}
