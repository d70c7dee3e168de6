// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Checks of the build scripts that must be able to fail, and the output of the demo. */
class ScriptsTest {
  private static final Path TREE = Path.of("").toAbsolutePath().getParent().getParent();

  private static final String DEMO = TREE.resolve("scripts/demo").toString();

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
