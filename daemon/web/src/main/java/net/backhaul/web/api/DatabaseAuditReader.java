// SPDX-License-Identifier: Apache-2.0
package net.backhaul.web.api;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import net.backhaul.sql.AuditLog;
import net.backhaul.sql.AuditQuery;
import net.backhaul.sql.Database;
import net.backhaul.web.http.StorageFailure;

/** Reads the audit log of the database of a home. */
public final class DatabaseAuditReader implements AuditReader {
  private final Database database;

  public DatabaseAuditReader(Database database) {
    this.database = database;
  }

  @Override
  public CompletableFuture<AuditLog.Page> find(AuditQuery query) {
    if (!database.exists()) {
      return CompletableFuture.completedFuture(new AuditLog.Page(List.of(), 0));
    }
    return database
        .submit(session -> AuditLog.find(session, query))
        .exceptionally(
            failure -> {
              throw new StorageFailure("the log cannot be read: " + failure.getMessage());
            });
  }
}
