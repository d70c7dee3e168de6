// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Checks of the build scripts that must be able to fail, and the output of the demo. */
class ScriptsTest {
  private static final Path TREE = Path.of("").toAbsolutePath().getParent().getParent();

  private static final String DEMO = TREE.resolve("scripts/demo").toString();

  /** A command line in a block of Markdown; the explanation follows after several spaces. */
  private static final Pattern BENCH =
      Pattern.compile("^ {4}(?:sudo )?(scripts/bench(?: [^ ]+)*)(?: {2,}.*)?$");

  private static final String CACHED =
      "[0.1s][info][class,load] java.lang.Object source: shared objects file\n";
  private static final String FROM_JAR =
      "[0.2s][info][class,load] net.backhaul.cli.Cli source: file:/app/backhaul-cli.jar\n";

  @TempDir Path directory;

  @Test
  void acceptsCacheThatHoldsAllClasses() throws Exception {
    Result result = verifyCache(CACHED.repeat(100));

    assertEquals(0, result.status(), result.output());
    assertTrue(result.output().contains("100 of 100 classes"), result.output());
  }

  @Test
  void rejectsCacheThatLacksClassesAndNamesThem() throws Exception {
    Result result = verifyCache(CACHED.repeat(90) + FROM_JAR.repeat(10));

    assertEquals(3, result.status(), result.output());
    assertTrue(result.output().contains("10 of 100 classes"), result.output());
    assertTrue(result.output().contains("net.backhaul.cli.Cli"), result.output());
  }

  @Test
  void rejectsEmptyLogOfClasses() throws Exception {
    Result result = verifyCache("");

    assertEquals(1, result.status(), result.output());
    assertTrue(result.output().contains("logged no classes"), result.output());
  }

  @Test
  void printsNoEscapeSequencesToAPipe() throws Exception {
    Result result =
        run("bash", "-c", "eval \"$(sed -n '/^bold=/,/^say()/p' \"$0\")\"; say done", DEMO);

    assertEquals("\ndone\n", result.output());
  }

  @Test
  void plansBenchmarksOfTheDocumentation() throws Exception {
    List<String> commands =
        Tree.markdownFiles().stream()
            .flatMap(file -> Tree.lines(file).stream())
            .map(BENCH::matcher)
            .filter(Matcher::find)
            .map(command -> command.group(1))
            .filter(command -> !command.contains("--jmh") && !command.contains("--check"))
            .toList();

    assertTrue(commands.size() > 10, commands::toString);
    for (String command : commands) {
      Result result = runBench(command.replace("DIRECTORY", "scripts") + " --plan");

      assertEquals(0, result.status(), () -> command + ": " + result.output());
      assertTrue(result.output().contains("tcp1"), () -> command + ": " + result.output());
    }
  }

  @Test
  void rejectsUnknownLinkAndMeasurement() throws Exception {
    Result link = runBench("scripts/bench wan --links fiber --plan");
    Result measurement = runBench("scripts/bench wan --only tcp1,tcp9 --plan");

    assertEquals(2, link.status());
    assertTrue(link.output().contains("there is no fiber; there are fibre, "), link.output());
    assertEquals(2, measurement.status());
    assertTrue(measurement.output().contains("there is no tcp9"), measurement.output());
  }

  private static Result runBench(String command) throws IOException, InterruptedException {
    return run("sh", "-c", "cd \"$0\" && exec " + command, TREE.toString());
  }

  private Result verifyCache(String log) throws IOException, InterruptedException {
    Path file = Files.writeString(directory.resolve("classes.log"), log);
    return run(
        "bash",
        TREE.resolve("scripts/train").toString(),
        "--verify",
        "zerotier-cli",
        file.toString());
  }

  private static Result run(String... command) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output =
        new String(process.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
    assertTrue(process.waitFor(20, TimeUnit.SECONDS), () -> command[0] + " does not end");
    return new Result(process.exitValue(), output);
  }

  private record Result(int status, String output) {}
}
