// SPDX-License-Identifier: Apache-2.0
package net.backhaul.simulation;

import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** Runs the random stories of a range of seeds on all cores: the program of scripts/simulate. */
public final class Simulate {
  private static final int REPORT_EVERY = 1_000;
  private static final int MAX_FAILURES = 10;
  private static final String HELP =
      """
      Runs random stories of networks in simulated time, one for each seed.

      scripts/simulate [--seeds N] [--from S] [--threads T] [--log FILE]

        --seeds N    how many seeds, 1000 by default
        --from S     the first seed, 1 by default
        --threads T  how many at once; by default as many as there are cores
        --log FILE   writes the last datagrams of the first story that fails, or of the only one

      Prints a line for each seed that fails, with the command that replays it, and ends with status 1 if there is
      one. docs/testing.md says what a story is made of, and what has to hold in it.\
      """;

  private final PrintStream out;
  private final AtomicInteger done = new AtomicInteger();
  private final AtomicInteger failures = new AtomicInteger();
  private final AtomicLong datagrams = new AtomicLong();
  private long seeds = 1_000;
  private long from = 1;
  private int threads = Runtime.getRuntime().availableProcessors();
  private String logFile = "";

  Simulate(PrintStream out) {
    this.out = out;
  }

  public static void main(String[] args) {
    System.exit(new Simulate(System.out).run(args));
  }

  /** Runs the command and returns its exit code. */
  int run(String... args) {
    List<String> words = Arrays.asList(args);
    if (words.contains("--help") || words.contains("-h")) {
      out.println(HELP);
      return 0;
    }
    try {
      read(words);
    } catch (IllegalArgumentException e) {
      out.println("scripts/simulate: " + e.getMessage() + "; --help lists the options");
      return 2;
    }
    long startNs = System.nanoTime();
    runAll();
    out.printf(
        "%d of %d seeds from %d passed, %d datagrams, %d s%n",
        done.get() - failures.get(),
        done.get(),
        from,
        datagrams.get(),
        TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - startNs));
    return failures.get() == 0 ? 0 : 1;
  }

  private void read(List<String> words) {
    for (int i = 0; i < words.size(); i += 2) {
      String option = words.get(i);
      if (i + 1 == words.size()) {
        throw new IllegalArgumentException("expected an option with a value, found " + option);
      }
      String value = words.get(i + 1);
      switch (option) {
        case "--seeds" -> seeds = number(option, value, 1);
        case "--from" -> from = number(option, value, Long.MIN_VALUE);
        case "--threads" -> threads = Math.toIntExact(number(option, value, 1));
        case "--log" -> logFile = value;
        default -> throw new IllegalArgumentException("there is no option " + option);
      }
    }
  }

  private static long number(String option, String value, long min) {
    try {
      long number = Long.parseLong(value);
      if (number >= min) {
        return number;
      }
    } catch (NumberFormatException e) {
      // Reported below.
    }
    throw new IllegalArgumentException(option + ": expected a number, found " + value);
  }

  private void runAll() {
    var next = new AtomicLong(from);
    try (ExecutorService executor = Executors.newFixedThreadPool(threads)) {
      for (int i = 0; i < threads; i++) {
        executor.execute(
            () -> {
              for (long seed = next.getAndIncrement();
                  seed < from + seeds && failures.get() < MAX_FAILURES;
                  seed = next.getAndIncrement()) {
                runOne(seed);
              }
            });
      }
    }
  }

  private void runOne(long seed) {
    var story = new RandomStory(seed);
    try {
      datagrams.addAndGet(story.run());
      if (seeds == 1) {
        write(story.packets());
      }
    } catch (RandomStory.Violation e) {
      out.println(e.getMessage());
      if (failures.getAndIncrement() == 0) {
        write(e.packets());
      }
    }
    int count = done.incrementAndGet();
    if (count % REPORT_EVERY == 0 && count < seeds) {
      out.println(count + " seeds");
    }
  }

  private void write(List<String> lines) {
    if (logFile.isEmpty()) {
      return;
    }
    try {
      Files.write(Path.of(logFile), lines);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write " + logFile, e);
    }
  }
}
