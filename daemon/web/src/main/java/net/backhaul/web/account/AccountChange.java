// SPDX-License-Identifier: Apache-2.0
package net.backhaul.web.account;

import net.backhaul.sql.AuditEntry;

/** A change that an {@link AccountStore} persists. */
public sealed interface AccountChange {
  /** An account was created or changed. */
  record AccountSaved(Account account) implements AccountChange {}

  /** An account was deleted; its sessions, tokens and links are deleted by further changes. */
  record AccountDeleted(long id) implements AccountChange {}

  /** A session began or was used. */
  record SessionSaved(WebSession session) implements AccountChange {}

  /** A session ended. */
  record SessionDeleted(long id) implements AccountChange {}

  /** A token was created. */
  record TokenSaved(ApiToken token) implements AccountChange {}

  /** A token was revoked or has expired. */
  record TokenDeleted(long id) implements AccountChange {}

  /** A link was made, which replaces that of the same account. */
  record LinkSaved(SetupLink link) implements AccountChange {}

  /** What was changed, to be recorded in the audit log together with the change. */
  record Recorded(AuditEntry entry) implements AccountChange {}

  /** The link of an account was used or replaced. */
  record LinkDeleted(long accountId) implements AccountChange {}
}
