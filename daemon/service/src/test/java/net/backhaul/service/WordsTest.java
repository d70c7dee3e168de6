// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Words that the glossary of docs/style.md has replaced do not come back. */
class WordsTest {
  /** Parts of type and member names. */
  private static final List<String> NAMES =
      List.of(
          "Desks?\\b",
          "\\bTray",
          "GroupBook",
          "Forgers?\\b",
          "FlowVerdict\\b",
          "IdentityGate\\b",
          "wayFound",
          "judgesFlows",
          "somebodyWaits",
          "NO_WAY\\b",
          "NEVER_HANDLED",
          "NOT_AWAITED",
          "CROWDED_OUT",
          "socket_full",
          "\\bNO_ROOM\\b",
          "Judge\\b");

  /** Words of comments, messages, documents and names. */
  private static final List<String> WORDS =
      List.of(
          "strangers?",
          "somebody",
          "whoever",
          "everybody",
          "greet(?:s|ed)?",
          "parked",
          "doubt(?:s|ed|ful)?",
          "dear",
          "weather",
          "crowd(?:s|ed)? out",
          "lets? in",
          "turn(?:s|ed)? away",
          "tick(?:s|ed)? (?:for|each)",
          "ways? out of",
          "folders?",
          "refuse[sd]?",
          "awaited",
          "forget(?:s|ting)?",
          "looks? whether",
          "mistakes? of ours",
          "tell(?:s|ing)? (?:\\w+ )?apart",
          "at hand",
          "judge[sd]?",
          "foretells?",
          "foretold",
          "unasked",
          "living",
          "to blame",
          "own accord",
          "heal(?:s|ed)?",
          "remember(?:s|ed)?",
          "room for",
          "no room",
          "on the way",
          "now and then",
          "complain(?:s|ed|ts?)?");

  private static final Pattern FORBIDDEN =
      Pattern.compile(
          String.join("|", NAMES)
              + "|(?i:(?<![a-z])(?:"
              + String.join("|", WORDS)
              + ")(?![a-z]))"
              + "|(?<=[a-z])(?:Strangers?|Somebody|Whoever|Everybody|Greet(?:s|ed)?)(?![a-z])"
              + "|(?:strangers?|somebody|everybody|greet)(?=[A-Z])");

  @Test
  void avoidsReplacedWords() {
    var found = new ArrayList<String>();
    Stream.of(Tree.javaFiles(), Tree.scriptFiles(), Tree.markdownFiles())
        .flatMap(List::stream)
        .filter(file -> !listsWords(file))
        .forEach(file -> found.addAll(replacedWords(file.toString(), Tree.text(file))));

    assertEquals("", String.join("\n", found));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "class WhoisDesk {",
        "/** A stranger. */",
        "void strangersAreGreeted() {",
        "is turned away",
        "a tick for each member",
        "NO_WAY",
        "class FlowJudge {",
        "cannot tell members apart",
        "remembers the packet at once"
      })
  void findsReplacedWords(String text) {
    assertEquals(1, replacedWords("A.java", "\n" + text).size(), text);
    assertEquals("A.java:2", replacedWords("A.java", "\n" + text).get(0).replaceAll(": .*", ""));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "desktop",
        "the desk",
        "traced",
        "greeting",
        "ticks of the clock",
        "NO_WAYPOINT",
        "health",
        "rooms"
      })
  void leavesOtherWordsAlone(String text) {
    assertEquals(List.of(), replacedWords("A.java", text));
  }

  private static List<String> replacedWords(String file, String text) {
    var found = new ArrayList<String>();
    int number = 0;
    for (String line : text.lines().toList()) {
      number++;
      var word = FORBIDDEN.matcher(line);
      if (word.find()) {
        found.add(file + ":" + number + ": \"" + word.group() + "\" has a better word");
      }
    }
    return found;
  }

  /** The glossary lists what each word replaces, the changelog what was renamed. */
  private static boolean listsWords(Path file) {
    return file.endsWith("WordsTest.java")
        || file.equals(Path.of("docs/style.md"))
        || file.equals(Path.of("CHANGELOG.md"));
  }
}
