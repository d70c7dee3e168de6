// SPDX-License-Identifier: Apache-2.0
package net.backhaul.web.api;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import net.backhaul.sql.Database;
import net.backhaul.sql.SourceHistory;
import net.backhaul.sql.Transaction;
import net.backhaul.web.http.StorageFailure;

/** Reads the sources of rules in the database of a home. */
public final class DatabaseSourceVersions implements SourceVersions {
  private final Database database;

  public DatabaseSourceVersions(Database database) {
    this.database = database;
  }

  @Override
  public CompletableFuture<List<SourceHistory.SourceVersion>> list(String networkId) {
    return read(session -> SourceHistory.versions(session, networkId));
  }

  @Override
  public CompletableFuture<Optional<String>> source(String networkId, long id) {
    return read(session -> SourceHistory.source(session, networkId, id));
  }

  private <T> CompletableFuture<T> read(Transaction<T> transaction) {
    return database
        .submit(transaction)
        .exceptionally(
            failure -> {
              throw new StorageFailure("the history cannot be read: " + failure.getMessage());
            });
  }
}
