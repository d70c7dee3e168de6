// SPDX-License-Identifier: Apache-2.0
package net.backhaul.tap.macos;

import java.util.List;
import net.backhaul.tap.TapException;

/** Runs programs of the system. */
interface CommandRunner {
  /**
   * Runs a program to its end.
   *
   * @param words its absolute path and its arguments
   * @return its output on both streams
   * @throws TapException if its exit status is not 0, or if it does not end in time
   */
  String run(List<String> words) throws TapException;

  /** Runs a program and ignores its failure. */
  default void runIfPossible(List<String> words) {
    try {
      run(words);
    } catch (TapException notPossible) {
      return;
    }
  }
}
