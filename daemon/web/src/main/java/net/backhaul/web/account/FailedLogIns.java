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

  /** Maximum entries in {@link #EVERY_MS}, of all sources; those beyond are one entry. */
  static final int MAX_ENTRIES = 50;

  private final LinkedHashMap<String, Counted> counts = new LinkedHashMap<>();
  private Counted beyond = new Counted(-EVERY_MS, 0);

  /**
   * What to record.
   *
   * @param ofSource failures of the source and account since their last entry; 0 for no entry
   * @param beyond failures of all others beyond {@link #MAX_ENTRIES}; 0 for no entry
   */
  record Entries(int ofSource, int beyond) {}

  private record Counted(long recordedMs, int since) {}

  /**
   * Counts a failure.
   *
   * @param name of the account; empty for an unknown one, whose name may be a password
   */
  Entries failed(String name, InetAddress from, long nowMs) {
    String key = name + "@" + RateLimit.source(from);
    @Nullable Counted before = counts.get(key);
    if (before != null && nowMs - before.recordedMs < EVERY_MS) {
      counts.put(key, new Counted(before.recordedMs, before.since + 1));
      return new Entries(0, beyond(0, nowMs));
    }
    long recent =
        counts.values().stream().filter(each -> nowMs - each.recordedMs < EVERY_MS).count();
    if (recent >= MAX_ENTRIES) {
      return new Entries(0, beyond(1, nowMs));
    }
    counts.remove(key);
    counts.put(key, new Counted(nowMs, 0));
    if (counts.size() > MAX_KEYS) {
      Map.Entry<String, Counted> evicted = counts.firstEntry();
      counts.remove(evicted.getKey());
    }
    return new Entries(1 + (before == null ? 0 : before.since), beyond(0, nowMs));
  }

  /** Counts failures beyond the limit; returns how many there were, if an entry is to be made. */
  private int beyond(int more, long nowMs) {
    int since = beyond.since + more;
    if (since == 0 || nowMs - beyond.recordedMs < EVERY_MS) {
      beyond = new Counted(beyond.recordedMs, since);
      return 0;
    }
    beyond = new Counted(nowMs, 0);
    return since;
  }
}
