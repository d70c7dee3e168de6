// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine.network;

import java.util.random.RandomGenerator;

/** Arrays of addresses. */
final class LongArrays {
  private LongArrays() {}

  static void shuffle(long[] values, RandomGenerator random) {
    for (int i = values.length - 1; i > 0; i--) {
      int other = random.nextInt(i + 1);
      long value = values[i];
      values[i] = values[other];
      values[other] = value;
    }
  }
}
