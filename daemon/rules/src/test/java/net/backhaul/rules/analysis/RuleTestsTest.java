// SPDX-License-Identifier: Apache-2.0
package net.backhaul.rules.analysis;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;
import net.backhaul.rules.RulesCompiler;
import net.backhaul.rules.RulesException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests of rules in the comments of their source. */
class RuleTestsTest {
  private static final String OFFICE =
      """
      tag role id 10 enum 1 server enum 2 desk flag 4 old flag 5 slow;
      cap ssh id 20
        accept ipprotocol tcp and dport 22;
        accept ipprotocol tcp and sport 22;
      ;
      drop not ethertype ipv4 and not ethertype arp and not ethertype ipv6;
      accept ethertype arp;
      accept ipprotocol tcp and dport 443 and treq role server;
      accept ipprotocol tcp and sport 443 and tseq role server;
      """;

  private static RuleTests.Results run(String source, MemberCredentials... members)
      throws RulesException {
    RuleModel model = RuleModel.of(source, RulesCompiler.compile(source));
    return RuleTests.run(
        new KnownMembers(model, List.of(members)), new FlowEvaluator(model, 0), members.length > 0);
  }

  private static String failure(String source, MemberCredentials... members) throws RulesException {
    RuleTests.Results results = run(source, members);
    assertEquals(1, results.failures().size());
    RuleModel model = RuleModel.of(source, RulesCompiler.compile(source));
    return RuleTests.text(model, results.failures().getFirst());
  }

  private static MemberCredentials member(long address, String name, long role) {
    var tags = new TreeMap<Long, Long>();
    tags.put(10L, role);
    return new MemberCredentials(address, name, false, tags, new TreeSet<>(), List.of());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "accept from any to role=server ipprotocol tcp dport 443",
        "accept from any to role=1 ipprotocol tcp dport 443 ethertype ipv6",
        "drop from any to role=desk ipprotocol tcp dport 443",
        "drop from any to new with tag role=old,slow ipprotocol tcp dport 443",
        "accept from any to new with tag role=server ipprotocol tcp dport 443",
        "drop from any without capability ssh to any ipprotocol tcp dport 22",
        "accept from new with capability ssh to 8056c2e21c ipprotocol tcp dport 22",
        "drop from new with capability ssh to 8056c2e21c ipprotocol tcp dport 23",
        "drop from new to new ipprotocol tcp dport 22",
        "accept from any to any ethertype arp",
        "accept from any to any ethertype arp multicast",
        "drop from any to any ethertype 0x88cc",
        "drop from any to any ipprotocol udp",
        "drop from any to any ipprotocol icmp",
        "drop from any to any icmp 128 0 ethertype ipv6",
        "drop from any to any vlan 5 ipprotocol tcp dport 443",
        "drop from new to new",
        "accept from role=server to new ipprotocol tcp sport 443 dport 50000 flags syn,ack",
        "drop from new to role=server ipprotocol tcp dport 443 framesize 21"
      })
  void passes(String test) throws RulesException {
    assertEquals(new RuleTests.Results(1, 0, List.of()), run(OFFICE + "# expect " + test));
  }

  @Test
  void reportsWhatTheSenderAndTheReceiverDecide() throws RulesException {
    assertEquals(
        """
        line 10, column 4: Expected drop, found accept.
          ## expect drop from any to any ipprotocol tcp dport 22
             ^
          ethertype ipv4 ipprotocol tcp dport 22 flags syn
          from a new member with capability ssh to a new member
          sender: accepted by capability ssh, line 3: accept ipprotocol tcp and dport 22
          receiver: accepted by capability ssh, line 3: accept ipprotocol tcp and dport 22\
        """,
        failure(OFFICE + "## expect drop from any to any ipprotocol tcp dport 22"));
    assertTrue(
        failure(OFFICE + "# expect accept from new to new ethertype 0x88cc")
            .endsWith(
                "receiver: dropped by line 6:"
                    + " drop not ethertype ipv4 and not ethertype arp and not ethertype ipv6"));
    assertTrue(
        failure(OFFICE + "# expect accept from new to new")
            .contains(
                "sender: dropped by default: no rule and no capability of the sender accepts it"));
    assertTrue(
        failure("redirect 1234567890;\naccept; # expect drop from new to new ipprotocol udp")
            .contains("found redirect"));
  }

  /** A sender that has no tag of the receiver passes what the receiver drops. */
  @Test
  void requiresThatBothAccept() throws RulesException {
    String text = failure(OFFICE + "# expect accept from new to new ipprotocol tcp dport 443");

    assertTrue(text.contains("sender: accepted by line 8: accept ipprotocol tcp"), text);
    assertTrue(text.contains("receiver: dropped by default"), text);
  }

  @Test
  void standsForEveryPortThatTheRulesDistinguish() throws RulesException {
    String rules = "drop ipprotocol tcp and dport 8000-8010;\naccept;\n";

    assertTrue(
        failure(rules.replace("accept;", "#expect accept from new to new ipprotocol tcp\naccept;"))
            .contains("dport 8000 flags syn"));
    String others = "#expect accept from new to new ipprotocol tcp dport 8011\naccept;";
    assertEquals(1, run(rules.replace("accept;", others)).passed());
  }

  @Test
  void standsForBothResultsOfChance() throws RulesException {
    String rules = "drop random 0.5;\naccept;";
    for (String expected : List.of("accept", "drop")) {
      String test = "#expect " + expected + " from new to new ipprotocol udp\n";
      assertEquals(1, run(test + rules).failures().size(), expected);
    }
    assertEquals(1, run("#expect drop from new to new\n" + "drop random 1;\naccept;").passed());
  }

  @Test
  void usesTheMembersOfANetwork() throws RulesException {
    MemberCredentials web = member(0x8056c2e21cL, "web", 1);
    MemberCredentials desk = member(0x8056c2e21dL, "desk1", 2);
    String test = OFFICE + "# expect accept from desk1 to web ipprotocol tcp dport 443\n";

    assertEquals(new RuleTests.Results(1, 0, List.of()), run(test, web, desk));
    assertEquals(new RuleTests.Results(0, 1, List.of()), run(test));
    assertTrue(
        failure(OFFICE + "# expect drop from any to 8056c2e21c ipprotocol tcp dport 443", web)
            .contains("to web (8056c2e21c)"));
    RulesException unknown = assertThrows(RulesException.class, () -> run(test, web));
    assertTrue(unknown.getMessage().contains("no member, or several"), unknown.getMessage());
    RulesException twice = assertThrows(RulesException.class, () -> run(test, web, desk, desk));
    assertTrue(twice.getMessage().contains("or several"), twice.getMessage());
    assertTrue(
        failure(OFFICE + "# expect drop from new to role=desk ethertype arp", web, desk)
            .contains("to a member with role=desk"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          expect                              | 9  | Expected accept or drop, found the end.
          expect acept from                   | 10 | Expected accept or drop, found "acept".
          expect accept to                    | 17 | Expected from, found "to".
          expect accept from any              | 25 | Expected to, found the end.
          expect accept from any and to any   | 26 | Expected to, found "and".
          expect drop from any to             | 26 | Expected any, new, an address
          expect drop from rol=1 to any       | 20 | Expected a tag and its value
          expect drop from role=7x to any     | 20 | Expected a value of tag role
          expect drop from role= to any       | 20 | Expected a value of tag role
          expect drop from role=99999999999 to any | 20 | Expected a value of tag role
          expect drop from any with to any    | 29 | Expected capability or tag, found "to".
          expect drop from any without tag role=1 to any | 32 | Expected capability, found "tag".
          expect drop from any with capability x to any  | 40 | Expected the name of a capability
          expect drop from any to any dport   | 36 | Expected a port from 0 to 65535, found the end.
          expect drop from any to any dport 5 | 37 | sport and dport need a protocol that has ports.
          expect drop from any to any ipprotocol tcp dport 70000 | 52 | Expected a port from 0
          expect drop from any to any ipprotocol tcp dport -1    | 52 | Expected a port from 0
          expect drop from any to any ipprotocol tcp dport 1-2   | 52 | Expected a port from 0
          expect drop from any to any ipprotocol tpc  | 42 | Expected an ipprotocol, found "tpc".
          expect drop from any to any ipprotocol 300  | 42 | Expected an ipprotocol from 0 to 255
          expect drop from any to any ethertype arp dport 3 | 51 | Only frames of IPv4 and IPv6
          expect drop from any to any ipsrc 10.0.0.0/8 | 37 | Expected an IP address
          expect drop from any to any ipsrc ::g        | 37 | Expected an IP address
          expect drop from any to any ipsrc 10.0.0.1 ipdest ::1 | 53 | of different versions of IP.
          expect drop from any to any ipsrc ::1 ethertype ipv4  | 51 | EtherType is not that of
          expect drop from any to any ipprotocol icmp6 ethertype ipv4 | 58 | a protocol of IPv6.
          expect drop from any to any ipprotocol tcp icmp 8 | 51 | icmp needs ipprotocol icmp
          expect drop from any to any blah             | 31 | Expected ethertype, ipprotocol, sport
          expect drop from any to any flags syn        | 37 | flags need ipprotocol tcp.
          expect drop from any to any ipprotocol tcp flags xmas | 52 | Expected TCP flags
          expect drop from any to any ipprotocol tcp ipprotocol udp | 57 | Second ipprotocol
          expect drop from any to any framesize 10001  | 41 | Expected a length from 0 to 10000
          """)
  void namesMistakes(String test, int column, String message) {
    RulesException error =
        assertThrows(RulesException.class, () -> run(OFFICE + "# " + test + "\naccept;"));

    assertTrue(error.getMessage().contains(message), error.getMessage());
    assertEquals(10, error.line());
    assertEquals(column, error.column(), error.show(OFFICE + "# " + test));
  }

  @Test
  void leavesOtherCommentsAlone() throws RulesException {
    String source = "# expected: all\n# what we expect accept\n#expectations\naccept; #x # expect";

    assertEquals(new RuleTests.Results(0, 0, List.of()), run(source));
    assertEquals(1, run("accept ethertype arp; #expect drop from new to new").passed());
  }

  @Test
  void limitsTestsAndFrames() throws RulesException {
    RulesException tests =
        assertThrows(
            RulesException.class,
            () -> run("# expect drop from new to new\n".repeat(RuleTest.MAX_TESTS + 1)));
    assertTrue(tests.getMessage().contains("More than 2000 tests"), tests.getMessage());
    var source = new StringBuilder();
    for (int i = 0; i < 50; i++) {
      source.append("tag t%d id %d enum 1 a enum 2 b enum 3 c;%n".formatted(i, i));
    }
    for (int i = 0; i < 50; i++) {
      source.append("drop dport %d;%n".formatted(10 * i + 5));
    }
    source.append("# expect drop from any to any\n");
    RulesException frames = assertThrows(RulesException.class, () -> run(source.toString()));
    assertTrue(frames.getMessage().contains("151 senders, 151 receivers"), frames.getMessage());
    RulesException words =
        assertThrows(RulesException.class, () -> run("# expect drop" + " x".repeat(100)));
    assertTrue(words.getMessage().contains("More than 100 words"), words.getMessage());
  }

  /** Whatever stands behind the word, a test passes, fails or is rejected. */
  @Test
  void survivesHostileTests() {
    String[] words =
        ("accept drop from to any new with without capability tag ssh role=1 role== = a=b ipsrc ::"
             + " 1.2.3.4 ipdest ff02::1 dport 0 65535 0x 0xffff 99999999999999999999 -1 ipprotocol"
             + " tcp udp icmp icmp6 0 255 ethertype arp ipv6 vlan 4095 framesize 10000 flags"
             + " syn,,ack , icmp 8 broadcast multicast 8056c2e21c \u202e \ud83d\ude00 $x")
            .split(" ");
    int rejected = 0;
    for (int seed = 0; seed < 5_000; seed++) {
      var random = new Random(seed);
      var test = new StringBuilder(OFFICE + "# expect ");
      test.append(random.nextBoolean() ? "accept from new to new" : "drop from");
      for (int i = random.nextInt(6); i >= 0; i--) {
        test.append(' ').append(words[random.nextInt(words.length)]);
      }
      try {
        run(test.toString());
      } catch (RulesException e) {
        rejected++;
        assertTrue(e.line() == 10, "seed " + seed + ": " + e.show(test.toString()));
      }
    }
    assertTrue(rejected > 1_000 && rejected < 5_000, "rejected: " + rejected);
  }
}
