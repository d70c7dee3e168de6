// SPDX-License-Identifier: Apache-2.0
package net.backhaul.simulation;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.backhaul.protocol.identity.Identity;

/** A cache of generated identities by number, since generating one takes up to a second. */
final class Identities {
  private static final List<Identity> GENERATED = new ArrayList<>();

  private Identities() {}

  /** Returns the identity with a number; the same in every run. */
  static synchronized Identity byNumber(int number) {
    while (GENERATED.size() <= number) {
      GENERATED.add(Identity.generate(new Random(GENERATED.size())));
    }
    return GENERATED.get(number);
  }
}
