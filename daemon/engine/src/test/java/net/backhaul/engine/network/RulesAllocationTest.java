// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine.network;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.backhaul.protocol.identity.Identity;
import net.backhaul.protocol.network.Rule;
import net.backhaul.protocol.network.Tag;
import net.backhaul.protocol.packet.BigEndian;
import net.backhaul.protocol.packet.Bytes;
import net.backhaul.protocol.packet.WireWriter;
import net.backhaul.rules.evaluation.RuleVerdict;
import net.backhaul.testing.AllocationMeter;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Filtering frames allocates nothing, whether or not their flows are cached. */
@org.junit.jupiter.api.Tag("alone")
class RulesAllocationTest {
  private static final Identity CONTROLLER = RecordedIdentities.all().get("controller");
  private static final Identity ALICE = RecordedIdentities.all().get("alice");
  private static final Identity BOB = RecordedIdentities.all().get("bob");
  private static final long NETWORK_ID = CONTROLLER.address() << 24 | 1;
  private static final long NOW_MS = 1_700_000_000_000L;
  private static final int FRAME_BYTES = 1_400;

  private final RuleEngine engine = new RuleEngine(new RecordingLink(ALICE), new Random(1));
  private final FrameView view = new FrameView();
  private final byte[] frame = new byte[FRAME_BYTES];

  /** Rules on ports and tags, of which none matches, before one that accepts. */
  private static List<Rule> rules(int count, boolean flowInvariant) {
    var rules = new ArrayList<Rule>();
    for (int i = 0; i < count; i++) {
      var port = new WireWriter().u16(1_000 + i).u16(1_000 + i);
      rules.add(match(Rule.MATCH_IP_DEST_PORT_RANGE, port));
      rules.add(match(Rule.MATCH_TAGS_EQUAL, new WireWriter().u32(1).u32(i)));
      rules.add(Rule.action(Rule.ACTION_DROP));
    }
    if (!flowInvariant) {
      rules.add(match(Rule.MATCH_FRAME_SIZE_RANGE, new WireWriter().u16(1).u16(0xffff)));
    }
    rules.add(Rule.action(Rule.ACTION_ACCEPT));
    return rules;
  }

  private static Rule match(int type, WireWriter field) {
    return Rule.match(type, Bytes.of(field.toByteArray()));
  }

  private void filter(Network network, Policy policy, Member remote, int port) {
    BigEndian.put16(frame, 20, 1 + port);
    view.begin(network, policy, NOW_MS);
    view.wrap(frame, 0, FRAME_BYTES);
    view.ethernet(2, 4, 0x0800);
    view.inbound(BOB.address(), ALICE.address(), remote);
    assertEquals(RuleVerdict.ACCEPT, engine.filterInbound(view));
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void filtersFramesWithoutAllocation(boolean flowInvariant) {
    var controller = new TestController(CONTROLLER, NETWORK_ID);
    controller.rules = rules(64, flowInvariant);
    var network = new Network(NETWORK_ID, ALICE.address(), NOW_MS);
    var policy = new Policy(controller.config(ALICE, NOW_MS), ALICE.address());
    var remote = new Member(BOB.address(), NOW_MS);
    remote.record(Tag.issue(CONTROLLER, NETWORK_ID, NOW_MS, 1, 7, BOB.address()));
    frame[0] = 0x45;
    frame[9] = 6;

    long bytes =
        AllocationMeter.bytesPerRun(
            () -> {
              for (int port = 0; port < 300; port++) {
                filter(network, policy, remote, port);
              }
            });

    assertEquals(0, bytes);
  }
}
