// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine.network;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.backhaul.protocol.address.IpPrefix;
import net.backhaul.protocol.identity.Identity;
import net.backhaul.protocol.network.Capability;
import net.backhaul.protocol.network.NetworkConfig;
import net.backhaul.protocol.network.Rule;
import net.backhaul.protocol.network.Sso;
import net.backhaul.protocol.packet.Bytes;
import net.backhaul.protocol.packet.WireWriter;
import net.backhaul.rules.evaluation.NetworkRules;
import net.backhaul.rules.evaluation.Parties;
import net.backhaul.rules.evaluation.Party;
import net.backhaul.rules.evaluation.RuleTable;
import net.backhaul.rules.evaluation.RuleVerdict;
import org.junit.jupiter.api.Test;

/** The cached verdicts on flows equal the verdict on each of their frames. */
class FlowVerdictCacheTest {
  private static final Identity CONTROLLER = RecordedIdentities.all().get("controller");
  private static final Identity ALICE = RecordedIdentities.all().get("alice");
  private static final Identity BOB = RecordedIdentities.all().get("bob");
  private static final long NETWORK_ID = CONTROLLER.address() << 24 | 1;
  private static final long NOW_MS = 1_700_000_000_000L;
  private static final int POLICIES = 3_000;
  private static final int FRAMES = 40;
  private static final int FRAME_BYTES = 120;

  private final Random random = new Random(20_261);
  private final Network network = new Network(NETWORK_ID, ALICE.address(), NOW_MS);
  private final FrameView view = new FrameView();
  private final byte[] noise = new byte[60];
  private int flowInvariant;

  @Test
  void decidesFramesOfABatchAsSingleFrames() {
    for (int round = 0; round < POLICIES; round++) {
      // Both have equal generators, which only MATCH_RANDOM uses.
      var engine = new RuleEngine(new RecordingLink(ALICE), new Random(round));
      var uncached = new RuleEngine(new RecordingLink(ALICE), new Random(round));
      var policy = new Policy(config(), ALICE.address());
      var sender = new Member(BOB.address(), NOW_MS);
      if (random.nextBoolean()) {
        sender.record(capability());
      }
      byte[][] flows = {frame(), frame(), frame()};
      for (int i = 0; i < FRAMES; i++) {
        byte[] frame = flows[random.nextInt(flows.length)];
        change(frame);
        if (random.nextInt(FRAMES / 2) == 0) {
          sender.record(capability());
        }
        boolean inbound = random.nextBoolean();
        view.begin(network, policy, NOW_MS);
        wrap(frame, inbound, sender);
        String what = "policy " + round + " frame " + i;
        uncached.clearVerdicts();
        if (inbound) {
          assertEquals(uncached.filterInbound(view), engine.filterInbound(view), what);
        } else {
          assertEquals(
              uncached.acceptsOutbound(view, false), engine.acceptsOutbound(view, false), what);
        }
      }
      flowInvariant += policy.alone.isFlowInvariant(false) ? 1 : 0;
    }
    assertTrue(flowInvariant > POLICIES / 10, "some policies are flow-invariant");
    assertTrue(flowInvariant < POLICIES, "some policies are not flow-invariant");
  }

  @Test
  void cachesSeveralFlows() {
    var cache = new FlowVerdictCache();
    Parties parties = parties(Rule.action(Rule.ACTION_DROP));
    int flows = 16;
    for (int port = 0; port < flows; port++) {
      cache.put(flow(port, 0), parties, verdict(port));
    }
    int cached = 0;
    for (int port = 0; port < flows; port++) {
      RuleVerdict found = cache.get(flow(port, 0), parties);
      cached += found == null ? 0 : 1;
      assertTrue(found == null || found == verdict(port), "port " + port);
    }
    assertTrue(cached > flows / 2, "cached: " + cached);
    assertNull(cache.get(flow(0, 0), parties(Rule.action(Rule.ACTION_DROP))));
    cache.clear();
    assertNull(cache.get(flow(flows - 1, 0), parties));
  }

  private static RuleVerdict verdict(int port) {
    return port % 2 == 0 ? RuleVerdict.DROP : RuleVerdict.ACCEPT;
  }

  @Test
  void neverReturnsVerdictOfAnotherFlow() {
    var cache = new FlowVerdictCache();
    Parties parties = parties(Rule.action(Rule.ACTION_DROP));
    int flows = 100 * FlowVerdictCache.SETS * FlowVerdictCache.WAYS;
    for (int i = 0; i < flows; i++) {
      int port = random.nextInt(1_000);
      RuleVerdict found = cache.get(flow(port, 0), parties);
      assertTrue(found == null || found == verdict(port), "port " + port);
      if (found == null) {
        cache.put(flow(port, 0), parties, verdict(port));
      }
    }
  }

  @Test
  void separatesFlowsByTheTcpFlagsThatRulesDependOn() {
    var cache = new FlowVerdictCache();
    Parties parties = parties(characteristics(0x12));
    cache.put(flow(1, 0x10), parties, RuleVerdict.ACCEPT);

    assertEquals(RuleVerdict.ACCEPT, cache.get(flow(1, 0x10), parties));
    assertEquals(RuleVerdict.ACCEPT, cache.get(flow(1, 0x18), parties));
    assertNull(cache.get(flow(1, 0x02), parties));
    assertNull(cache.get(flow(1, 0x12), parties));
  }

  @Test
  void cachesFlowsBehindExtensionHeaders() {
    var cache = new FlowVerdictCache();
    Parties parties = parties(characteristics(0x12));
    byte[] frame = new byte[FRAME_BYTES];
    frame[0] = 0x60;
    frame[6] = 60;
    frame[40] = 6;
    view.wrap(frame, 0, FRAME_BYTES);
    view.ethernet(1, 2, 0x86dd);
    cache.put(view, parties, RuleVerdict.ACCEPT);
    assertEquals(RuleVerdict.ACCEPT, cache.get(view, parties));

    frame[48] = 1;
    assertNull(cache.get(view, parties), "another port");
  }

  private static Parties parties(Rule rule) {
    Party alice = new Party(ALICE.address());
    return new Parties(NetworkRules.of(List.of(rule)), alice, new Party(BOB.address()));
  }

  /** Returns a TCP segment over IPv4, in a frame that is reused. */
  private FrameView flow(int port, int flags) {
    byte[] frame = new byte[FRAME_BYTES];
    frame[0] = 0x45;
    frame[9] = 6;
    frame[20] = (byte) (port >> 8);
    frame[21] = (byte) port;
    frame[33] = (byte) flags;
    view.wrap(frame, 0, FRAME_BYTES);
    view.ethernet(1, 2, 0x0800);
    view.outbound(ALICE.address(), BOB.address(), null);
    return view;
  }

  @Test
  void detectsRulesThatDependOnTheFrame() {
    assertTrue(table(rule(Rule.MATCH_ETHERTYPE, new WireWriter().u16(0x800))).isFlowInvariant());
    assertTrue(table(characteristics(1L << 63)).isFlowInvariant());
    assertTrue(table(characteristics(1L << 63 | 2)).isFlowInvariant());
    assertEquals(2, table(characteristics(1L << 63 | 2)).tcpFlags());
    assertFalse(
        table(rule(Rule.MATCH_FRAME_SIZE_RANGE, new WireWriter().u16(1).u16(9))).isFlowInvariant());
    assertFalse(table(rule(Rule.MATCH_RANDOM, new WireWriter().u32(7))).isFlowInvariant());
    assertFalse(
        table(rule(Rule.INTEGER_RANGE, new WireWriter().u64(1).u64(9).u16(3).u8(7)))
            .isFlowInvariant());
    for (int action : List.of(Rule.ACTION_TEE, Rule.ACTION_WATCH, Rule.ACTION_REDIRECT)) {
      assertFalse(table(rule(action, new WireWriter().u64(1).u32(0).u16(9))).isFlowInvariant());
    }
  }

  private static RuleTable table(Rule first) {
    return new RuleTable(List.of(first, Rule.action(Rule.ACTION_ACCEPT)));
  }

  private static Rule rule(int type, WireWriter fields) {
    return new Rule(type, false, false, Bytes.of(fields.toByteArray()));
  }

  private static Rule characteristics(long mask) {
    return rule(Rule.MATCH_CHARACTERISTICS, new WireWriter().u64(mask));
  }

  /** Returns a few matches and actions, flow-invariant in two of three cases. */
  private List<Rule> rules(int most) {
    boolean flowsOnly = random.nextInt(3) > 0;
    var rules = new ArrayList<Rule>();
    for (int i = random.nextInt(most); i >= 0; i--) {
      int type = random.nextInt(flowsOnly ? 7 : 9);
      var fields = new WireWriter();
      int port = random.nextInt(4);
      Rule match =
          switch (type) {
            case 0 -> rule(Rule.MATCH_IP_DEST_PORT_RANGE, fields.u16(port).u16(port + 1));
            case 1 -> rule(Rule.MATCH_IP_SOURCE_PORT_RANGE, fields.u16(port).u16(port + 1));
            case 2 -> rule(Rule.MATCH_IP_TOS, fields.u8(0xff).u8(port).u8(port + 1));
            case 3 -> rule(Rule.MATCH_IP_PROTOCOL, fields.u8(random.nextBoolean() ? 6 : 17));
            case 4 -> rule(Rule.MATCH_IPV4_SOURCE, fields.u32(0x0a000000L + port).u8(32));
            case 5 -> characteristics(1L << 63);
            case 6 -> characteristics(random.nextInt(0x20));
            case 7 -> rule(Rule.MATCH_FRAME_SIZE_RANGE, fields.u16(0).u16(60));
            default -> rule(Rule.MATCH_RANDOM, fields.u32(0x7fff_ffffL));
          };
      rules.add(new Rule(match.type(), random.nextBoolean(), random.nextBoolean(), match.field()));
      if (random.nextBoolean()) {
        rules.add(
            Rule.action(
                List.of(Rule.ACTION_DROP, Rule.ACTION_ACCEPT, Rule.ACTION_BREAK)
                    .get(random.nextInt(3))));
      }
    }
    return rules;
  }

  private Capability capability() {
    return new Capability(NETWORK_ID, NOW_MS, 1, rules(4), 1, List.of());
  }

  private NetworkConfig config() {
    List<Capability> capabilities = random.nextBoolean() ? List.of() : List.of(capability());
    return new NetworkConfig(
        NETWORK_ID,
        NOW_MS,
        TestController.WINDOW_MS,
        1,
        ALICE.address(),
        0,
        0,
        0,
        32,
        false,
        "",
        2_800,
        null,
        capabilities,
        List.of(),
        List.of(),
        List.of(),
        List.of(),
        List.of(IpPrefix.parse("10.0.0.1/24")),
        rules(6),
        "",
        List.of(),
        Sso.NONE);
  }

  private byte[] frame() {
    byte[] frame = new byte[FRAME_BYTES];
    random.nextBytes(frame);
    boolean v4 = random.nextInt(4) > 0;
    frame[0] = (byte) (v4 ? 0x45 : 0x60);
    frame[v4 ? 9 : 6] = (byte) (random.nextBoolean() ? 6 : 17);
    if (v4) {
      frame[6] = 0x40;
      frame[7] = 0;
      System.arraycopy(new byte[] {10, 0, 0, 1, 10, 0, 0, 2, 0, 1, 0, 2}, 0, frame, 12, 12);
    }
    return frame;
  }

  /** Makes the next frame of the batch: mostly of the same flow. */
  private void change(byte[] frame) {
    boolean v4 = frame[0] >> 4 == 4;
    random.nextBytes(noise);
    System.arraycopy(noise, 0, frame, 60, 60); // Payload, and TCP flags at 53 on IPv6.
    switch (random.nextInt(13)) {
      case 8 -> extend(frame, v4);
      case 0 -> frame[1] = (byte) (random.nextInt(4) << (v4 ? 0 : 4));
      case 1 -> frame[v4 ? 9 : 6] = (byte) (random.nextBoolean() ? 6 : 17);
      case 2 -> frame[v4 ? 21 : 41] = (byte) random.nextInt(4);
      case 3 -> frame[v4 ? 23 : 43] = (byte) random.nextInt(4);
      case 4 -> frame[v4 ? 15 : 23] = (byte) random.nextInt(4);
      case 5 -> frame[v4 ? 33 : 53] = (byte) random.nextInt(32);
      case 6 -> frame[0] = (byte) (v4 ? 0x45 + random.nextInt(2) : 0x60);
      case 7 -> frame[6] = (byte) (v4 ? random.nextInt(3) * 0x20 : frame[6]);
      default -> {}
    }
  }

  /** Puts an extension header or options before the ports, or removes them. */
  private void extend(byte[] frame, boolean v4) {
    byte protocol = (byte) (random.nextBoolean() ? 6 : 17);
    if (v4) {
      frame[0] = (byte) (0x45 + random.nextInt(3));
    } else if (random.nextBoolean()) {
      frame[6] = 0;
      frame[40] = protocol;
      frame[41] = (byte) random.nextInt(2);
      System.arraycopy(new byte[] {0, 1, 0, 2}, 0, frame, 48 + 8 * frame[41], 4);
    } else {
      frame[6] = protocol;
    }
  }

  private void wrap(byte[] frame, boolean inbound, Member sender) {
    int length = random.nextInt(8) == 0 ? 20 + random.nextInt(40) : FRAME_BYTES;
    view.wrap(frame, 0, length);
    view.ethernet(1, 2, frame[0] >> 4 == 4 ? 0x0800 : 0x86dd);
    if (inbound) {
      view.inbound(BOB.address(), ALICE.address(), sender);
    } else {
      view.outbound(ALICE.address(), BOB.address(), sender);
    }
  }
}
