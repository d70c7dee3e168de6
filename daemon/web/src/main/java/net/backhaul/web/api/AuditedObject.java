// SPDX-License-Identifier: Apache-2.0
package net.backhaul.web.api;

import java.util.Map;
import net.backhaul.json.Json;
import org.jspecify.annotations.Nullable;

/**
 * An object of the audit log as the API shows it: without the secrets that old entries may have.
 */
final class AuditedObject {
  private static final String NETWORK_TOKENS = "authTokens";
  private static final String MEMBER_TOKEN = "lastAuthorizedCredential";
  private static final String HIDDEN = "(hidden)";

  private AuditedObject() {}

  /** Returns the object of a stored text; null for none. */
  static @Nullable Object shown(@Nullable String stored) {
    if (stored == null) {
      return null;
    }
    Map<String, @Nullable Object> object = Json.asObject(Json.parse(stored));
    for (String secret : new String[] {NETWORK_TOKENS, MEMBER_TOKEN}) {
      boolean isEmpty = object.get(secret) == null || Json.asObject(object.get(secret)).isEmpty();
      if (object.get(secret) instanceof String || !isEmpty) {
        object.put(secret, HIDDEN);
      }
    }
    return object;
  }
}
