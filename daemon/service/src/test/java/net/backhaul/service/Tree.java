// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** The source tree for its tests: paths below the top, without the products of a build. */
final class Tree {
  static final Path TOP = Path.of("").toAbsolutePath().getParent().getParent();

  private Tree() {}

  static List<Path> javaFiles() {
    return files(name -> name.endsWith(".java")).toList();
  }

  static List<Path> mainJavaFiles() {
    return javaFiles().stream().filter(file -> file.toString().contains("src/main/java")).toList();
  }

  static List<Path> markdownFiles() {
    return files(name -> name.endsWith(".md")).toList();
  }

  /** Scripts have no suffix where they stand for a program. */
  static List<Path> shellFiles() {
    return files(name -> name.endsWith(".sh") || !name.contains("."))
        .filter(file -> text(file).startsWith("#!"))
        .toList();
  }

  /** Shell scripts and the Python files of the benchmark. */
  static List<Path> scriptFiles() {
    return Stream.concat(shellFiles().stream(), files(name -> name.endsWith(".py")))
        .distinct()
        .toList();
  }

  /** Recordings that tests replay, of the reference and of Linux. */
  static List<Path> recordings() {
    return files("target|\\..*", name -> name.matches(".*\\.(json|prom|txt)"))
        .filter(file -> file.toString().contains("src/test/resources/vectors/"))
        .toList();
  }

  /** Returns the files whose names match, in order, without recordings. */
  static Stream<Path> files(Predicate<String> name) {
    return files("target|vectors|\\.(git|idea|vscode)|__pycache__", name);
  }

  private static Stream<Path> files(String skippedDirectories, Predicate<String> name) {
    var found = new ArrayList<Path>();
    collect(TOP, skippedDirectories, name, found);
    return found.stream().map(TOP::relativize).sorted();
  }

  static String text(Path file) {
    try {
      return new String(Files.readAllBytes(TOP.resolve(file)), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static List<String> lines(Path file) {
    return text(file).lines().toList();
  }

  private static void collect(
      Path directory, String skippedDirectories, Predicate<String> name, List<Path> found) {
    try (var entries = Files.list(directory)) {
      for (Path entry : entries.toList()) {
        String entryName = entry.getFileName().toString();
        if (Files.isDirectory(entry)) {
          if (!entryName.matches(skippedDirectories)) {
            collect(entry, skippedDirectories, name, found);
          }
        } else if (name.test(entryName) && Files.isRegularFile(entry)) {
          found.add(entry);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
