// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service;

import static java.util.stream.Collectors.joining;
import static java.util.stream.Collectors.toMap;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Each item of the checklists in docs/protocol names tests that exist, or says that it has none.
 */
class ChecklistTest {
  private static final Pattern CHECKLIST =
      Pattern.compile("(?ms)^## \\d+\\. Conformance checklist$(.*?)(?=^## |\\z)");
  private static final Pattern ITEM = Pattern.compile("(?m)^(\\d+)\\. (.*(?:\\n {3,}\\S.*)*)");
  private static final Pattern COVERAGE =
      Pattern.compile(
          "Tests: ((?:`[\\w.]+`(?: \\([^)`]+\\))?(?:, )?)+)(?:;[^`]*)?\\.$|No test(?:: .+)?\\.$");
  private static final Pattern CASES = Pattern.compile("\\bC: ([a-z0-9*, -]+)");
  private static final Pattern SCRIPTS = Pattern.compile("`NodeScriptsTest` \\(([^)]+)\\)");
  private static final Pattern ID = Pattern.compile("\"id\": ?\"([^\"]+)\"");
  private static final Pattern TEST = Pattern.compile("`(\\w+)(?:\\.(\\w+))?`");

  private final Map<String, String> testsByName =
      Tree.javaFiles().stream()
          .filter(file -> file.toString().contains("src/test/java"))
          .collect(
              toMap(
                  file -> file.getFileName().toString().replace(".java", ""),
                  Tree::text,
                  (one, other) -> one + other));

  @Test
  void namesTestsThatExist() {
    var problems = new ArrayList<String>();
    int items = 0;
    for (Path file : Tree.markdownFiles()) {
      if (!Citations.chapterOf(file).isEmpty()) {
        List<MatchResult> found = items(Tree.text(file));
        assertTrue(!found.isEmpty(), () -> file + " has no checklist");
        items += found.size();
        found.forEach(item -> check(file.toString(), item, problems));
      }
    }

    assertEquals("", String.join("\n", problems));
    assertTrue(items > 250, "items: " + items);
  }

  @Test
  void namesRecordedCasesThatExist() {
    assertEquals(List.of(), unknownIds("02", CASES, "cases.json"));
    assertEquals(List.of(), unknownIds("03", SCRIPTS, "node_scripts.json"));
  }

  @Test
  void findsUnknownRecordedCases() {
    String items = "1. MUST be so. (C: nop, no-such-*, verb-*,\n   frag-no) Tests: `A`.";

    assertEquals(List.of("frag-no", "no-such-*"), unknownIds(items, CASES, "cases.json"));
  }

  @Test
  void describesEveryRecording() {
    String documents =
        Tree.markdownFiles().stream()
            .filter(file -> file.startsWith("docs/protocol"))
            .map(Tree::text)
            .collect(joining());

    List<Path> recordings = Tree.recordings();
    assertTrue(recordings.size() > 40, () -> "recordings: " + recordings.size());
    assertEquals(
        List.of(),
        recordings.stream()
            .filter(file -> !documents.contains(file.getFileName().toString()))
            .toList());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "1. MUST be so.",
        "1. MUST be so. Tests:.",
        "1. MUST be so. Tests: `NoSuchTestAnywhere`.",
        "1. MUST be so. Tests: `ChecklistTest.noSuchMethod`.",
        "1. MUST be so. Tests: `ChecklistTest`,\n   `NoSuchTestAnywhere`."
      })
  void rejectsItemsWithoutTestsThatExist(String item) {
    assertEquals(1, problems(item).size(), () -> problems(item).toString());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "1. MUST be so. Tests: `ChecklistTest`.",
        "1. MUST be so. Tests: `ChecklistTest.namesTestsThatExist`,\n"
            + "   `CitationTest`; not all of it.",
        "1. MUST be so. No test.",
        "1. MUST be so. No test: it is not\n   implemented."
      })
  void acceptsItemsThatNameTheirTests(String item) {
    assertEquals(List.of(), problems(item));
  }

  private static List<String> unknownIds(String chapterOrText, Pattern naming, String recording) {
    String text =
        Tree.markdownFiles().stream()
            .filter(file -> Citations.chapterOf(file).equals(chapterOrText))
            .map(Tree::text)
            .findFirst()
            .orElse(chapterOrText);
    List<String> known =
        Tree.recordings().stream()
            .filter(file -> file.endsWith(recording))
            .flatMap(file -> ID.matcher(Tree.text(file)).results().map(id -> id.group(1)))
            .toList();
    List<String> named =
        naming
            .matcher(text.replaceAll("\\s+", " "))
            .results()
            .flatMap(ids -> Stream.of(ids.group(1).split(", ")))
            .map(String::trim)
            .toList();
    assertTrue(!known.isEmpty() && !named.isEmpty(), recording);
    return named.stream()
        .filter(
            id ->
                known.stream()
                    .noneMatch(
                        one ->
                            id.endsWith("*")
                                ? one.startsWith(id.substring(0, id.length() - 1))
                                : one.equals(id)))
        .sorted()
        .toList();
  }

  private List<String> problems(String item) {
    var problems = new ArrayList<String>();
    List<MatchResult> items = items("## 8. Conformance checklist\n\n" + item + "\n\n## 9. Next\n");
    assertEquals(1, items.size());
    check("a.md", items.get(0), problems);
    return problems;
  }

  private static List<MatchResult> items(String chapter) {
    return CHECKLIST
        .matcher(chapter)
        .results()
        .flatMap(list -> ITEM.matcher(list.group(1)).results())
        .toList();
  }

  private void check(String file, MatchResult item, List<String> problems) {
    String where = file + ", item " + item.group(1);
    var coverage = COVERAGE.matcher(item.group(2).replaceAll("\\s+", " "));
    if (!coverage.find()) {
      problems.add(where + " says neither \"Tests: ...\" nor \"No test\"");
    } else if (coverage.group(1) != null) {
      TEST.matcher(coverage.group(1))
          .results()
          .filter(test -> !exists(test))
          .forEach(test -> problems.add(where + " names " + test.group() + ", which is no test"));
    }
  }

  private boolean exists(MatchResult test) {
    String source = testsByName.get(test.group(1));
    return source != null
        && (test.group(2) == null || source.matches("(?s).*\\b" + test.group(2) + "\\(.*"));
  }
}
