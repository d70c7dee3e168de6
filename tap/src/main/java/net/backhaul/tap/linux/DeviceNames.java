// SPDX-License-Identifier: Apache-2.0
package net.backhaul.tap.linux;

import java.util.function.Predicate;

/** Finds the name of a device from the number it stands for (04 section 6.1.1). */
final class DeviceNames {
  /** The longest name of an interface, without the zero at its end. */
  static final int MAX_NAME_CHARS = 15;

  private static final String PREFIX = "zt";
  private static final String ALPHABET = "abcdefghijklmnopqrstuvwxyz234567";
  private static final int CHARS = 8;
  private static final int BITS_PER_CHAR = 5;

  private DeviceNames() {}

  /**
   * Returns the wanted name where it is free, else the first free one that follows from the id.
   *
   * @param wanted empty where there is no wish; cut to the longest name an interface may have
   */
  static String choose(long id, String wanted, Predicate<String> isTaken) {
    String wish = wanted.substring(0, Math.min(wanted.length(), MAX_NAME_CHARS));
    if (!wish.isEmpty() && !isTaken.test(wish)) {
      return wish;
    }
    for (int trial = 0; ; trial++) {
      String name = derived(id, trial);
      if (!isTaken.test(name)) {
        return name;
      }
    }
  }

  /** Returns the name that follows from an id at one trial. */
  static String derived(long id, int trial) {
    long value = (id ^ id >>> 24) + trial;
    var name = new StringBuilder(PREFIX);
    for (int i = CHARS - 1; i >= 0; i--) {
      name.append(ALPHABET.charAt((int) (value >>> BITS_PER_CHAR * i) & 0x1f));
    }
    return name.toString();
  }
}
