// SPDX-License-Identifier: Apache-2.0
package net.backhaul.cli;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;

/**
 * Reads files of a home directory.
 *
 * <p>The user of the service may put links there, to files that only root may read, and pipes that
 * block: without a check, root would send the content of any file as the token.
 */
final class HomeFile {
  /** More than any file that is read has. */
  static final int MAX_BYTES = 1 << 20;

  private HomeFile() {}

  /**
   * Returns the content of a file.
   *
   * @throws FileSystemException also if it is a link, no regular file or too large
   */
  static byte[] read(Path file) throws IOException {
    var found = Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
    if (found.isSymbolicLink()) {
      throw rejected(
          file,
          "it is a symbolic link, which is not followed, since the user of the service may have"
              + " made it; expected a file");
    }
    if (!found.isRegularFile()) {
      throw rejected(file, "it is not a regular file");
    }
    try (InputStream in =
        Files.newInputStream(file, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS)) {
      byte[] content = in.readNBytes(MAX_BYTES + 1);
      if (content.length > MAX_BYTES) {
        throw rejected(file, "it is larger than " + MAX_BYTES + " bytes");
      }
      return content;
    }
  }

  private static FileSystemException rejected(Path file, String reason) {
    return new FileSystemException(file.toString(), null, reason);
  }
}
