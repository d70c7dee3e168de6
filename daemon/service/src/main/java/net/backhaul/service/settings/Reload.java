// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.settings;

import java.util.List;

/**
 * The outcome of a reload of local.conf.
 *
 * @param changed the keys whose values the last change of the file changed
 * @param forNextStart keys of {@code settings} that take effect at the next start only
 * @param isUnusable whether the file could not be used, so that the settings stay as they were
 */
public record Reload(List<String> changed, List<String> forNextStart, boolean isUnusable) {
  public Reload {
    changed = List.copyOf(changed);
    forNextStart = List.copyOf(forNextStart);
  }

  /** Returns the outcome for a status; empty where there is nothing to say. */
  public String text() {
    var text = new StringBuilder();
    if (isUnusable) {
      text.append("local.conf is unusable, see the log; the settings before it stay in effect");
    }
    if (!changed.isEmpty()) {
      text.append("local.conf reloaded, changed: ").append(ChangedKeys.text(changed));
    }
    if (!forNextStart.isEmpty()) {
      text.append(text.isEmpty() ? "" : "; ").append("a restart is needed for settings.");
      text.append(String.join(", settings.", forNextStart));
    }
    return text.toString();
  }
}
