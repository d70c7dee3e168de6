// SPDX-License-Identifier: Apache-2.0
package net.backhaul.controller;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import net.backhaul.controller.PendingNotification.ConfigPush;

/**
 * Configurations pushed to members that have not acknowledged them yet (03 section 1.6); they are
 * pushed again, since members request configurations once a minute only.
 */
final class UnacknowledgedPushes {
  /** Time to the first retry; it doubles with each. */
  static final long FIRST_RETRY_MS = 1_000;

  /** Pushes of one change to a member, the first included. */
  static final int MAX_ATTEMPTS = 4;

  /** Maximum pushes to retry; at the limit the oldest is evicted, and not retried. */
  static final int MAX_PUSHES = 16_384;

  private static final long NEVER = Long.MAX_VALUE;

  private final LinkedHashMap<ConfigPush, Attempt> attempts = new LinkedHashMap<>();
  private long nextRetryMs = NEVER;

  /**
   * The last push of a configuration to a member.
   *
   * @param number of the push, from 1
   * @param retryMs when it is pushed again; {@link #NEVER} once the retry is a ready notification
   */
  private record Attempt(long updateId, int number, long retryMs) {}

  /** Records a push; an update id of 0 expects no acknowledgement. */
  void sent(ConfigPush push, long updateId, long nowMs) {
    Attempt previous = attempts.remove(push);
    int number = previous != null && previous.retryMs == NEVER ? previous.number + 1 : 1;
    if (updateId == 0 || number == MAX_ATTEMPTS) {
      return;
    }
    long retryMs = nowMs + (FIRST_RETRY_MS << (number - 1));
    attempts.put(push, new Attempt(updateId, number, retryMs));
    nextRetryMs = Math.min(nextRetryMs, retryMs);
    if (attempts.size() > MAX_PUSHES) {
      attempts.pollFirstEntry();
    }
  }

  /**
   * Returns whether the acknowledged push was the last one to this member, and ends its retries.
   */
  boolean acknowledge(ConfigPush push, long updateId) {
    Attempt last = attempts.get(push);
    return last != null && last.updateId == updateId && attempts.remove(push, last);
  }

  /** Ends the retries for a member that has another answer. */
  void remove(ConfigPush push) {
    attempts.remove(push);
  }

  /** Returns the pushes whose retry is due, once each. */
  List<ConfigPush> removeDue(long nowMs) {
    var due = new ArrayList<ConfigPush>();
    if (nowMs < nextRetryMs) {
      return due;
    }
    nextRetryMs = NEVER;
    for (Map.Entry<ConfigPush, Attempt> entry : attempts.entrySet()) {
      Attempt last = entry.getValue();
      if (last.retryMs <= nowMs) {
        due.add(entry.getKey());
        entry.setValue(new Attempt(last.updateId, last.number, NEVER));
      } else {
        nextRetryMs = Math.min(nextRetryMs, last.retryMs);
      }
    }
    return due;
  }

  /** Returns the time of the next retry, {@link Long#MAX_VALUE} without one. */
  long nextRetryMs() {
    return attempts.isEmpty() ? NEVER : nextRetryMs;
  }
}
