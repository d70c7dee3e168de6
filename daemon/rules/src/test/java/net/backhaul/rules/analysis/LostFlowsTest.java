// SPDX-License-Identifier: Apache-2.0
package net.backhaul.rules.analysis;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;
import net.backhaul.rules.RulesCompiler;
import net.backhaul.rules.RulesException;
import org.junit.jupiter.api.Test;

/** The flows that members lose by a change of rules. */
class LostFlowsTest {
  private static FlowEvaluator evaluator(String source) throws RulesException {
    return new FlowEvaluator(RuleModel.of(source, RulesCompiler.compile(source)), 0);
  }

  private static MemberCredentials member(long address, long role, Long... capabilities) {
    var tags = new TreeMap<Long, Long>();
    tags.put(1L, role);
    var held = new TreeSet<>(List.of(capabilities));
    return new MemberCredentials(address, "", false, tags, held, List.of());
  }

  @Test
  void shortensLongNames() {
    MemberCredentials one = member(0x1111111111L, 1).withName("\ud83d\ude00".repeat(5_000));
    assertEquals("\ud83d\ude00".repeat(40) + "... (1111111111)", one.label());
  }

  private static List<String> lost(String before, String after, MemberCredentials... members)
      throws RulesException {
    return LostFlows.find(evaluator(before), evaluator(after), List.of(members)).stream()
        .map(each -> each.from().address() + ">" + each.to().address() + " " + each.names())
        .toList();
  }

  @Test
  void namesWhatIsLost() throws RulesException {
    assertEquals(List.of(), lost("drop;", "accept;", member(1, 1), member(2, 2)));
    assertEquals(List.of(), lost("accept;", "drop random 0;\naccept;", member(1, 1)));
    assertEquals(
        List.of("1>2 [icmp]", "2>1 [icmp]"),
        lost("accept;", "drop ipprotocol 1;\naccept;", member(1, 1), member(2, 2)));
  }

  @Test
  void comparesRepliesToo() throws RulesException {
    String noReplies = "drop ipprotocol tcp and sport 22 and ztsrc 0000000002;\naccept;";

    assertEquals(
        List.of("1>2 [tcp 22, tcp 22 over ipv6]"),
        lost("accept;", noReplies, member(1, 1), member(2, 2)));
  }

  @Test
  void comparesPortsThatRulesName() throws RulesException {
    assertEquals(
        List.of("1>2 [udp 12345]", "2>1 [udp 12345]"),
        lost(
            "accept ipprotocol udp and dport 12345 and ethertype ipv4;\naccept sport 12345;",
            "accept sport 12345;",
            member(1, 1),
            member(2, 2)));
  }

  @Test
  void usesTheCapabilitiesOfMembers() throws RulesException {
    String before =
        "tag r id 1;\ncap c id 5 accept dport 22; accept sport 22; ;\naccept teq r 1;\n";

    assertEquals(
        List.of(
            "2>3 [tcp 22, udp 22, tcp 22 over ipv6, udp 22 over ipv6]",
            "3>2 [tcp 22, udp 22, tcp 22 over ipv6, udp 22 over ipv6]"),
        lost(
            before,
            before.replace("id 5", "id 6"),
            member(1, 1),
            member(2, 2, 5L),
            member(3, 3, 5L),
            member(4, 4)));
  }

  @Test
  void reportsThatAllIsLost() throws RulesException {
    List<LostFlows.Lost> lost =
        LostFlows.find(
            evaluator("accept;"), evaluator("drop;"), List.of(member(1, 1), member(2, 2)));

    assertEquals(2, lost.size());
    assertTrue(lost.getFirst().isAll());
    assertTrue(lost.getFirst().names().containsAll(List.of("arp", "icmp", "icmp6", "tcp 22")));
  }

  @Test
  void limitsMembers() throws RulesException {
    var members = new ArrayList<MemberCredentials>();
    for (int i = 0; i < 1_000; i++) {
      members.add(member(0x1000 + i, i));
    }
    String tags = "tag r id 1;\ndrop teq r 5 and dport 22;\n";

    List<LostFlows.Lost> lost =
        LostFlows.find(evaluator(tags + "accept;"), evaluator(tags + "drop;"), members);

    assertEquals(LostFlows.MAX_MEMBERS * (LostFlows.MAX_MEMBERS - 1), lost.size());
  }
}
