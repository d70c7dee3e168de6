// SPDX-License-Identifier: Apache-2.0
package net.backhaul.web.account;

import net.backhaul.web.access.AccessGrant;

/**
 * A user of the web API.
 *
 * @param revision number of changes, from 1
 * @param passwordHash of {@link PasswordHash}; empty until a password is set by a link
 * @param totpSecret in base 32; empty unless codes are required
 * @param totpStep the time step of the last code that was accepted, which is accepted once
 * @param disabled whether the user may not log in
 */
public record Account(
    long id,
    long revision,
    String name,
    AccessGrant grant,
    String passwordHash,
    String totpSecret,
    long totpStep,
    long createdMs,
    boolean disabled) {
  public static final int MAX_NAME_BYTES = 64;

  /** The maximum number of accounts. */
  public static final int MAX_ACCOUNTS = 1_000;

  /** Makes a new account without a password. */
  public static Account create(long id, String name, AccessGrant grant, long nowMs) {
    return new Account(id, 1, name, grant, "", "", 0, nowMs, false);
  }

  /** Returns whether a log-in requires a code. */
  public boolean requiresCode() {
    return !totpSecret.isEmpty();
  }

  Account withPassword(String hash) {
    return new Account(
        id, revision + 1, name, grant, hash, totpSecret, totpStep, createdMs, disabled);
  }

  Account with(AccessGrant changed, boolean isDisabled) {
    return new Account(
        id, revision + 1, name, changed, passwordHash, totpSecret, totpStep, createdMs, isDisabled);
  }

  Account withTotp(String secret, long step) {
    return new Account(
        id, revision + 1, name, grant, passwordHash, secret, step, createdMs, disabled);
  }

  /** Not a change of settings, so the revision stays. */
  Account withTotpStep(long step) {
    return new Account(
        id, revision, name, grant, passwordHash, totpSecret, step, createdMs, disabled);
  }
}
