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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Checks of the build scripts that must be able to fail. */
class ScriptsTest {
  private static final Path TREE = Path.of("").toAbsolutePath().getParent().getParent();

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

  private Result verifyCache(String log) throws IOException, InterruptedException {
    Path file = Files.writeString(directory.resolve("classes.log"), log);
    Path script = TREE.resolve("scripts/train");
    Process process =
        new ProcessBuilder(
                List.of("bash", script.toString(), "--verify", "zerotier-cli", file.toString()))
            .redirectErrorStream(true)
            .start();
    String output =
        new String(process.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
    assertTrue(process.waitFor(20, TimeUnit.SECONDS), "scripts/train --verify does not end");
    return new Result(process.exitValue(), output);
  }

  private record Result(int status, String output) {}
}
