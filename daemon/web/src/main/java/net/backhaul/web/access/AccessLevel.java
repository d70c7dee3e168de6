// SPDX-License-Identifier: Apache-2.0
package net.backhaul.web.access;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What a caller may do in its networks; each includes those before it. */
public enum AccessLevel {
  /** Read networks, members and changes. */
  READ,
  /** Also authorize, deauthorize and name members. */
  AUTHORIZE,
  /** Also change all settings of networks and members, and delete members. */
  OPERATE,
  /** Also create and delete networks; with all networks also users, their tokens and the log. */
  ADMIN;

  public boolean includes(AccessLevel other) {
    return compareTo(other) >= 0;
  }

  /** Returns the name in the API. */
  public String text() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Returns the permission of a name in the API; null if there is none. */
  public static @Nullable AccessLevel parse(String text) {
    for (AccessLevel each : values()) {
      if (each.text().equals(text)) {
        return each;
      }
    }
    return null;
  }
}
