// SPDX-License-Identifier: Apache-2.0
package net.backhaul.web.account;

import java.net.InetAddress;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import net.backhaul.web.access.RateLimit;
import org.jspecify.annotations.Nullable;

/**
 * Counts rejected passwords and codes, so that the log has an entry for each source and account at
 * most once in {@link #EVERY_MS}, and guesses from many sources do not fill it.
 */
final class FailedLogIns {
  static final long EVERY_MS = TimeUnit.MINUTES.toMillis(10);

  /** Sources and accounts that are counted; the one whose entry is oldest is evicted. */
  static final int MAX_KEYS = 1_024;

  /** Maximum entries in {@link #EVERY_MS}, of all sources; those beyond are not recorded. */
  static final int MAX_ENTRIES = 50;

  private final LinkedHashMap<String, Counted> counts = new LinkedHashMap<>();

  private record Counted(long recordedMs, int since) {}

  /**
   * Counts a failure.
   *
   * @param name of the account; empty for an unknown one, whose name may be a password
   * @return how many there were since the last entry, if there is to be one now; 0 otherwise
   */
  int failed(String name, InetAddress from, long nowMs) {
    String key = name + "@" + RateLimit.source(from);
    @Nullable Counted before = counts.get(key);
    if (before != null && nowMs - before.recordedMs < EVERY_MS) {
      counts.put(key, new Counted(before.recordedMs, before.since + 1));
      return 0;
    }
    long recent =
        counts.values().stream().filter(each -> nowMs - each.recordedMs < EVERY_MS).count();
    if (recent >= MAX_ENTRIES) {
      return 0;
    }
    counts.remove(key);
    counts.put(key, new Counted(nowMs, 0));
    if (counts.size() > MAX_KEYS) {
      Map.Entry<String, Counted> evicted = counts.firstEntry();
      counts.remove(evicted.getKey());
    }
    return 1 + (before == null ? 0 : before.since);
  }
}
