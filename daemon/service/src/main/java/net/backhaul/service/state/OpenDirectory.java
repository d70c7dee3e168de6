// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.state;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFileAttributeView;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A directory below the home that is held open: names are resolved in it and never through a path,
 * so that the owner of the home cannot lead a write elsewhere by replacing a directory by a link.
 */
final class OpenDirectory implements Closeable {
  /** Fails where the name exists, and follows no link. */
  private static final Set<OpenOption> NEW_FILE =
      Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);

  private final SecureDirectoryStream<Path> directory;

  private OpenDirectory(SecureDirectoryStream<Path> directory) {
    this.directory = directory;
  }

  /** Changes the owner of a file that was just created. */
  interface OwnerChange {
    void apply(PosixFileAttributeView created) throws IOException;
  }

  /**
   * Opens a directory; no component below the home may be a link.
   *
   * @param below the path relative to the home; empty for the home itself
   * @return null where the system cannot resolve names in open directories
   */
  static @Nullable OpenDirectory open(Path home, Path below) throws IOException {
    SecureDirectoryStream<Path> at = secure(Files.newDirectoryStream(home));
    for (Path name : below) {
      if (at == null || name.toString().isEmpty()) {
        break;
      }
      try (var parent = at) {
        at = parent.newDirectoryStream(name, LinkOption.NOFOLLOW_LINKS);
      }
    }
    return at == null ? null : new OpenDirectory(at);
  }

  private static @Nullable SecureDirectoryStream<Path> secure(DirectoryStream<Path> opened)
      throws IOException {
    if (opened instanceof SecureDirectoryStream<Path> secure) {
      return secure;
    }
    opened.close();
    return null;
  }

  /**
   * Writes a file under a temporary name and renames it.
   *
   * @param sync whether the content is durable before the file gets its name
   */
  void replace(Path name, byte[] content, boolean sync, FileAttribute<?>[] mode, OwnerChange owner)
      throws IOException {
    Path fresh = Path.of("." + name + ".new");
    deleteIfExists(fresh);
    try {
      try (SeekableByteChannel out = directory.newByteChannel(fresh, NEW_FILE, mode)) {
        var rest = ByteBuffer.wrap(content);
        while (rest.hasRemaining()) { // A full disk takes a part first, then fails.
          out.write(rest);
        }
        if (sync && out instanceof FileChannel file) {
          file.force(true);
        }
      }
      owner.apply(
          directory.getFileAttributeView(
              fresh, PosixFileAttributeView.class, LinkOption.NOFOLLOW_LINKS));
      directory.move(fresh, directory, name);
    } finally {
      deleteIfExists(fresh);
    }
  }

  private void deleteIfExists(Path name) throws IOException {
    try {
      directory.deleteFile(name);
    } catch (NoSuchFileException missing) {
      // As wanted.
    }
  }

  @Override
  public void close() throws IOException {
    directory.close();
  }
}
