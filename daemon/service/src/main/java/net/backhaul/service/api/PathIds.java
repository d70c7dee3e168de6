// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.api;

import java.util.HexFormat;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Extracts ids from paths (04 section 4.3). */
final class PathIds {
  private PathIds() {}

  /** Returns the id that follows a resource, in lower case; null unless it has these digits. */
  static @Nullable String below(String resource, String path, int digits) {
    int start = resource.length() + 1;
    if (path.length() != start + digits || !path.startsWith(resource + "/")) {
      return null;
    }
    String id = path.substring(start);
    return id.chars().allMatch(HexFormat::isHexDigit) ? id.toLowerCase(Locale.ROOT) : null;
  }
}
