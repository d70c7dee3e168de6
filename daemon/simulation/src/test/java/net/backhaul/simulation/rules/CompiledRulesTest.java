// SPDX-License-Identifier: Apache-2.0
package net.backhaul.simulation.rules;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.random.RandomGenerator;
import net.backhaul.protocol.network.Rule;
import net.backhaul.rules.evaluation.CapabilityRules;
import net.backhaul.rules.evaluation.FrameHeader;
import net.backhaul.rules.evaluation.NetworkRules;
import net.backhaul.rules.evaluation.Parties;
import net.backhaul.rules.evaluation.Party;
import net.backhaul.rules.evaluation.RuleDecision;
import net.backhaul.rules.evaluation.RuleEvaluator;
import net.backhaul.rules.evaluation.RuleTable;
import net.backhaul.rules.evaluation.RuleVerdict;
import net.backhaul.simulation.rules.PlainParties.PlainCapability;
import org.junit.jupiter.api.Test;

/** Compiled rules decide as the plain walk does, on random rules and random frames. */
class CompiledRulesTest {
  private static final long SEED = 20_261;
  private static final int RULE_SETS = Integer.getInteger("backhaul.ruleSets", 40_000);
  private static final int FRAMES = 50;

  /** From 12 rules on a table gets an index. */
  private static final int[] MOST_RULES = {3, 12, 12, 24, 40, 40, 80, 255};

  /** Gives both evaluations of a frame the same number. */
  private static final class OneNumber implements RandomGenerator {
    int number;

    @Override
    public int nextInt() {
      return number;
    }

    @Override
    public long nextLong() {
      return number;
    }
  }

  private final RandomGenerator random = new Random(SEED);
  private final RandomRules rules = new RandomRules(random);
  private final RandomFrames frames = new RandomFrames(random);
  private final OneNumber chance = new OneNumber();
  private final RuleEvaluator compiled = new RuleEvaluator(chance);
  private final PlainEvaluator plain = new PlainEvaluator(chance);
  private final Map<RuleVerdict, Integer> verdicts = new EnumMap<>(RuleVerdict.class);
  private int byCapability;
  private int copies;

  /** One rule set with its members, for both evaluations. */
  private record Case(
      List<Rule> rules, Parties parties, PlainParties outbound, PlainParties inbound) {}

  private Case draw() {
    List<Rule> network = rules.rules(MOST_RULES[random.nextInt(MOST_RULES.length)]);
    List<byte[]> implied =
        random.nextInt(4) == 0 ? List.of(new byte[] {(byte) 0xfd, 0, 0, 0, 0}) : List.of();
    var settings = new NetworkRules(new RuleTable(network), random.nextBoolean(), implied);
    var ours = new ArrayList<PlainCapability>();
    var theirs = new ArrayList<PlainCapability>();
    Party self = party(RandomRules.ALICE, ours);
    Party remote = random.nextInt(6) == 0 ? null : party(RandomRules.BOB, theirs);
    var table = new PlainTable(network);
    return new Case(
        network,
        new Parties(settings, self, remote),
        new PlainParties(table, settings, ours, self, remote),
        new PlainParties(table, settings, remote == null ? List.of() : theirs, self, remote));
  }

  private Party party(long address, List<PlainCapability> plainCapabilities) {
    var capabilities = new ArrayList<CapabilityRules>();
    for (int id = random.nextInt(3); id > 0; id--) {
      List<Rule> drawn = rules.rules(random.nextInt(4) == 0 ? 64 : 8);
      capabilities.add(new CapabilityRules(id, new RuleTable(drawn)));
      plainCapabilities.add(new PlainCapability(id, new PlainTable(drawn)));
    }
    return new Party(address, rules.tags(), capabilities, rules.owned());
  }

  @Test
  void decidesAsThePlainWalk() {
    for (int round = 0; round < RULE_SETS; round++) {
      Case drawn = draw();
      for (int i = 0; i < FRAMES; i++) {
        FrameHeader frame = frames.next();
        chance.number = random.nextInt();
        RuleVerdict verdict =
            plain.evaluate(frame, frame.isInbound() ? drawn.inbound : drawn.outbound);
        RuleDecision decision = compiled.evaluate(frame, drawn.parties);
        if (!plain.agrees(decision)) {
          fail(
              "rule set %d frame %d: %s, compiled: %s by rule %d%n%s%n%s"
                  .formatted(
                      round,
                      i,
                      plain,
                      decision.verdict(),
                      decision.ruleIndex(),
                      drawn.rules,
                      hex(frame)));
        }
        verdicts.merge(verdict, 1, Integer::sum);
        byCapability += decision.isByCapability() ? 1 : 0;
        copies += decision.copyCount();
      }
    }
    int all = RULE_SETS * FRAMES;
    for (RuleVerdict verdict : RuleVerdict.values()) {
      assertTrue(verdicts.get(verdict) > all / 200, () -> verdict + " is drawn: " + verdicts);
    }
    assertTrue(byCapability > all / 50, () -> "capabilities decide: " + byCapability);
    assertTrue(copies > all / 100, () -> "copies are made: " + copies);
  }

  private static String hex(FrameHeader frame) {
    return "%04x %s"
        .formatted(
            frame.etherType(),
            HexFormat.of().formatHex(frame.array(), frame.at(0), frame.at(frame.length())));
  }
}
