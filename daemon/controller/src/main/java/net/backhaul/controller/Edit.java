// SPDX-License-Identifier: Apache-2.0
package net.backhaul.controller;

/**
 * Who makes a change, when, and what the change was decided on. Changes with an edit are recorded
 * in the audit log, in one transaction with the change.
 *
 * @param actor the account or token, as the log shows it
 * @param origin where the request came from, such as an IP address; may be empty
 * @param expectedRevision the revision of the record that the actor saw; {@link #ANY_REVISION} to
 *     change whatever there is, 0 to create what must not exist
 */
public record Edit(String actor, String origin, long expectedRevision, long nowMs) {
  public static final long ANY_REVISION = -1;

  /** Creates an edit without a precondition. */
  public static Edit of(String actor, String origin, long nowMs) {
    return new Edit(actor, origin, ANY_REVISION, nowMs);
  }

  /** Returns the edit with the revision of the record that the actor saw. */
  public Edit expecting(long revision) {
    return new Edit(actor, origin, revision, nowMs);
  }

  /** Fails if the record has another revision than the expected one; nothing is changed then. */
  void verify(long revision) {
    if (expectedRevision != ANY_REVISION && expectedRevision != revision) {
      throw new RevisionConflictException(expectedRevision, revision);
    }
  }
}
