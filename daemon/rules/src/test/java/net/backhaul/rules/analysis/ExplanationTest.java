// SPDX-License-Identifier: Apache-2.0
package net.backhaul.rules.analysis;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Random;
import net.backhaul.json.Json;
import net.backhaul.rules.RulesCompiler;
import net.backhaul.rules.RulesException;
import net.backhaul.rules.analysis.Explanation.Result;
import net.backhaul.rules.analysis.Explanation.Step;
import net.backhaul.rules.evaluation.RuleVerdict;
import org.junit.jupiter.api.Test;

/** The statements that lead to a decision. */
class ExplanationTest {
  private static Explanation explain(String source, String from, String to, String flow)
      throws RulesException {
    RuleModel model = RuleModel.of(source, RulesCompiler.compile(source));
    var members = new KnownMembers(model, List.of());
    List<TestFlow> flows = TestFlow.read(flow).expand(model.ports());
    assertEquals(1, flows.size(), flow);
    return Explanation.of(
        new FlowEvaluator(model, 0),
        new Exchange(members.one(from, true), members.one(to, false), flows.getFirst()));
  }

  private static String sender(String source, String from, String to, String flow)
      throws RulesException {
    String text = explain(source, from, to, flow).text();
    return text.substring(text.indexOf("sender: "), text.indexOf("\nreceiver: ") + 1);
  }

  private static final String TCP = "ipprotocol tcp dport 22";

  @Test
  void namesTheMatchThatFailed() throws RulesException {
    assertEquals(
        """
        sender: dropped by line 5: drop dport 22 or dport 23
          line 1: accept ipprotocol tcp and not dport 22: no match: not dport 22
          line 2: accept ipprotocol udp or dport 80: no match: ipprotocol udp
          line 3: tee -1 1234567890 ethertype arp: no match: ethertype arp
          line 4: tee -1 1234567890: matches
          line 5: drop dport 22 or dport 23: matches
        """,
        sender(
            """
            accept ipprotocol tcp and not dport 22;
            accept ipprotocol udp or dport 80;
            tee -1 1234567890 ethertype arp;
            tee -1 1234567890;
            drop dport 22 or dport 23;
            accept;
            """,
            "new",
            "new",
            TCP));
  }

  @Test
  void continuesWithTheCapabilitiesOfTheSender() throws RulesException {
    assertEquals(
        """
        sender: accepted by capability b, line 2: accept dport 22
          line 3: break ipprotocol tcp: matches
          capability a, line 1: drop dport 22: matches
          capability b, line 2: accept dport 22: matches
        """,
        sender(
            """
            cap a id 1 drop dport 22; ;
            cap b id 2 accept dport 22; ;
            break ipprotocol tcp;
            accept;
            """,
            "new with capability a with capability b",
            "new",
            TCP));
  }

  /** A sender that has no tag of the receiver does not drop by it. */
  @Test
  void namesADropThatIsSkipped() throws RulesException {
    String source = "tag r id 1;\ndrop treq r 5;\naccept;\n";

    assertEquals(
        """
        sender: accepted by line 3: accept
          line 2: drop treq r 5: matches, but the sender has no such tag of the receiver: not dropped
          line 3: accept: matches
        """,
        sender(source, "new", "new", TCP));
  }

  @Test
  void explainsAMulticastFrameBeforeItsRecipients() throws RulesException {
    String source = "drop chr broadcast and not ztdest 1111111111;\naccept;\n";

    assertTrue(
        sender(source, "new", "1111111111", "ethertype arp")
            .startsWith("sender: dropped by line 1"));
    assertTrue(
        sender(source, "new", "1111111111", "ethertype arp")
            .contains("line 1: drop chr broadcast and not ztdest 1111111111: matches"));
  }

  @Test
  void showsTheEndOfALongExplanation() throws RulesException {
    String text = sender("drop dport 1 ;\n".repeat(100) + "accept;", "new", "new", TCP);

    assertTrue(text.contains("\n  71 statements before do not decide\n"), text);
    assertEquals(1 + 1 + Explanation.MAX_SHOWN, text.lines().count());
  }

  /** The statements that are found one by one end with the one that the evaluator names. */
  @Test
  void endsWithTheDecision() throws RulesException {
    String[] matches = {
      "dport 22",
      "not dport 22",
      "or dport 80",
      "ipprotocol tcp",
      "or ipprotocol udp",
      "treq r 1",
      "tseq r 1",
      "teq r 1",
      "not tand r 1",
      "ztsrc 1111111111",
      "or ztdest 2222222222",
      "chr inbound",
      "not chr tcp_ack",
      "or chr multicast",
      "ethertype ipv4",
      "ipsrc 10.0.0.0/8",
      "framesize 0-50",
      "icmp 8 -1",
      "not icmp 0 0"
    };
    String[] actions = {
      "drop",
      "accept",
      "break",
      "tee -1 2222222222",
      "watch 10 1111111111",
      "redirect 3333333333",
      "redirect 2222222222"
    };
    String[] parties = {
      "new",
      "r=1",
      "r=2",
      "1111111111",
      "2222222222",
      "new with capability c",
      "r=1 with capability d"
    };
    String[] flows = {
      TCP, TCP + " flags ack", "ipprotocol udp dport 80", "ethertype arp", "ipprotocol icmp"
    };
    int decided = 0;
    for (int seed = 0; seed < 1_500; seed++) {
      var random = new Random(seed);
      var source = new StringBuilder("tag r id 1;\ncap c id 3 ");
      statements(source, random, actions, matches);
      source.append(" ;\ncap d id 4 ");
      statements(source, random, actions, matches);
      source.append(" ;\n");
      statements(source, random, actions, matches);
      String from = parties[random.nextInt(parties.length)];
      String to = parties[random.nextInt(parties.length)];
      Explanation why = explain(source.toString(), from, to, flows[random.nextInt(flows.length)]);
      String which = "seed " + seed + ":\n" + source + why.text();
      decided += verify(why.outcome().sender(), why.sent(), which);
      decided += verify(why.outcome().receiver(), why.received(), which);
      assertTrue(Json.write(why.json()).length() > 10, which);
    }
    assertTrue(decided > 1_000, "decided: " + decided);
  }

  private static void statements(
      StringBuilder source, Random random, String[] actions, String[] matches) {
    for (int i = random.nextInt(4); i >= 0; i--) {
      source.append(actions[random.nextInt(actions.length)]);
      for (int j = 1 + random.nextInt(3); j > 0; j--) {
        source.append(' ').append(matches[random.nextInt(matches.length)]);
      }
      source.append(" ;\n");
    }
  }

  private static int verify(SideDecision decision, List<Step> steps, String which) {
    if (decision.isDefault()) {
      assertEquals(RuleVerdict.DROP, decision.verdict(), which);
      return 0;
    }
    Step last = steps.getLast();
    assertEquals(decision.capability(), last.capability(), which);
    assertEquals(decision.index(), last.index(), which);
    assertEquals(Result.MATCHED, last.result(), which);
    return 1;
  }
}
