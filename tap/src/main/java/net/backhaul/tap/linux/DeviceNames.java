// SPDX-License-Identifier: Apache-2.0
package net.backhaul.tap.linux;

import java.util.function.Predicate;

/** Derives the name of a device from the network id (04 section 6.1.1). */
final class DeviceNames {
  /** The maximum length of an interface name, without the final zero. */
  static final int MAX_NAME_CHARS = 15;

  private static final String PREFIX = "zt";
  private static final String ALPHABET = "abcdefghijklmnopqrstuvwxyz234567";
  private static final int CHARS = 8;
  private static final int BITS_PER_CHAR = 5;

  private DeviceNames() {}

  /**
   * Returns the wanted name if it is free, else the first free one that derives from the id.
   *
   * @param wanted empty for none; truncated to the maximum length
   */
  static String choose(long id, String wanted, Predicate<String> isTaken) {
    String truncated = wanted.substring(0, Math.min(wanted.length(), MAX_NAME_CHARS));
    if (!truncated.isEmpty() && !isTaken.test(truncated)) {
      return truncated;
    }
    for (int trial = 0; ; trial++) {
      String name = derived(id, trial);
      if (!isTaken.test(name)) {
        return name;
      }
    }
  }

  /** Returns the name that derives from an id at a trial. */
  static String derived(long id, int trial) {
    long value = (id ^ id >>> 24) + trial;
    var name = new StringBuilder(PREFIX);
    for (int i = CHARS - 1; i >= 0; i--) {
      name.append(ALPHABET.charAt((int) (value >>> BITS_PER_CHAR * i) & 0x1f));
    }
    return name.toString();
  }
}
