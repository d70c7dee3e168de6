// SPDX-License-Identifier: Apache-2.0
package net.backhaul.web.api;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Supplier;
import net.backhaul.sql.Database;
import net.backhaul.sql.DatabaseCopy;
import net.backhaul.sql.DatabaseFile;
import net.backhaul.web.http.FileBody;
import net.backhaul.web.http.ProblemException;
import net.backhaul.web.http.RequestProblem;
import net.backhaul.web.http.StorageFailure;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Copies the database of a home to a file beside it, one at a time, until it has been sent. */
public final class DatabaseBackups implements Supplier<CompletableFuture<FileBody>> {
  private static final Logger log = LoggerFactory.getLogger(DatabaseBackups.class);
  private static final String SUFFIX = ".download";

  private final Database database;
  private final Consumer<String> outcome;
  private final AtomicBoolean isBusy = new AtomicBoolean();

  /**
   * Makes the copies of a database.
   *
   * @param outcome is given why a copy could not be made; an empty text if it could
   */
  public DatabaseBackups(Database database, Consumer<String> outcome) {
    this.database = database;
    this.outcome = outcome;
  }

  /**
   * Copies the database as of one moment; the file is deleted once it is closed.
   *
   * @return fails with {@link StorageFailure} if it cannot be copied
   * @throws ProblemException while another copy is being sent
   */
  @Override
  public CompletableFuture<FileBody> get() {
    if (!isBusy.compareAndSet(false, true)) {
      throw new ProblemException(
          RequestProblem.of(
              409, "backup-running", "another backup is being sent; try again when it is done"));
    }
    return CompletableFuture.supplyAsync(this::copy);
  }

  private FileBody copy() {
    Path file = database.path().resolveSibling(database.path().getFileName() + SUFFIX);
    try {
      removeOld(file);
      DatabaseCopy.backup(DatabaseFile.of(database.path()), file);
      FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
      var copy = new FileBody(channel, channel.size(), () -> release(file));
      outcome.accept("");
      return copy;
    } catch (IOException e) {
      release(file);
      String problem = "the database cannot be copied: " + e.getMessage();
      outcome.accept(problem);
      throw new CompletionException(new StorageFailure(problem));
    }
  }

  /** Deletes what an earlier end of the daemon has left. */
  private static void removeOld(Path file) throws IOException {
    Path directory = file.toAbsolutePath().getParent();
    if (directory == null) {
      return;
    }
    try (DirectoryStream<Path> found =
        Files.newDirectoryStream(directory, file.getFileName() + "*")) {
      for (Path each : found) {
        Files.delete(each);
      }
    }
  }

  private void release(Path file) {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      log.warn("{} cannot be deleted: {}", file, e.toString());
    } finally {
      isBusy.set(false);
    }
  }
}
