// SPDX-License-Identifier: Apache-2.0
package net.backhaul.web.hook;

import java.util.concurrent.CompletableFuture;
import net.backhaul.sql.AuditEntry;

/** Keeps the settings of the webhook. */
public interface WebhookStore {
  /** Returns what was saved; {@link WebhookSettings#NONE} for nothing. */
  CompletableFuture<WebhookSettings> load();

  /** Saves settings and who changed them, as one; completes when they are durable. */
  CompletableFuture<Void> save(WebhookSettings settings, AuditEntry entry);
}
