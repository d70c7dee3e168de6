// SPDX-License-Identifier: Apache-2.0
package net.backhaul.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Suggestions for mistyped words. */
class NearestWordsTest {
  private static final List<String> WORDS =
      List.of("info", "listpeers", "peers", "listnetworks", "join", "set", "allowDefault", "bond");

  @ParameterizedTest
  @CsvSource({
    "jion, join",
    "inf, info",
    "infoo, info",
    "INFO, info",
    "allowdefault, allowDefault",
    "alowDefalt, allowDefault",
    "lst, listpeers listnetworks",
    "ls, listpeers listnetworks",
    "network, listnetworks",
    "perrs, peers",
    "'', ''",
    "x, ''",
    "zzzzzz, ''",
    "somethingelse, ''",
  })
  void findsNearWords(String word, String expected) {
    assertEquals(expected, String.join(" ", NearestWords.find(word, WORDS)));
  }

  @Test
  void suggestsNearWords() {
    assertEquals("; did you mean join?", NearestWords.suggestion("jion", WORDS));
    assertEquals(
        "; did you mean a1, a2 or a3?", NearestWords.suggestion("a", List.of("a1", "a2", "a3")));
    assertEquals("", NearestWords.suggestion("zzzzzz", WORDS));
  }

  @Test
  void comparesLongWordsInBoundedTime() {
    assertEquals(List.of(), NearestWords.find("x".repeat(1_000_000), WORDS));
  }
}
