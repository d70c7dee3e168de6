// SPDX-License-Identifier: Apache-2.0
package net.backhaul.sql;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;

/** Backups of a database and their restoration, by a process of its own. */
public final class DatabaseCopy {
  private static final String PARTIAL = ".partial";
  private static final String REPLACED = ".replaced";

  private DatabaseCopy() {}

  /**
   * Copies a database to a new file as of one moment, also while another process uses it. The copy
   * is durable, and one file.
   *
   * @throws FileAlreadyExistsException if the copy exists
   * @throws DatabaseException if the database cannot be read
   */
  public static void backup(DatabaseFile database, Path copy) throws IOException {
    if (Files.exists(copy, LinkOption.NOFOLLOW_LINKS)) {
      throw new FileAlreadyExistsException(copy.toString());
    }
    Path partial = copy.resolveSibling(copy.getFileName() + PARTIAL);
    Files.deleteIfExists(partial);
    DatabaseFile.of(partial).creation().create(partial); // Readable by its owner only.
    try (SqliteConnection source = SqliteConnection.openForReading(database)) {
      source.copyTo(partial);
      force(partial);
      Files.move(partial, copy, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      Files.deleteIfExists(partial);
    }
  }

  /**
   * Replaces a database that no process uses by a copy, after verifying the copy. The replaced one
   * is kept as {@code backhaul.db.replaced}.
   *
   * @throws DatabaseException if the copy is not a usable database
   */
  public static void restore(Path copy, DatabaseFile database) throws IOException {
    DatabaseFile from = DatabaseFile.of(copy);
    if (!from.exists()) {
      throw new NoSuchFileException(copy.toString());
    }
    Path path = database.path();
    Path partial = path.resolveSibling(path.getFileName() + PARTIAL);
    Files.deleteIfExists(partial);
    database.creation().create(partial);
    try (SqliteConnection source = SqliteConnection.openForReading(from)) {
      source.verify();
      source.copyTo(partial);
    }
    try {
      force(partial);
      setAside(path);
      Files.move(partial, path, StandardCopyOption.ATOMIC_MOVE);
      forceDirectory(path);
    } finally {
      Files.deleteIfExists(partial);
    }
  }

  /** Renames the database and what belongs to it; of an earlier restoration only the last stays. */
  private static void setAside(Path path) throws IOException {
    for (String suffix : List.of("-wal", "-shm", "-journal", "")) {
      Path each = path.resolveSibling(path.getFileName() + suffix);
      Path replaced = path.resolveSibling(path.getFileName() + REPLACED + suffix);
      Files.deleteIfExists(replaced);
      if (Files.exists(each, LinkOption.NOFOLLOW_LINKS)) {
        Files.move(each, replaced, StandardCopyOption.ATOMIC_MOVE);
      }
    }
  }

  private static void force(Path file) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.force(true);
    }
  }

  static void forceDirectory(Path file) throws IOException {
    Path parent = file.toAbsolutePath().getParent();
    if (parent != null && file.getFileSystem().supportedFileAttributeViews().contains("posix")) {
      try (FileChannel directory = FileChannel.open(parent, StandardOpenOption.READ)) {
        directory.force(true);
      }
    }
  }
}
