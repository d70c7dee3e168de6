// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class HostProgramTest {
  private static final Duration LONG = Duration.ofMinutes(1);

  @Test
  void acceptsMoreOutputThanPipesHold() {
    HostProgram.Result result =
        shell("head -c 300000 /dev/zero | tr '\\0' x; echo end >&2", "", LONG);

    assertTrue(result.succeeded(), result::failure);
    assertEquals("x".repeat(64 * 1024), result.output());
  }

  @Test
  void acceptsProgramsThatDoNotReadTheirInput() {
    assertEquals("done\n", shell("echo done", "x".repeat(300_000), LONG).output());
  }

  @Test
  void writesTheInput() {
    assertEquals("one two", shell("cat", "one two", LONG).output());
  }

  @Test
  void reportsFailuresInOneLine() {
    assertEquals(
        "no table no chain", shell("echo no table; echo no chain; exit 3", "", LONG).failure());
    assertEquals("/bin/sh exits with 3", shell("exit 3", "", LONG).failure());
    assertFalse(HostProgram.run(List.of("/no/such/program"), "").succeeded());
  }

  @Test
  void endsHungProgramsAndThoseThatTheyStarted() {
    assertTimeoutPreemptively(
        Duration.ofSeconds(30),
        () -> {
          Duration limit = Duration.ofMillis(300);
          String expected = "/bin/sh did not end within 300 ms";
          assertEquals(expected, shell("sleep 60", "", limit).failure());
          assertEquals(expected, shell("sleep 60; true", "", limit).failure());
        });
  }

  private static HostProgram.Result shell(String script, String input, Duration limit) {
    return HostProgram.run(List.of("/bin/sh", "-c", script), input, limit);
  }
}
