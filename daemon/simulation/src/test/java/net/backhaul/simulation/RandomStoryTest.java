// SPDX-License-Identifier: Apache-2.0
package net.backhaul.simulation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Random stories, and the program that runs them (docs/testing.md, "Random stories"). */
class RandomStoryTest {
  private final ByteArrayOutputStream printed = new ByteArrayOutputStream();

  private int simulate(String... args) {
    printed.reset();
    return new Simulate(new PrintStream(printed, true, StandardCharsets.UTF_8)).run(args);
  }

  private String printed() {
    return printed.toString(StandardCharsets.UTF_8);
  }

  /** With -Dbackhaul.seeds=10000 for more. */
  @Test
  void invariantsHoldInStoriesOfManySeeds() {
    int status = simulate("--seeds", System.getProperty("backhaul.seeds", "1000"));

    assertEquals(0, status, this::printed);
  }

  @Test
  void oneSeedIsOneStory() {
    var first = new RandomStory(7);
    var second = new RandomStory(7);

    assertEquals(first.run(), second.run());
    assertEquals(first.packets(), second.packets());
  }

  @Test
  void failureSaysHowToReplayItAndShowsItsPackets(@TempDir Path directory) throws IOException {
    Path log = directory.resolve("packets");
    assertEquals(0, simulate("--from", "3", "--seeds", "1", "--log", log.toString()));
    String lines = Files.readString(log);
    assertTrue(lines.contains("member0 > root0"), lines);
    assertTrue(lines.contains("== recovery"), lines);

    var violation = new RandomStory(3).violation("as if", new IllegalStateException());
    assertTrue(violation.getMessage().startsWith("seed 3 after 0.000 s: as if"));
    assertTrue(violation.getMessage().endsWith("scripts/simulate --from 3 --seeds 1 --log FILE"));
  }

  @Test
  void explainsOptions() {
    assertEquals(0, simulate("--help"));
    assertTrue(printed().contains("--seeds N"), this::printed);
    assertEquals(2, simulate("--seeds", "many"));
    assertTrue(printed().contains("--seeds: expected a number, found many"), this::printed);
    assertEquals(2, simulate("--speed", "1"));
    assertEquals(2, simulate("--from"));
    assertFalse(printed().isEmpty());
  }

  /** An attacker who is answered more than it has sent is noticed. */
  @Test
  void noticesAnswersToForgedAddresses() {
    var internet = new SimulatedInternet(1);
    var attacker = new StoryAttacker(internet, new Random(1));
    internet.observe((from, to, bytes, nowMs) -> attacker.sent(from, to, bytes));
    SimulatedHost victim = internet.host("192.88.99.1");
    var other = new InetSocketAddress("192.88.99.2", 9993);
    attacker.sent(other, victim.endpoint(), new byte[100]);
    var forged = new ArrayList<InetSocketAddress>();
    internet.observe((from, to, bytes, nowMs) -> forged.add(from));
    attacker.attack();
    assertEquals("", attacker.problem());

    attacker.sent(victim.endpoint(), forged.getFirst(), new byte[1_000]);
    assertTrue(attacker.problem().startsWith("1000 bytes were sent to"), attacker::problem);
  }
}
