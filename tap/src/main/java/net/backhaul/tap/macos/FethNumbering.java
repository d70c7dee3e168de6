// SPDX-License-Identifier: Apache-2.0
package net.backhaul.tap.macos;

import java.util.function.IntPredicate;

/** Derives the number of a pair of devices from the network id (04 section 6.2). */
final class FethNumbering {
  /** The difference between the numbers of a device and its peer. */
  static final int PEER_OFFSET = 5_000;

  private static final int FIRST = 100;
  private static final int END = 5_000;

  private FethNumbering() {}

  /** Returns whether a pair of ours can have a number. */
  static boolean isValid(int number) {
    return number >= FIRST && number < END;
  }

  /** Returns the first free number that derives from the id, or -1 if all are taken. */
  static int choose(long id, IntPredicate isTaken) {
    long folded = id ^ id >>> 32 ^ id >>> 48;
    int number = FIRST + (int) Long.remainderUnsigned(folded, END - FIRST);
    for (int trial = 0; trial < END - FIRST; trial++) {
      if (!isTaken.test(number)) {
        return number;
      }
      number = number + 1 == END ? FIRST : number + 1;
    }
    return -1;
  }
}
