// SPDX-License-Identifier: Apache-2.0
package net.backhaul.web.api;

import java.util.concurrent.CompletableFuture;
import net.backhaul.sql.AuditLog;
import net.backhaul.sql.AuditQuery;

/** Reads the audit log. */
@FunctionalInterface
public interface AuditReader {
  /**
   * Searches for rows.
   *
   * @return fails with {@link net.backhaul.web.http.StorageFailure} if they cannot be read
   */
  CompletableFuture<AuditLog.Page> find(AuditQuery query);
}
