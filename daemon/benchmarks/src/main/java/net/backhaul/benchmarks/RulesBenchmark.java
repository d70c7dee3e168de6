// SPDX-License-Identifier: Apache-2.0
package net.backhaul.benchmarks;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import net.backhaul.protocol.ethernet.EtherTypes;
import net.backhaul.protocol.network.Rule;
import net.backhaul.protocol.packet.BigEndian;
import net.backhaul.protocol.packet.Bytes;
import net.backhaul.protocol.packet.WireWriter;
import net.backhaul.rules.evaluation.FrameHeader;
import net.backhaul.rules.evaluation.NetworkRules;
import net.backhaul.rules.evaluation.Parties;
import net.backhaul.rules.evaluation.Party;
import net.backhaul.rules.evaluation.RuleEvaluator;
import net.backhaul.rules.evaluation.RuleVerdict;
import net.backhaul.simulation.rules.PlainEvaluator;
import net.backhaul.simulation.rules.PlainParties;
import net.backhaul.simulation.rules.PlainTable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * The cost of rules for one received frame whose flow is not cached: rules of one kind that don't
 * match, each with its action, before one that accepts; compiled, and by the plain walk.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 200, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 5, time = 100, timeUnit = TimeUnit.MILLISECONDS)
@Fork(value = 1, jvmArgsAppend = Benchmarks.WITH_ACCESS)
public class RulesBenchmark {
  /** What rules match on. */
  public enum Kind {
    ETHERTYPE,
    TAG,
    TCP_AND_PORT,
    IPV6_PREFIX,
    TCP_FLAGS,
    /** Bytes at a position, which have no index: each rule is evaluated. */
    BYTES
  }

  private static final long ALICE = 0xa11ce;
  private static final long BOB = 0xb0b;
  private static final int TAG = 1;
  private static final int FRAME_BYTES = 1_400;

  private final RuleEvaluator compiled = new RuleEvaluator(new Random(1));
  private final PlainEvaluator plain = new PlainEvaluator(new Random(1));
  private final FrameHeader frame = new FrameHeader();
  private final byte[] packet = new byte[FRAME_BYTES];
  private Parties parties = parties(List.of());
  private PlainParties plainParties = plainParties(List.of());

  @Param private Kind kind = Kind.ETHERTYPE;

  @Param({"8", "32", "64", "255"})
  private int rules;

  private static Party party(long address) {
    return new Party(address, Map.of((long) TAG, 1L), List.of(), List.of());
  }

  private static Parties parties(List<Rule> rules) {
    return new Parties(NetworkRules.of(rules), party(ALICE), party(BOB));
  }

  private static PlainParties plainParties(List<Rule> rules) {
    var settings = NetworkRules.of(rules);
    return new PlainParties(new PlainTable(rules), settings, List.of(), party(ALICE), party(BOB));
  }

  /** Compiles the rules and makes a TCP segment, over IPv6 for rules that match on it. */
  @Setup
  public void prepare() {
    var table = new ArrayList<Rule>();
    for (int i = 0; i < rules; i++) {
      table.addAll(matches(i));
      table.add(Rule.action(Rule.ACTION_DROP));
    }
    table.add(Rule.action(Rule.ACTION_ACCEPT));
    parties = parties(table);
    plainParties = plainParties(table);
    boolean v6 = kind == Kind.IPV6_PREFIX;
    int transport = v6 ? 40 : 20;
    packet[0] = (byte) (v6 ? 0x60 : 0x45);
    packet[v6 ? 6 : 9] = 6;
    BigEndian.put16(packet, v6 ? 24 : 16, 0xfd00);
    BigEndian.put16(packet, transport, 40_000);
    BigEndian.put16(packet, transport + 2, 443);
    packet[transport + 12] = 0x50;
    packet[transport + 13] = 0x10;
    frame.wrap(packet, 0, packet.length);
    frame.ethernet(2, 4, v6 ? EtherTypes.IPV6 : EtherTypes.IPV4);
    frame.inbound(BOB, ALICE);
    if (compiled() != RuleVerdict.ACCEPT || plain() != RuleVerdict.ACCEPT) {
      throw new IllegalStateException("a rule matches that should not");
    }
  }

  private List<Rule> matches(int i) {
    var out = new WireWriter();
    return switch (kind) {
      case ETHERTYPE -> List.of(match(Rule.MATCH_ETHERTYPE, out.u16(0x9000 + i)));
      case TAG -> List.of(match(Rule.MATCH_TAGS_EQUAL, out.u32(TAG).u32(100 + i)));
      case TCP_AND_PORT ->
          List.of(
              match(Rule.MATCH_IP_PROTOCOL, new WireWriter().u8(6)),
              match(Rule.MATCH_IP_DEST_PORT_RANGE, out.u16(1_000 + i).u16(1_000 + i)));
      case IPV6_PREFIX -> {
        byte[] prefix = new byte[16];
        BigEndian.put32(prefix, 0, 0x20010db8);
        BigEndian.put16(prefix, 4, i);
        yield List.of(match(Rule.MATCH_IPV6_DEST, out.bytes(prefix).u8(48)));
      }
      case BYTES -> List.of(match(Rule.INTEGER_RANGE, out.u64(1).u64(9).u16(60 + i % 100).u8(15)));
      case TCP_FLAGS -> List.of(match(Rule.MATCH_CHARACTERISTICS, out.u64(1 << i % 3)));
    };
  }

  private static Rule match(int type, WireWriter field) {
    return Rule.match(type, Bytes.of(field.toByteArray()));
  }

  @Benchmark
  public RuleVerdict compiled() {
    frame.wrap(packet, 0, packet.length); // As for a new frame: nothing is known of its headers.
    return compiled.evaluate(frame, parties).verdict();
  }

  @Benchmark
  public RuleVerdict plain() {
    frame.wrap(packet, 0, packet.length);
    return plain.evaluate(frame, plainParties);
  }
}
