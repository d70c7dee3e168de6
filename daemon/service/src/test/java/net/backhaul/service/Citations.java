// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/**
 * Finds citations of docs/protocol in a text and checks that their sections exist.
 *
 * <p>The grammar is in docs/style.md: a chapter, "section" and one number, or "sections" and
 * several numbers joined by commas, "and" or "to".
 */
final class Citations {
  private static final String NUMBER = "(?:0|[1-9]\\d?)(?:\\.\\d+)*(?!\\d)";
  private static final String NUMBERS = NUMBER + "(?:(?:,|\\s+and|\\s+to)\\s+" + NUMBER + ")*";

  private static final Pattern CITATION =
      Pattern.compile("\\b(0[1-4])\\s+(sections?)\\s+(" + NUMBERS + ")");
  private static final Pattern OWN_SECTION =
      Pattern.compile("(?<!\\b0[1-4]\\s{1,40})\\b()([Ss]ections?)\\s+(" + NUMBERS + ")");
  private static final Pattern ONE_NUMBER = Pattern.compile(NUMBER);

  /** Forms that leave out the chapter or the word "section". */
  private static final Pattern STRAY =
      Pattern.compile(
          "(?<!\\b0[1-4]\\s{1,40})(?<!RFC \\d{3,5}\\s{1,40})\\b[Ss]ections?\\s+\\d[\\d.]*"
              + "|\\b0[1-4],?\\s+\\d+\\.\\d+\\b"
              + "|(?<!\\w)\\(\\d{1,2}\\.\\d{1,2}(?:\\.\\d+)*(?:(?:,| and| to) [\\d.]+)*\\)"
              + "|§\\s*\\d[\\d.]*"
              + "|\\b[Cc]hapters?\\s+\\d+");

  private static final Pattern HEADING = Pattern.compile("(?m)^#{2,6} (" + NUMBER + ")\\.? ");

  private final Map<String, Set<String>> sections;
  private final List<String> problems = new ArrayList<>();
  private int resolved;

  /**
   * @param sections the section numbers of each chapter, by its two digits
   */
  Citations(Map<String, Set<String>> sections) {
    this.sections = sections;
  }

  /** Reads the section numbers of the chapters in docs/protocol. */
  static Citations ofTree() {
    var sections = new TreeMap<String, Set<String>>();
    for (Path file : Tree.markdownFiles()) {
      String chapter = chapterOf(file);
      if (!chapter.isEmpty()) {
        sections.put(chapter, headings(Tree.text(file)));
      }
    }
    return new Citations(sections);
  }

  /** Returns the two digits of a chapter's file, or an empty text for any other file. */
  static String chapterOf(Path file) {
    return file.startsWith("docs/protocol") && file.getFileName().toString().matches("\\d\\d-.*")
        ? file.getFileName().toString().substring(0, 2)
        : "";
  }

  static Set<String> headings(String markdown) {
    var numbers = new HashSet<String>();
    HEADING.matcher(markdown).results().forEach(heading -> numbers.add(heading.group(1)));
    return numbers;
  }

  /** Checks what cites the chapters from outside: code, scripts and documents. */
  void check(String file, String text) {
    String flat = joinLines(text);
    CITATION.matcher(flat).results().forEach(found -> resolve(file, flat, found, found.group(1)));
  }

  /** Checks in code and scripts that no citation lacks its chapter or the word "section". */
  void checkForms(String file, String text) {
    String flat = joinLines(text);
    STRAY
        .matcher(flat)
        .results()
        .forEach(found -> report(file, flat, found, "is not of the form \"03 section 4.8\""));
  }

  /** Checks what a chapter says of its own sections. */
  void checkOwn(String file, String text, String chapter) {
    String flat = joinLines(text);
    OWN_SECTION.matcher(flat).results().forEach(found -> resolve(file, flat, found, chapter));
  }

  List<String> problems() {
    return problems;
  }

  /** How many sections were cited and found. */
  int resolved() {
    return resolved;
  }

  private void resolve(String file, String text, MatchResult found, String chapter) {
    List<String> numbers =
        ONE_NUMBER.matcher(found.group(3)).results().map(MatchResult::group).toList();
    if (numbers.size() > 1 != found.group(2).endsWith("s")) {
      report(file, text, found, "needs \"section\" for one number and \"sections\" for several");
    }
    for (String number : numbers) {
      if (sections.getOrDefault(chapter, Set.of()).contains(number)) {
        resolved++;
      } else {
        report(file, text, found, "names no section: " + chapter + " has no " + number);
      }
    }
  }

  private void report(String file, String text, MatchResult found, String reason) {
    long line = 1 + text.substring(0, found.start()).chars().filter(c -> c == '\n').count();
    problems.add(
        "%s:%d: \"%s\" %s".formatted(file, line, found.group().replaceAll("\\s+", " "), reason));
  }

  /** Blanks out what stands between two lines of one comment or text, without moving a line. */
  private static String joinLines(String text) {
    return Pattern.compile("\"?[ \\t]*\\n[ \\t]*(?:\\*(?!/)|//|#|\\+ \")?")
        .matcher(text)
        .replaceAll(between -> "\n" + " ".repeat(Math.max(0, between.group().length() - 1)));
  }
}
