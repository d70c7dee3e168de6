// SPDX-License-Identifier: Apache-2.0
package net.backhaul.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The manual pages are valid and complete. */
class ManualPagesTest {
  private static final Path PAGES = Manuals.TOP.resolve("scripts/dist/man");

  @ParameterizedTest
  @ValueSource(strings = {"zerotier-one.8", "zerotier-cli.1", "zerotier-idtool.1"})
  void passesTheChecksOfMandoc(String page) throws Exception {
    assertEquals("", run("mandoc", "-Tlint", "-Wstyle", PAGES.resolve(page).toString()));
  }

  @ParameterizedTest
  @ValueSource(strings = {"zerotier-one.8", "zerotier-cli.1", "zerotier-idtool.1"})
  void isShownByManWithoutWarnings(String page) throws Exception {
    String printed = run("man", "--warnings", "-l", PAGES.resolve(page).toString());

    assertTrue(
        Stream.of("NAME", "SYNOPSIS", "DESCRIPTION", "EXIT STATUS", "ENVIRONMENT", "FILES")
            .allMatch(section -> printed.contains("\n" + section + "\n")),
        printed);
    assertTrue(printed.contains("\nEXAMPLES\n") && printed.contains("\nSEE ALSO\n"), printed);
  }

  /** Text is what would be a request or an escape if it were written as it is. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "'.TH at the start' | \\&.TH at the start",
        "'`-a\\b`: \\n' | \\fB\\%\\-a\\eb\\fR",
        "'see [x(1)](x.1.md)' | see \\fB\\%x\\fR(1)",
        "'`-p<port>`' | \\fB\\%\\-p\\fR<\\fIport\\fR>"
      })
  void escapesText(String markdown, String line) {
    var page = ManualPage.read("# x(1)\n\n## Description\n\n* " + markdown + "\n");

    assertTrue(Roff.of(page, "x", "2026-01-01").lines().anyMatch(line::equals), page::toString);
  }

  @Test
  void separatesTheParagraphsOfAnItem() {
    var page = ManualPage.read("# x(1)\n\n## Options\n\n* `-a`: One.\n\n  Two.\n\n  Three.\n");

    String roff = Roff.of(page, "x", "2026-01-01");

    assertTrue(roff.endsWith("\nOne.\n.IP\nTwo.\n.IP\nThree.\n"), roff);
  }

  @Test
  void keepsWordsAfterTheDeclaredSentence() {
    var page =
        ManualPage.read(
            """
            # x(1)

            ## Synopsis

            ## Options

            * `-a`: An old sentence. Kept words.

              A kept paragraph.
            * `-gone`: A removed switch.
            """);

    var merged =
        page.with(
            new ManualPage.Code(List.of("x [-a]")),
            Map.of(
                "Options",
                List.of(
                    new ManualPage.Declared("`-a`", "A new sentence", true),
                    new ManualPage.Declared("`-b`", "An added switch", true))));

    assertEquals(
        """
        # x(1)

        ## Synopsis

            x [-a]

        ## Options

        * `-a`: A new sentence. Kept words.

          A kept paragraph.

        * `-b`: An added switch.
        """,
        merged.markdown());
  }

  @Test
  void describesEveryVariableOfTheEnvironment() throws IOException {
    var used = new TreeSet<String>();
    var pattern = Pattern.compile("(?:getenv|variable)\\(\"([A-Z_]+)\"|\\$\\{([A-Z_]+):-");
    for (String directory : List.of("cli/src/main", "daemon/service/src/main", "scripts")) {
      try (var files = Files.walk(Manuals.TOP.resolve(directory))) {
        for (Path file : files.filter(ManualPagesTest::readsEnvironment).toList()) {
          var matcher = pattern.matcher(Files.readString(file));
          while (matcher.find()) {
            used.add(matcher.group(1) == null ? matcher.group(2) : matcher.group(1));
          }
        }
      }
    }
    used.removeIf(variable -> variable.matches("LC_.*|LANG|BASH_VERSION|OSTYPE"));
    String pages =
        Files.readString(Manuals.TOP.resolve("docs/man/zerotier-one.8.md"))
            + Files.readString(Manuals.TOP.resolve("docs/man/zerotier-cli.1.md"));

    assertTrue(used.contains("ZEROTIER_HOME") && used.contains("JAVA_HOME"), used::toString);
    used.removeIf(variable -> pages.contains("\n* `" + variable + "`: "));
    assertEquals(new TreeSet<>(), used);
  }

  private static boolean readsEnvironment(Path file) {
    return file.toString().matches(".*(\\.java|/scripts/(zerotier-[a-z]+|find-java\\.sh))");
  }

  /**
   * Returns what a program prints, which must be nothing on standard error; the test is skipped
   * where it is not installed.
   */
  private static String run(String... command) throws Exception {
    assumeTrue(
        Stream.of(System.getenv("PATH").split(":"))
            .anyMatch(directory -> Files.isExecutable(Path.of(directory, command[0]))),
        () -> command[0] + " is not installed");
    var builder = new ProcessBuilder(command);
    builder.environment().put("MANWIDTH", "80");
    builder.environment().put("LC_ALL", "C.UTF-8");
    Process process = builder.start();
    process.getOutputStream().close();
    String printed = new String(process.getInputStream().readAllBytes());
    assertEquals("", new String(process.getErrorStream().readAllBytes()));
    assertTrue(process.waitFor(60, TimeUnit.SECONDS), () -> String.join(" ", command));
    return printed;
  }
}
