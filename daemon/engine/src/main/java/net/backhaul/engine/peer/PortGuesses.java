// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine.peer;

import java.util.random.RandomGenerator;

/**
 * The ports that the mappings of a NAT may have, each once: those that follow its latest mapping
 * first, where it assigns them in order, then all others in a random order.
 */
final class PortGuesses {
  /** How many ports in order are predicted: a NAT has other users as well. */
  static final int PREDICTED = 64;

  private static final int MIN_PORT = 1_024;
  private static final int PORTS = 64_512;

  private final int latest;
  private final int step;
  private final int first;
  private final int stride;
  private int next;

  /**
   * Makes the guesses for a NAT.
   *
   * @param latest the port of its latest mapping that is known
   * @param step the distance to the next one; 0 where ports are in no order
   */
  PortGuesses(int latest, int step, RandomGenerator random) {
    this.latest = latest;
    this.step = step;
    this.first = random.nextInt(PORTS);
    int made = 1;
    do {
      made = random.nextInt(PORTS);
    } while (made % 2 == 0 || made % 3 == 0 || made % 7 == 0); // PORTS is 2^10 * 3^2 * 7.
    this.stride = made;
  }

  /** Returns the port of the mapping that is made as the n-th after the latest one. */
  static int predicted(int latest, int step, int n) {
    return MIN_PORT + Math.floorMod(latest + step * n - MIN_PORT, PORTS);
  }

  /** Returns the next port. */
  int next() {
    int n = next++;
    if (step != 0 && n < PREDICTED) {
      return predicted(latest, step, n + 1);
    }
    return MIN_PORT + (int) ((first + (long) n * stride) % PORTS);
  }

  /** Returns whether the next port is predicted. */
  boolean isPredicting() {
    return step != 0 && next < PREDICTED;
  }
}
