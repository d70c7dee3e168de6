// SPDX-License-Identifier: Apache-2.0
package net.backhaul.web.http;

import org.jspecify.annotations.Nullable;

/** Entity tags made of the revisions of records, and If-Match (RFC 9110). */
public final class Preconditions {
  private Preconditions() {}

  /** Returns the entity tag of a revision. */
  public static String entityTag(String revision) {
    return '"' + revision + '"';
  }

  /** Verifies the revision of a record that counts its changes likewise. */
  public static void requireMatch(WebRequest request, long revision) {
    requireMatch(request, Long.toString(revision));
  }

  /**
   * Verifies that a record still has the revision that a request names; a request without If-Match
   * accepts any.
   *
   * @throws ProblemException with status 412 otherwise
   */
  public static void requireMatch(WebRequest request, String revision) {
    String wanted = request.header("if-match");
    if (!matches(wanted, revision)) {
      throw new ProblemException(
          RequestProblem.of(
              412,
              "changed-meanwhile",
              "If-Match: expected %s, which is the current revision, found %s; read it again"
                  .formatted(entityTag(revision), String.valueOf(wanted))));
    }
  }

  private static boolean matches(@Nullable String wanted, String revision) {
    if (wanted == null || wanted.equals("*")) {
      return true;
    }
    for (String tag : wanted.split(",", -1)) {
      if (tag.strip().equals(entityTag(revision))) {
        return true;
      }
    }
    return false;
  }
}
