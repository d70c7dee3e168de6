// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service;

import static java.util.stream.Collectors.joining;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.spi.ToolProvider;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Rules for the files of the tree that no compiler checks; docs/style.md says why. */
class TidyTest {
  private static final Path TREE = Path.of("").toAbsolutePath().getParent().getParent();

  private static final int MAX_LINES = 600;

  /** Files and folders that may lie at the top, beside names with a leading dot. */
  private static final Set<String> TOP =
      Set.of(
          "pom.xml",
          "README.md",
          "LICENSE",
          "NOTICE",
          "CHANGELOG.md",
          "SECURITY.md",
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
          "(?<![A-Za-z0-9._/<>$-])(?:scripts|docs|daemon|cli|crypto|protocol|tap)/[A-Za-z0-9._/-]+");

  /** What belongs to one machine, or was left for later. Split, so that this file passes. */
  private static final List<String> FORBIDDEN = List.of("/wo" + "rk/", "TO" + "DO", "FIX" + "ME");

  @Test
  void theTreeIsThisProject() {
    assertTrue(Files.exists(TREE.resolve("daemon/service/pom.xml")), () -> "not the tree: " + TREE);
    assertTrue(javaFiles().size() > 100);
    assertTrue(shellFiles().size() > 3);
  }

  @Test
  void javaIsFormatted() {
    var formatter = ToolProvider.findFirst("google-java-format").orElseThrow();
    var said = new StringWriter();
    var complaints = new StringWriter();

    formatter.run(
        new PrintWriter(said),
        new PrintWriter(complaints),
        Stream.concat(
                Stream.of("--dry-run"), javaFiles().stream().map(TREE::resolve).map(Path::toString))
            .toArray(String[]::new));

    assertEquals("", complaints.toString());
    assertEquals("", said.toString(), "run scripts/format");
  }

  @Test
  void everySourceFileNamesItsLicence() {
    assertNone(
        Stream.concat(javaFiles().stream(), shellFiles().stream()),
        file -> lines(file).stream().limit(2).noneMatch(line -> line.contains("SPDX-License-")));
  }

  @Test
  void noSourceFileOutgrowsItsRoom() {
    assertNone(
        Stream.concat(javaFiles().stream(), shellFiles().stream()),
        file -> lines(file).size() > MAX_LINES);
  }

  @Test
  void everyPackageIsNullMarkedAndSaysWhatItIsFor() {
    assertNone(
        javaFiles().stream()
            .filter(file -> file.toString().contains("src/main/java"))
            .map(file -> file.resolveSibling("package-info.java"))
            .distinct(),
        file ->
            !Files.exists(TREE.resolve(file))
                || !text(file).contains("@NullMarked")
                || !text(file).contains("/**"));
  }

  @Test
  void theTopOfTheTreeStaysSmall() throws IOException {
    try (var top = Files.list(TREE)) {
      assertEquals(
          List.of(),
          top.map(path -> path.getFileName().toString())
              .filter(name -> !name.startsWith(".") && !TOP.contains(name))
              .toList());
    }
  }

  @Test
  void textHasNoTabsNoTrailingBlanksAndALastNewline() {
    assertNone(
        textFiles(),
        file -> {
          String text = text(file);
          return text.contains("\t")
              || text.contains(" \n")
              || text.contains("\r")
              || !text.endsWith("\n");
        });
  }

  @Test
  void textNamesNoMachineAndPostponesNothing() {
    assertNone(textFiles(), file -> FORBIDDEN.stream().anyMatch(text(file)::contains));
  }

  @Test
  void documentsNameOnlyPathsThatExist() {
    var missing = new TreeSet<String>();
    for (Path file : files(name -> name.endsWith(".md")).toList()) {
      var matcher = TREE_PATH.matcher(text(file));
      while (matcher.find()) {
        String path = matcher.group().replaceAll("[./]+$", "");
        if (!path.contains("/target")
            && !Files.exists(TREE.resolve(path))
            && !Files.exists(TREE.resolve(file).resolveSibling(path))) {
          missing.add(file + " names " + path);
        }
      }
    }

    assertEquals(Set.of(), missing);
  }

  @Test
  void scriptsCanBeRun() {
    assertNone(
        shellFiles().stream(),
        file -> text(file).startsWith("#!") && !Files.isExecutable(TREE.resolve(file)));
  }

  private static void assertNone(Stream<Path> files, Predicate<Path> bad) {
    assertEquals("", files.filter(bad).map(Path::toString).collect(joining("\n")));
  }

  private static List<Path> javaFiles() {
    return files(name -> name.endsWith(".java")).toList();
  }

  /** Scripts have no suffix where they stand for a program. */
  private static List<Path> shellFiles() {
    return files(name -> name.endsWith(".sh") || !name.contains("."))
        .filter(file -> text(file).startsWith("#!"))
        .toList();
  }

  private static Stream<Path> textFiles() {
    return Stream.of(
            javaFiles().stream(),
            shellFiles().stream(),
            files(name -> name.matches(".*\\.(md|xml|service|plist)")))
        .flatMap(files -> files);
  }

  /** Files of the tree by name, as paths below it, without what a build leaves. */
  private static Stream<Path> files(Predicate<String> name) {
    var found = new ArrayList<Path>();
    collect(TREE, name, found);
    return found.stream().map(TREE::relativize).sorted();
  }

  private static void collect(Path folder, Predicate<String> name, List<Path> found) {
    try (var entries = Files.list(folder)) {
      for (Path entry : entries.toList()) {
        String its = entry.getFileName().toString();
        if (Files.isDirectory(entry)) {
          if (!its.equals("target")
              && !its.equals("vectors")
              && !its.matches("\\.(git|idea|vscode)")) {
            collect(entry, name, found);
          }
        } else if (name.test(its) && Files.isRegularFile(entry)) {
          found.add(entry);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static List<String> lines(Path file) {
    return text(file).lines().toList();
  }

  private static String text(Path file) {
    try {
      return new String(Files.readAllBytes(TREE.resolve(file)), StandardCharsets.ISO_8859_1);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
