// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/** The output of {@code zerotier-cli doctor}, which is repeated until it is as expected. */
final class DoctorOutput {
  private static final long LIMIT_S = 60;

  private DoctorOutput() {}

  /** Runs a command on a host until its output has a text, and returns the output. */
  static String await(NamespaceNode on, String text, String... words) throws Exception {
    return await(text, () -> on.cli(words));
  }

  /** Runs a command until its output has a text, and returns the output. */
  static String await(String text, Callable<String> command) throws Exception {
    String output = repeat(command, each -> each.contains(text));
    assertTrue(output.contains(text), () -> "expected " + text + ", found\n" + output);
    return output;
  }

  /**
   * Runs a command until its output is as expected or the time is over; returns the last output.
   */
  private static String repeat(Callable<String> command, Predicate<String> isExpected)
      throws Exception {
    long endNanos = System.nanoTime() + TimeUnit.SECONDS.toNanos(LIMIT_S);
    String output = command.call();
    while (!isExpected.test(output) && System.nanoTime() < endNanos) {
      output = command.call();
    }
    return output;
  }

  /** Awaits a line that says what to do, and others beside it. */
  static void assertToDo(NamespaceNode on, String first, String... others) throws Exception {
    assertToDo(() -> on.cli("doctor"), first, others);
  }

  /** Awaits a line that says what to do, and others beside it, of another way to the command. */
  static void assertToDo(Callable<String> doctor, String first, String... others) throws Exception {
    String output = await("TO DO  " + first, doctor);
    assertTrue(output.startsWith("1\n"), output);
    for (String other : others) {
      assertTrue(output.contains("TO DO  " + other), () -> other + " is missing:\n" + output);
    }
  }

  /** Awaits that there is nothing to do. */
  static void assertHealthy(NamespaceNode on) throws Exception {
    String output = repeat(() -> on.cli("doctor"), each -> each.startsWith("0\n"));
    assertTrue(output.startsWith("0\n") && !output.contains("TO DO"), output);
  }
}
