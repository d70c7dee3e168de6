// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.settings;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;
import net.backhaul.json.Json;
import org.jspecify.annotations.Nullable;

/** The keys that differ between two contents of local.conf. */
final class ChangedKeys {
  /** Keys that a message lists. */
  static final int MAX_LISTED = 10;

  /** Levels of objects whose members are compared: {@code virtual}, an address, {@code try}. */
  private static final int MAX_LEVELS = 3;

  private final List<String> changed = new ArrayList<>();

  private ChangedKeys() {}

  /** Returns the keys with a value that was added, removed or changed, sorted, as {@code a.b}. */
  static List<String> of(Map<String, @Nullable Object> before, Map<String, @Nullable Object> now) {
    var keys = new ChangedKeys();
    keys.compare("", 1, before, now);
    return keys.changed;
  }

  /** Returns a list of keys for a message. */
  static String text(List<String> keys) {
    String listed = String.join(", ", keys.subList(0, Math.min(keys.size(), MAX_LISTED)));
    return keys.size() > MAX_LISTED
        ? listed + " and " + (keys.size() - MAX_LISTED) + " more"
        : listed;
  }

  private void compare(
      String where,
      int level,
      Map<String, @Nullable Object> earlier,
      Map<String, @Nullable Object> now) {
    var keys = new TreeSet<>(earlier.keySet());
    keys.addAll(now.keySet());
    for (String key : keys) {
      Object old = earlier.get(key);
      Object current = now.get(key);
      if (Objects.equals(old, current) && earlier.containsKey(key) == now.containsKey(key)) {
        continue;
      }
      if (level < MAX_LEVELS && (old instanceof Map || current instanceof Map)) {
        int before = changed.size();
        compare(where + key + ".", level + 1, Json.asObject(old), Json.asObject(current));
        if (changed.size() > before) {
          continue;
        }
      }
      changed.add(where + key);
    }
  }
}
