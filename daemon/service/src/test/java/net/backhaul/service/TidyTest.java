// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service;

import static java.util.stream.Collectors.joining;
import static java.util.stream.Collectors.toSet;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.spi.ToolProvider;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Rules for the files of the tree that no compiler checks; docs/style.md says why. */
class TidyTest {
  private static final int MAX_LINES = 600;

  /** Of a line of Markdown. */
  private static final int MAX_COLUMNS = 120;

  /** Files and directories that may lie at the top, beside names with a leading dot. */
  private static final Set<String> TOP =
      Set.of(
          "pom.xml",
          "README.md",
          "CHANGELOG.md",
          "SECURITY.md",
          "LICENSE",
          "NOTICE",
          "daemon",
          "cli",
          "crypto",
          "protocol",
          "tap",
          "docs",
          "scripts",
          "target");

  private static final Pattern TREE_PATH =
      Pattern.compile(
          "(?<![A-Za-z0-9._/<>$-]|]\\()(?:scripts|docs|daemon|cli|crypto|protocol|tap)/[A-Za-z0-9._/-]+");

  private static final Pattern LINK = Pattern.compile("]\\(([^)#\\s]*)(?:#([^)\\s]+))?\\)");
  private static final Pattern HEADING = Pattern.compile("(?m)^#{1,6} (.+)$");

  /** Paths of one machine, and postponed work. Split, so that this file passes. */
  private static final List<String> FORBIDDEN =
      List.of("/wo" + "rk/", "TO" + "DO", "FIX" + "ME", "DEMO_" + "OUTPUT");

  @Test
  void findsTheTree() {
    assertTrue(
        Files.exists(Tree.TOP.resolve("daemon/service/pom.xml")),
        () -> "not the tree: " + Tree.TOP);
    assertTrue(Tree.javaFiles().size() > 100);
    assertTrue(Tree.shellFiles().size() > 3);
  }

  @Test
  void formatsJava() {
    var formatter = ToolProvider.findFirst("google-java-format").orElseThrow();
    var printed = new StringWriter();
    var errors = new StringWriter();

    formatter.run(
        new PrintWriter(printed),
        new PrintWriter(errors),
        Stream.concat(
                Stream.of("--dry-run"),
                Tree.javaFiles().stream().map(Tree.TOP::resolve).map(Path::toString))
            .toArray(String[]::new));

    assertEquals("", errors.toString());
    assertEquals("", printed.toString(), "run scripts/format");
  }

  @Test
  void namesTheLicenceInEverySourceFile() {
    assertNone(
        sourceFiles(),
        file ->
            Tree.lines(file).stream().limit(2).noneMatch(line -> line.contains("SPDX-License-")));
  }

  @Test
  void limitsTheLengthOfSourceFiles() {
    assertNone(sourceFiles(), file -> Tree.lines(file).size() > MAX_LINES);
  }

  @Test
  void wrapsMarkdown() {
    assertEquals("", String.join("\n", longLines(Tree.markdownFiles())));
  }

  @Test
  void findsLongLinesByCharacters() {
    String text = "ä".repeat(MAX_COLUMNS) + "\n" + "a".repeat(MAX_COLUMNS + 1) + "\n";

    assertEquals(List.of("a.md:2"), longLines("a.md", text.lines().toList()));
  }

  @Test
  void describesAndNullMarksEveryPackage() {
    assertNone(
        Tree.javaFiles().stream()
            .filter(file -> file.toString().contains("src/main/java"))
            .map(file -> file.resolveSibling("package-info.java"))
            .distinct(),
        file ->
            !Files.exists(Tree.TOP.resolve(file))
                || !Tree.text(file).contains("@NullMarked")
                || !Tree.text(file).contains("/**"));
  }

  @Test
  void limitsTheTopOfTheTree() throws IOException {
    try (var top = Files.list(Tree.TOP)) {
      assertEquals(
          List.of(),
          top.map(path -> path.getFileName().toString())
              .filter(name -> !name.startsWith(".") && !TOP.contains(name))
              .toList());
    }
  }

  @Test
  void rejectsTabsTrailingBlanksAndMissingLastNewline() {
    assertNone(
        textFiles(),
        file -> {
          String text = Tree.text(file);
          return text.contains("\t")
              || text.contains(" \n")
              || text.contains("\r")
              || !text.endsWith("\n");
        });
  }

  @Test
  void rejectsPathsOfOneMachineAndPostponedWork() {
    assertNone(textFiles(), file -> FORBIDDEN.stream().anyMatch(Tree.text(file)::contains));
  }

  @Test
  void namesOnlyPathsThatExist() {
    var missing = new TreeSet<String>();
    for (Path file : Tree.markdownFiles()) {
      var matcher = TREE_PATH.matcher(Tree.text(file));
      while (matcher.find()) {
        String path = matcher.group().replaceAll("[./]+$", "");
        if (!path.contains("/target")
            && !Files.exists(Tree.TOP.resolve(path))
            && !Files.exists(Tree.TOP.resolve(file).resolveSibling(path))) {
          missing.add(file + " names " + path);
        }
      }
    }

    assertEquals(Set.of(), missing);
  }

  @Test
  void linksOnlyToFilesAndHeadingsThatExist() {
    var broken = new TreeSet<String>();
    for (Path file : Tree.markdownFiles()) {
      for (MatchResult link : LINK.matcher(Tree.text(file)).results().toList()) {
        Path target =
            link.group(1).isEmpty() ? file : file.resolveSibling(link.group(1)).normalize();
        if (link.group(1).contains("://") || link.group(1).startsWith("mailto:")) {
          continue;
        }
        if (!Files.exists(Tree.TOP.resolve(target))
            || link.group(2) != null && !anchors(Tree.text(target)).contains(link.group(2))) {
          broken.add(file + " links to " + link.group());
        }
      }
    }

    assertEquals(Set.of(), broken);
  }

  @Test
  void namesAnchorsAsForgesDo() {
    assertEquals(
        Set.of("a-first-network-step-by-step", "localconf"),
        anchors("# A first network, step by step\ntext\n## local.conf\n"));
  }

  @Test
  void makesScriptsExecutable() {
    assertNone(
        Tree.shellFiles().stream(),
        file -> Tree.text(file).startsWith("#!") && !Files.isExecutable(Tree.TOP.resolve(file)));
  }

  /** Returns the anchors that code forges give the headings of a document. */
  private static Set<String> anchors(String markdown) {
    return HEADING
        .matcher(markdown)
        .results()
        .map(heading -> heading.group(1).toLowerCase(Locale.ROOT))
        .map(heading -> heading.replaceAll("[^\\p{L}\\p{N} _-]", "").replace(' ', '-'))
        .collect(toSet());
  }

  private static List<String> longLines(List<Path> files) {
    return files.stream()
        .flatMap(file -> longLines(file.toString(), Tree.lines(file)).stream())
        .toList();
  }

  private static List<String> longLines(String file, List<String> lines) {
    var found = new ArrayList<String>();
    for (int number = 1; number <= lines.size(); number++) {
      String line = lines.get(number - 1);
      if (line.codePointCount(0, line.length()) > MAX_COLUMNS) {
        found.add(file + ":" + number);
      }
    }
    return found;
  }

  private static void assertNone(Stream<Path> files, Predicate<Path> bad) {
    assertEquals("", files.filter(bad).map(Path::toString).collect(joining("\n")));
  }

  private static Stream<Path> sourceFiles() {
    return Stream.of(
            Tree.javaFiles(), Tree.scriptFiles(), Tree.files(n -> n.endsWith(".c")).toList())
        .flatMap(List::stream);
  }

  private static Stream<Path> textFiles() {
    return Stream.concat(
        sourceFiles(), Tree.files(name -> name.matches(".*\\.(md|xml|service|plist)")));
  }
}
