// SPDX-License-Identifier: Apache-2.0
package net.backhaul.web.account;

import java.util.Map;
import java.util.TreeSet;
import net.backhaul.controller.Edit;
import net.backhaul.json.Json;
import net.backhaul.protocol.identity.NetworkIds;
import net.backhaul.sql.AuditEntry;
import net.backhaul.sql.AuditLog;
import net.backhaul.web.access.AccessGrant;
import org.jspecify.annotations.Nullable;

/** Entries of the audit log for changes of accounts, sessions, tokens and links; no secrets. */
final class AccountAudit {
  private AccountAudit() {}

  /**
   * Makes an entry, which is of no network.
   *
   * @param before null where there was nothing
   * @param after null where there is nothing any more
   */
  static AccountChange entry(
      Edit edit,
      String action,
      @Nullable Map<String, @Nullable Object> before,
      @Nullable Map<String, @Nullable Object> after) {
    return new AccountChange.Recorded(
        new AuditEntry(
            edit.nowMs(), edit.actor(), edit.origin(), action, "", "", text(before), text(after)));
  }

  /** Makes an entry that names an account alone; null for one that does not exist yet. */
  static AccountChange of(Edit edit, String action, @Nullable Account account) {
    return entry(edit, action, null, user(account));
  }

  /** Makes an entry of rejected passwords or codes. */
  static AccountChange failedLogIn(Edit edit, @Nullable Account account, int attempts) {
    Map<String, @Nullable Object> after = user(account);
    after.put("attempts", attempts);
    return entry(edit, AuditLog.FAILED_LOG_IN, null, after);
  }

  private static @Nullable String text(@Nullable Map<String, @Nullable Object> object) {
    return object == null ? null : Json.write(object);
  }

  static Map<String, @Nullable Object> object(Account account) {
    Map<String, @Nullable Object> out = user(account);
    put(out, account.grant());
    out.put("disabled", account.disabled());
    out.put("totp", account.requiresCode());
    return out;
  }

  private static Map<String, @Nullable Object> user(@Nullable Account account) {
    Map<String, @Nullable Object> out = Json.object();
    out.put("user", account == null ? "" : account.name());
    return out;
  }

  static Map<String, @Nullable Object> object(@Nullable Account account, WebSession session) {
    Map<String, @Nullable Object> out = user(account);
    out.put("from", session.from());
    out.put("agent", session.agent());
    return out;
  }

  static Map<String, @Nullable Object> object(@Nullable Account account, ApiToken token) {
    Map<String, @Nullable Object> out = user(account);
    out.put("token", token.name());
    put(out, token.grant());
    out.put("expiresMs", token.expiresMs());
    return out;
  }

  private static void put(Map<String, @Nullable Object> out, AccessGrant grant) {
    out.put("permission", grant.permission().text());
    var networks = new TreeSet<String>();
    grant.networks().forEach(id -> networks.add(NetworkIds.text(id)));
    out.put("networks", grant.allNetworks() ? "all" : String.join(" ", networks));
  }
}
