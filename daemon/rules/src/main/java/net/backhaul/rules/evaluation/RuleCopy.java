// SPDX-License-Identifier: Apache-2.0
package net.backhaul.rules.evaluation;

/** A copy of a frame for an observer, by TEE or WATCH. Mutable and reused. */
public final class RuleCopy {
  private long to;
  private int bytes;
  private boolean isWatch;

  void clear() {
    to = 0;
  }

  boolean isSet() {
    return to != 0;
  }

  /** Sets the copy by an entry of a table, which is a TEE or WATCH; it replaces an earlier one. */
  void set(long observer, int maxBytes, boolean watch, int frameBytes) {
    to = observer;
    bytes = maxBytes == 0 ? frameBytes : Math.min(maxBytes, frameBytes);
    isWatch = watch;
  }

  /** Returns the address of the observer. */
  public long to() {
    return to;
  }

  /** Returns how much of the frame to send, in bytes after the Ethernet header. */
  public int bytes() {
    return bytes;
  }

  /** Returns whether this is by WATCH and not by TEE. */
  public boolean isWatch() {
    return isWatch;
  }
}
