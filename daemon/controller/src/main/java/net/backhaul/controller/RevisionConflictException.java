// SPDX-License-Identifier: Apache-2.0
package net.backhaul.controller;

/** A record was changed after the actor of an {@link Edit} had seen it; nothing was changed. */
public final class RevisionConflictException extends RuntimeException {
  private final long expected;
  private final long found;

  RevisionConflictException(long expected, long found) {
    super(
        "expected revision %d, found %s"
            .formatted(expected, found == 0 ? "no such record" : Long.toString(found)));
    this.expected = expected;
    this.found = found;
  }

  /** Returns the revision that the edit was based on. */
  public long expected() {
    return expected;
  }

  /** Returns the revision of the record as it is; 0 where there is none. */
  public long found() {
    return found;
  }
}
