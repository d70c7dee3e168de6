// SPDX-License-Identifier: Apache-2.0
package net.backhaul.simulation;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.backhaul.protocol.identity.Identity;

/** Identities by number: making one takes a second, and a run needs them again and again. */
final class Identities {
  private static final List<Identity> MADE = new ArrayList<>();

  private Identities() {}

  /** Returns the identity of this number, the same in every run. */
  static synchronized Identity numbered(int number) {
    while (MADE.size() <= number) {
      MADE.add(Identity.generate(new Random(MADE.size())));
    }
    return MADE.get(number);
  }
}
