// SPDX-License-Identifier: Apache-2.0
package net.backhaul.store;

import net.backhaul.json.Lenient;
import org.jspecify.annotations.Nullable;

/** The nodes that receive trace records, in the JSON of networks and members (04 section 5.10). */
final class TraceTargets {
  private TraceTargets() {}

  /** Parses a trace target: an address of exactly 10 characters, else 0. */
  static long address(@Nullable Object value) {
    String text = Lenient.string(value, "");
    return text.length() == 10 ? Lenient.leadingDigits(text, 16) & 0xff_ffff_ffffL : 0;
  }

  /** Returns a trace target as it is stored: 10 characters, or null. */
  static @Nullable String stored(@Nullable Object value) {
    String text = Lenient.string(value, "");
    return text.length() == 10 ? text : null;
  }
}
