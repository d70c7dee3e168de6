// SPDX-License-Identifier: Apache-2.0
package net.backhaul.protocol.network;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.IDN;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.backhaul.protocol.identity.Addresses;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DnsLabelsTest {
  private static final long ALICE = 0x11_2233_4455L;
  private static final long BOB = 0xaa_bbcc_ddeeL;

  @ParameterizedTest
  @CsvSource({
    "web, web",
    "Web Server 2, web-server-2",
    "db_01.corp.example, db-01-corp-example",
    "'  -- a -- b --  ', a-b",
    "127.0.0.1, 127-0-0-1",
    "xn--mnchen-3ya, xn-mnchen-3ya",
    "a---b, a-b",
    "'*.example', example",
    "O'Brien, o-brien",
    "42, 42",
  })
  void keepsLettersAndDigitsOfAscii(String name, String label) {
    assertEquals(label, DnsLabels.plain(name));
  }

  @ParameterizedTest
  @CsvSource({
    "München, xn--mnchen-3ya",
    "MÜNCHEN, xn--mnchen-3ya",
    "Mu\u0308nchen, xn--mnchen-3ya",
    "Straße 1, strasse-1",
    "ｗｅｂ, web",
    "ﬁle, file",
    "日本, xn--wgv71a",
    "сервер, xn--b1afb6bcb",
    "שרת, xn--tebbe",
  })
  void encodesOtherScripts(String name, String label) {
    assertEquals(label, DnsLabels.plain(name));
  }

  @Test
  void usesTheAddressOfMembersWithoutUsableName() {
    List<String> names =
        List.of(
            "",
            "-",
            "..",
            ". - .",
            "\0",
            "\0\0\0",
            "\u202e",
            "\u200b\u200d\ufeff",
            "🙂",
            "\ud800",
            "\udc00\ud800",
            "\u0301",
            "\u3002",
            "\u2024",
            "/",
            "\\",
            "*",
            "_",
            "\r\n");
    for (String name : names) {
      assertEquals("", DnsLabels.plain(name), () -> "plain label of " + codes(name));
      assertEquals("1122334455", labels(ALICE, name).get(ALICE), () -> codes(name));
    }
  }

  @Test
  void replacesHiddenAndControlCharacters() {
    assertEquals("w-eb", DnsLabels.plain("\u202ew\u200beb\0"), "plain label");
    assertEquals("w-eb", DnsLabels.plain("w\0eb"), "plain label");
    assertEquals("a-b", DnsLabels.plain("a\ud800b"), "plain label");
    assertEquals("a-b", DnsLabels.plain("a\u3002b"), "plain label");
  }

  @Test
  void shortensNamesThatIdnaDoesNotPermit() {
    // Left-to-right and right-to-left letters in one label.
    assertEquals("ab", DnsLabels.plain("abשרת"), "plain label");
    assertEquals("xn--ueb", DnsLabels.plain("שb"), "plain label");
    assertEquals("b-1122334455", labels(BOB, "b", ALICE, "b").get(ALICE), "label");
  }

  @Test
  void shortensLongNames() {
    assertEquals("a".repeat(63), DnsLabels.plain("a".repeat(10_000)), "plain label");
    assertEquals("a".repeat(62), DnsLabels.plain("a".repeat(62) + "-b"), "plain label");
    String encoded = DnsLabels.plain("ü".repeat(10_000));
    assertTrue(encoded.startsWith("xn--") && encoded.length() <= 63, encoded);
    assertTrue(DnsLabels.plain("日".repeat(10_000)).length() > 20, "length of a long label");
    assertEquals("", DnsLabels.plain(".".repeat(10_000)), "plain label");
  }

  @Test
  void givesTheLabelToTheFirstOfSeveralMembers() {
    Map<Long, String> labels = labels(BOB, "web", ALICE, "WEB.");
    assertEquals("web", labels.get(BOB), "label of the first");
    assertEquals("web-1122334455", labels.get(ALICE), "label of the second");
    labels = labels(BOB, "Straße", ALICE, "STRASSE");
    assertEquals("strasse-1122334455", labels.get(ALICE), "label of the second");
    labels = labels(BOB, "München", ALICE, "münchen");
    assertEquals("münchen-1122334455", IDN.toUnicode(labels.get(ALICE)), "label of the second");
    labels = labels(BOB, "שרת", ALICE, "שרת");
    assertEquals("1122334455", labels.get(ALICE), "label of the second");
    labels = labels(BOB, "a".repeat(63), ALICE, "a".repeat(64));
    assertEquals("a".repeat(52) + "-1122334455", labels.get(ALICE), "label of the second");
  }

  @Test
  void reservesLabelsThatEndLikeAddresses() {
    // Alice must not get what is Bob's without a name, or as the second of a name.
    assertEquals("aabbccddee-1122334455", labels(ALICE, "aabbccddee").get(ALICE), "label");
    assertEquals("web-aabbccddee-1122334455", labels(ALICE, "web-AABBCCDDEE").get(ALICE), "label");
    assertEquals("1122334455-1122334455", labels(ALICE, "1122334455").get(ALICE), "label");
    assertEquals("web-aabbccddee0", labels(ALICE, "web-aabbccddee0").get(ALICE), "label");
    String encoded = labels(ALICE, "münchen-aabbccddee").get(ALICE);
    assertEquals("münchen-aabbccddee-1122334455", IDN.toUnicode(encoded), "label");
  }

  @Test
  void givesUniqueValidLabelsToRandomNames() {
    long seed = 7;
    var random = new Random(seed);
    String alphabet = "aB1-. _\0ü\u0308ßשא日ｗ\ud83d\ude42\u202e\u3002xn";
    for (int round = 0; round < 300; round++) {
      var names = new LinkedHashMap<Long, String>();
      for (int i = 0; i < 50; i++) {
        var name = new StringBuilder();
        int length = random.nextInt(random.nextInt(10) == 0 ? 300 : 5);
        for (int at = 0; at < length; at++) {
          name.append(alphabet.charAt(random.nextInt(alphabet.length())));
        }
        long address = 1 + random.nextLong(200);
        names.put(address, random.nextInt(9) == 0 ? name + "-" + Addresses.text(9) : name + "");
      }
      Map<Long, String> labels = DnsLabels.assign(names);
      String context = "seed " + seed + ", round " + round + ": " + labels;
      assertEquals(names.keySet(), labels.keySet(), context);
      assertEquals(names.size(), new HashSet<>(labels.values()).size(), context);
      for (String label : labels.values()) {
        assertTrue(label.matches("[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"), () -> context + label);
        assertTrue(DnsLabels.isLabel(label), () -> context + label);
      }
      assertEquals(labels, DnsLabels.assign(names), context);
    }
  }

  @Test
  void rejectsTextsThatAreNoLabel() {
    for (String text :
        List.of("", "-", "a-", "-a", "a.b", "A", "ü", "a".repeat(64), "a b", "a\0")) {
      assertFalse(DnsLabels.isLabel(text), text);
    }
  }

  private static Map<Long, String> labels(long address, String name) {
    return DnsLabels.assign(new LinkedHashMap<>(Map.of(address, name)));
  }

  private static Map<Long, String> labels(long first, String name, long second, String other) {
    var names = new LinkedHashMap<Long, String>();
    names.put(first, name);
    names.put(second, other);
    return DnsLabels.assign(names);
  }

  private static String codes(String name) {
    return name.codePoints().mapToObj(Integer::toHexString).toList().toString();
  }
}
