// SPDX-License-Identifier: Apache-2.0
package net.backhaul.web.access;

/**
 * The caller of a request.
 *
 * @param accountId 0 without a log-in
 * @param name of the account
 * @param credentialId of the session or the token
 * @param tokenName empty unless it is a token
 */
public record Principal(
    long accountId,
    String name,
    AccessGrant grant,
    CallerKind credential,
    long credentialId,
    String tokenName) {
  /** How a caller has proved its account. */
  public enum CallerKind {
    NONE,
    SESSION,
    TOKEN,
    /** With the token of the home directory, by the local API. */
    LOCAL
  }

  /** A caller without a log-in. */
  public static final Principal NOBODY =
      new Principal(0, "", AccessGrant.NONE, CallerKind.NONE, 0, "");

  /** Who has the token of the home directory, and may do everything. */
  public static final Principal LOCAL =
      new Principal(0, "authtoken.secret", AccessGrant.ADMIN, CallerKind.LOCAL, 0, "");

  /** Returns the account as the audit log names it, with the token where one was used. */
  public String actor() {
    return tokenName.isEmpty() ? name : name + " (token " + tokenName + ")";
  }

  /** Returns whether the caller may do something in a network. */
  public boolean may(AccessLevel permission, long network) {
    return grant.permits(permission, network);
  }
}
