// SPDX-License-Identifier: Apache-2.0
package net.backhaul.sql;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import org.jspecify.annotations.Nullable;

/**
 * Where a database is, and how its file is created. SQLite keeps {@code -wal} and {@code -shm}
 * files beside it while it is open, with the same owner and mode.
 *
 * @param path the directory may be a link; the file may not
 * @param creation creates the empty file where it is missing
 */
public record DatabaseFile(Path path, Creation creation) {
  /** The usual name in a home directory. */
  public static final String NAME = "backhaul.db";

  /** Creates an empty file that only its owner may read; fails where the name exists. */
  @FunctionalInterface
  public interface Creation {
    void create(Path file) throws IOException;
  }

  /** Returns a file that belongs to the user of this process. */
  public static DatabaseFile of(Path path) {
    return new DatabaseFile(path, DatabaseFile::create);
  }

  private static void create(Path file) throws IOException {
    boolean posix = file.getFileSystem().supportedFileAttributeViews().contains("posix");
    FileAttribute<?>[] mode =
        posix
            ? new FileAttribute<?>[] {
              PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))
            }
            : new FileAttribute<?>[0];
    Files.createFile(file, mode);
    DatabaseCopy.forceDirectory(file); // The name is durable before a change is confirmed.
  }

  /** Returns whether the file exists, be it a link or empty. */
  public boolean exists() {
    return Files.exists(path, LinkOption.NOFOLLOW_LINKS);
  }

  /** Returns the path without links in its directory. */
  Path resolved() throws IOException {
    Path absolute = path.toAbsolutePath();
    Path parent = absolute.getParent();
    return parent == null ? absolute : parent.toRealPath().resolve(absolute.getFileName());
  }

  /** Returns what tells this file from another of the same name; null where there is none. */
  @Nullable Object key() throws IOException {
    return Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
        .fileKey();
  }
}
