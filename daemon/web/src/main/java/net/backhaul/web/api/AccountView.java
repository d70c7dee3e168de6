// SPDX-License-Identifier: Apache-2.0
package net.backhaul.web.api;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import net.backhaul.json.Json;
import net.backhaul.protocol.identity.NetworkIds;
import net.backhaul.web.access.AccessGrant;
import net.backhaul.web.access.AccessLevel;
import net.backhaul.web.account.Account;
import net.backhaul.web.account.ApiToken;
import net.backhaul.web.account.WebSession;
import net.backhaul.web.http.Fields;
import org.jspecify.annotations.Nullable;

/** Accounts, sessions, tokens and grants as the API shows and reads them; without any secret. */
final class AccountView {
  /** That of sessions and tokens, of which nobody changes anything. */
  static final String FIXED_REVISION = "1";

  private static final int MAX_PERMISSION_BYTES = 32;

  private AccountView() {}

  static Map<String, @Nullable Object> object(Account account) {
    Map<String, @Nullable Object> out = Json.object();
    out.put("id", account.id());
    out.put("revision", Long.toString(account.revision()));
    out.put("name", account.name());
    put(out, account.grant());
    out.put("hasPassword", !account.passwordHash().isEmpty());
    out.put("totp", account.requiresCode());
    out.put("disabled", account.disabled());
    out.put("createdMs", account.createdMs());
    return out;
  }

  static Map<String, @Nullable Object> object(WebSession session, long currentId) {
    Map<String, @Nullable Object> out = Json.object();
    out.put("id", session.id());
    out.put("revision", FIXED_REVISION);
    out.put("createdMs", session.createdMs());
    out.put("usedMs", session.usedMs());
    out.put("from", session.from());
    out.put("agent", session.agent());
    out.put("current", session.id() == currentId);
    return out;
  }

  static Map<String, @Nullable Object> object(ApiToken token) {
    Map<String, @Nullable Object> out = Json.object();
    out.put("id", token.id());
    out.put("revision", FIXED_REVISION);
    out.put("name", token.name());
    put(out, token.grant());
    out.put("createdMs", token.createdMs());
    out.put("expiresMs", token.expiresMs());
    return out;
  }

  /** Writes a permission and its networks, or null for all. */
  static void put(Map<String, @Nullable Object> out, AccessGrant grant) {
    out.put("permission", grant.permission().text());
    var networks = new TreeSet<String>();
    grant.networks().forEach(id -> networks.add(NetworkIds.text(id)));
    out.put("networks", grant.allNetworks() ? null : List.copyOf(networks));
  }

  /** Reads a permission and its networks; without {@code networks}, or with null, for all. */
  static AccessGrant grant(Fields fields) {
    return grant(permission(fields), fields);
  }

  /** Reads a grant; what is absent stays as it is. */
  static AccessGrant changedGrant(Fields fields, AccessGrant before) {
    AccessLevel permission = fields.has("permission") ? permission(fields) : before.permission();
    return fields.has("networks")
        ? grant(permission, fields)
        : new AccessGrant(permission, before.allNetworks(), before.networks());
  }

  private static AccessLevel permission(Fields fields) {
    AccessLevel permission = AccessLevel.parse(fields.text("permission", MAX_PERMISSION_BYTES));
    if (permission == null) {
      fields.reject("permission", "expected read, authorize, operate or admin");
      return AccessLevel.READ;
    }
    return permission;
  }

  private static AccessGrant grant(AccessLevel permission, Fields fields) {
    if (!fields.isSet("networks")) {
      return AccessGrant.ofAll(permission);
    }
    Set<Long> networks = new HashSet<>();
    var texts = fields.texts("networks", AccessGrant.MAX_NETWORKS);
    for (int i = 0; i < texts.size(); i++) {
      try {
        if (texts.get(i).length() == NetworkIds.DIGITS) {
          networks.add(NetworkIds.parse(texts.get(i)));
          continue;
        }
      } catch (IllegalArgumentException e) {
        // Reported below.
      }
      fields.reject("networks[" + i + "]", "expected a network id of 16 hexadecimal digits");
    }
    return new AccessGrant(permission, false, networks);
  }
}
