// SPDX-License-Identifier: Apache-2.0
package net.backhaul.controller;

/** When a member was last seen, and what of that is saved; and what it states of itself. */
final class MemberPresence {
  private long seenMs;
  private long seenSinceMs;
  private long savedMs;
  private String hostName = "";
  private MemberVersion version = MemberVersion.UNKNOWN;

  /** Returns the time of the last request or acknowledgement that is known; 0 for none. */
  long seenMs() {
    return seenMs;
  }

  /**
   * Returns the beginning of the last time in which the member was seen without an interruption of
   * {@link Controller#ONLINE_MS}; 0 for none.
   */
  long seenSinceMs() {
    return seenSinceMs;
  }

  void seen(long nowMs) {
    if (nowMs - seenMs >= Controller.ONLINE_MS) {
      seenSinceMs = nowMs;
    }
    seenMs = Math.max(seenMs, nowMs);
  }

  /** Returns the name that its host gave last; empty for none. */
  String hostName() {
    return hostName;
  }

  /** Returns the version that it stated last. */
  MemberVersion version() {
    return version;
  }

  void stated(LastRequest.Statement statement) {
    hostName = statement.hostName();
    version = statement.version();
  }

  /** Sets what an earlier run has saved. */
  void load(long atMs) {
    savedMs = atMs;
    seen(atMs);
  }

  /** Returns whether what is saved is older than the last time by more than a duration. */
  boolean isUnsaved(long durationMs) {
    return seenMs - savedMs > durationMs;
  }

  void saved() {
    savedMs = seenMs;
  }
}
