// SPDX-License-Identifier: Apache-2.0
package net.backhaul.rules;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import java.util.Random;
import net.backhaul.json.Json;
import net.backhaul.rules.Element.Token;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Invalid sources, limits, and sources without sense. */
class RulesErrorsTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      textBlock =
          """
          accept ztsrc a1b2c3;                   | 1:13 | Invalid ZeroTier address (10 hex digits).
          accept vlan -5;                        | 1:12 | Invalid numeric value.
          accept ipsrc 10.0.0.0/33;              | 1:13 | Invalid netmask length (range 0-32).
          accept ipsrc fd00::/129;               | 1:13 | Invalid netmask length (range 0-128).
          accept ipsrc 10.0.0.256/8;             | 1:13 | Invalid IP address (not valid IPv4 or IPv6).
          accept iptos 255 5-4;                  | 1:17 | Invalid numeric range.
          accept iptos 255;                      | 1:13 | Missing argument(s) to match.
          accept icmp 256 0;                     | 1:12 | Missing or invalid ICMP type.
          accept icmp 8 256;                     | 1:14 | Missing or invalid ICMP code (use -1 for none).
          accept dport 80-;                      | 1:13 | Invalid numeric range.
          accept dport 1-2-3;                    | 1:13 | Invalid numeric range.
          accept dport $port;                    | 1:13 | Undefined variable name.
          tee 70000 a1b2c3d4e5;                  | 1:10 | Invalid packet length for tee (range -1 to 65535).
          watch 1 a1b2;                          | 1:8  | Missing or invalid ZeroTier address target for watch.
          tee -1;                                | 0:0  | Missing length or target of "tee".
          include nosuch                         | 1:8  | Undefined macro "nosuch".
          macro m($a) accept dport $a; ; include m | 1:39 | Missing values for macro: 0 of 1.
          macro m include m ; include m          | 0:0  | Macro "m" is included in itself, or more than 64 deep.
          tag                                    | 1:0  | Missing name and definition after "tag".
          tag t id x;                            | 1:9  | Invalid or out of range tag ID.
          tag t id 1 flag 32 f;                  | 1:16 | Invalid bit index (range 0-31) or unrecognized flag name in tag definition.
          tag t id 1 flag 3 1f;                  | 1:18 | Invalid or reserved tag flag name.
          tag t id 1 enum 1 a enum 2 a;          | 1:27 | Duplicate tag enum name.
          tag t id 1 colour 3;                   | 1:11 | Unrecognized keyword "colour" in tag definition; expected id, default, flag or enum.
          tag t id 1 default 1 default 2;        | 1:21 | Duplicate tag default value definition.
          cap c id 1 id 2 accept ethertype 1; ;  | 1:11 | Duplicate capability id definition.
          cap c id accept ethertype 1; ;         | 1:6  | Missing or invalid capability ID.
          tag drop id 1;                         | 1:4  | Invalid tag name: it is a reserved word.
          tag toString id 1;                     | 1:4  | Invalid tag name: it is a reserved word.
          tag t id 1 enum 1 İ;                   | 1:18 | Invalid or reserved tag enum name.
          tag t id 1 flag 1, f;                  | 1:16 | Invalid bit index (range 0-31) or unrecognized flag name in tag definition.
          accept chr inbound,;                   | 1:11 | Invalid bit index (range 0-63) or unrecognized name.
          """)
  void reportsTheWordAndTheReason(String source, String position, String message) {
    var error = assertThrows(RulesException.class, () -> RulesCompiler.compile(source));

    assertEquals(message, error.getMessage());
    assertEquals(position, error.line() + ":" + error.column());
  }

  /** Messages of the reference name the fault; a hint names what is valid. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      textBlock =
          """
          accept dport 70000;                | Invalid numeric range. It is a number from 0 to 65535, or
          accept dport 90-80;                | Invalid numeric range. It is a number from 0 to 65535, or two
          accept iptos 3 1-256;              | It is a number from 0 to 255, or two with a hyphen
          accept iptos 256 1;                | Invalid mask. It is a number from 0 to 255.
          accept vlan x;                     | Invalid numeric value. It is a number from 0 to 4294967295.
          accept ethertype ipv5;             | one of: aarp arp atalk ipv4 ipv6 ipx_a ipx_b rarp wol.
          accept ipprotocol tpc;             | one of: ah egp esp icmp4 icmp6 icmpv4 icmpv6 igmp
          accept ipprotocol icmp;            | The protocol is icmp4 or icmp6.
          accept dport drop;                 | "drop" has a meaning of its own.
          accept dport not sport 5;          | "not" has a meaning of its own.
          accept ipsrc 10.0.0.1;             | netmask length designation in IP. One address is /32 in IPv4
          accept ipsrc host/8;               | Invalid IP address (not valid IPv4 or IPv6).
          accept macsrc 11:22:33;            | Invalid MAC address. It has 12 hexadecimal digits.
          accept chr syn;                    | separated by commas without blanks: broadcast inbound ipauth
          accept dport 1, 2;                 | type "2". The match before it has all of its arguments.
          accept dport 1 sport,5;            | Values of a match are separated by blanks.
          accept colour 3;                   | Unrecognized match type "colour". The matches are: chr
          accept dport 1 drop dport 2;       | It begins a statement: a semicolon is missing before it
          accept teq role 1;                 | Undefined tag name and invalid tag value. There are no tags.
          tag role id 1; accept teq Role 1;  | The tags, in lower case: role.
          tag r id 1 enum 1 a flag 0 b; accept teq r c; | The flags and enums, in lower case: b a.
          accept teq 5 a;                    | A tag that is a number has values that are numbers.
          macro m($a) accept dport $b; ; include m(1) | Undefined variable name. The parameters, in lower case: $a.
          macro m accept dport 1; ; include M | Undefined macro "M". The macros, in lower case: m.
          include m                          | Undefined macro "m". There are no macros.
          include                            | Include directive is missing a macro name.
          macro 1m accept dport 1; ;         | Names have letters, digits and underscores
          macro m accept dport 1; ; macro m accept dport 1; ; | Multiple definition of macro name.
          tag t id 1; tag t id 2;            | Multiple definition of tag name.
          cap c id 1 accept dport 1; ; cap c id 2 accept dport 1; ; | Multiple definition of capability name.
          cap c id 1 accept dport 1; ; cap d id 1 accept dport 1; ; | Duplicate capability ID.
          cap c accept dport 1; ;            | Capability definition is missing a numeric ID. Add id
          tag t default 1;                   | Tag definition is missing a numeric ID. Add id
          tag t id 1 id 2;                   | Duplicate tag id definition.
          tag t id;                          | Missing numeric ID in tag definition.
          tag t id 1 default;                | Missing value for tag default.
          tag t id 1 flag 1;                 | Missing tag flag name or bits.
          tag t id 1 enum 1;                 | Missing tag enum name or value.
          tag t id 1 enum x a;               | Invalid or out of range tag enum value.
          tag t id 1 flag 0 a flag 1 a;      | Duplicate tag flag name.
          tag t id 1 accept dport 1; ;       | A tag definition contains no statements.
          accept accept dport 1; ;           | It begins a statement: a semicolon is missing before it
          tee                                | Missing arguments to "tee".
          redirect                           | Missing arguments to "redirect".
          redirect 12345;                    | Missing or invalid ZeroTier address target for redirect.
          priority 1;                        | Unrecognized action or directive in rule set. Statements are:
          Accept dport 5;                    | Unrecognized action
          dport 5;                           | It is a match: the statement before it ended
          """)
  void saysWhatIsValid(String source, String message) {
    var error = assertThrows(RulesException.class, () -> RulesCompiler.compile(source));

    String shown = error.show(source).lines().findFirst().orElseThrow();
    assertTrue(shown.contains(message), shown);
  }

  @Test
  void showsTheLineWithACaret() {
    String source = "# first\r\ndrop ethertype\tipx;\n";
    var error = assertThrows(RulesException.class, () -> RulesCompiler.compile(source));
    assertEquals(
        "line 2, column 16: Invalid numeric value. It is a number, or one of: aarp arp atalk ipv4"
            + " ipv6 ipx_a ipx_b rarp wol.\n  drop ethertype\tipx;\n  "
            + " ".repeat("drop ethertype".length())
            + "\t^",
        error.show(source));

    String swallows = "accept;\ndrop ethertype arp;\n";
    var swallowed = assertThrows(RulesException.class, () -> RulesCompiler.compile(swallows));
    assertTrue(
        swallowed.show(swallows).contains("write \"accept and;\""), swallowed.show(swallows));
  }

  @Test
  void placesTheCaretBelowWideCharacters() {
    String source = "# 網\ntag größe id 1 enum 1 e\u0301 網路 😀 x";
    var error = new RulesException(new Token("x", 2, 29, source.indexOf(" x") + 1), "Bad.");

    assertEquals(
        "line 2, column 31: Bad.\n  tag größe id 1 enum 1 e\u0301 網路 😀 x\n  "
            + " ".repeat("tag größe id 1 enum 1 e .... .. ".length())
            + "^",
        error.show(source));
  }

  @Test
  void showsAnExcerptOfALongLine() {
    String source = "accept " + "vlan 1 ".repeat(60_000) + "vlna 2 ".repeat(60_000);
    var error = assertThrows(RulesException.class, () -> RulesCompiler.compile(source));

    String[] lines = error.show(source).split("\n");
    assertEquals(Excerpt.MAX_BEFORE + Excerpt.MAX_AFTER + "  ......".length(), lines[1].length());
    assertTrue(lines[1].startsWith("vlna 2", lines[2].indexOf('^')), lines[1]);
  }

  @Test
  void limitsWords() throws Exception {
    String longest = "0".repeat(RulesScanner.MAX_WORD_CHARS - 1) + "7";
    assertEquals(2, RulesCompiler.compile("accept vlan " + longest + ";").rules().size());

    var error =
        assertThrows(
            RulesException.class, () -> RulesCompiler.compile("accept vlan 0" + longest + ";"));
    assertEquals("1:12", error.line() + ":" + error.column());
  }

  @Test
  void hintsAtUpperCaseAndStraySemicolons() {
    var upper =
        assertThrows(RulesException.class, () -> RulesCompiler.compile("DROP ethertype ipv4;"));
    assertTrue(upper.hint().contains("lower case"), upper.hint());
    var unknown = assertThrows(RulesException.class, () -> RulesCompiler.compile("reject;"));
    assertTrue(unknown.hint().startsWith("Statements are: drop accept"), unknown.hint());
  }

  @Test
  void limitsSourcesAndTheirMacros() {
    String large = " ".repeat(RulesCompiler.MAX_SOURCE_CHARS + 1);
    assertThrows(RulesException.class, () -> RulesCompiler.compile(large));

    var doubling = new StringBuilder("macro m0 accept ethertype 1; ;\n");
    for (int i = 1; i < 60; i++) {
      doubling.append("macro m%d include m%d include m%d ;\n".formatted(i, i - 1, i - 1));
    }
    var tooMany =
        assertThrows(RulesException.class, () -> RulesCompiler.compile(doubling + "include m59"));
    assertEquals("More than 100000 rules.", tooMany.getMessage());
    String empty = doubling.toString().replace("accept ethertype 1; ", "");
    assertThrows(RulesException.class, () -> RulesCompiler.compile(empty + "include m59"));
  }

  @Test
  void compilesTenThousandRules() throws Exception {
    String source = "accept ipprotocol tcp dport 80;\n".repeat(10_000);

    assertEquals(30_000, RulesCompiler.compile(source).rules().size());
  }

  @Test
  void limitsNestedBlocks() {
    assertThrows(RulesException.class, () -> RulesCompiler.compile("accept\n".repeat(100_000)));
  }

  /** Words in any order: an error or a result that survives the way to source and back. */
  @Test
  void handlesRandomSources() {
    String[] words =
        ("macro tag cap drop accept tee watch redirect break priority include id default flag enum"
             + " and or not ethertype ipv4 ipprotocol tcp dport 80 1-5 -1 a1b2c3d4e5 ; ;; m m($x)"
             + " $x t t; accept; chr inbound,tcp_syn teq 7; random 0.3 icmp 8 # \n"
             + " \r\n")
            .split(" ");
    var random = new Random(11);
    int compiled = 0;
    for (int round = 0; round < 20_000; round++) {
      var source = new StringBuilder();
      for (int i = random.nextInt(14); i >= 0; i--) {
        source
            .append(words[random.nextInt(words.length)])
            .append(random.nextInt(9) == 0 ? "; " : " ");
      }
      compiled += survives(source.toString()) ? 1 : 0;
    }
    assertTrue(compiled > 100, "compiled " + compiled);
  }

  private static boolean survives(String source) {
    Map<String, @Nullable Object> json;
    try {
      json = RulesCompiler.compile(source).json();
    } catch (RulesException e) {
      assertTrue(e.offset() <= source.length(), source);
      assertTrue(!e.show(source).isEmpty(), source);
      return false;
    }
    String again = RulesDecompiler.decompile(json);
    try {
      assertEquals(Json.write(json), Json.write(RulesCompiler.compile(again).json()), again);
    } catch (RulesException e) {
      throw new AssertionError(source + " became " + again + e.show(again), e);
    }
    return true;
  }
}
