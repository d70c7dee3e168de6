// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.state;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;

/**
 * Reads files that administrators and other programs put into the home. A pipe in the place of a
 * file would block the daemon, and a device such as {@code /dev/zero} has no end.
 */
public final class BoundedFile {
  private BoundedFile() {}

  /**
   * Returns the bytes of a regular file; links are followed.
   *
   * @throws IOException if the file is missing, is not a regular file, or is longer than this many
   *     bytes
   */
  public static byte[] read(Path file, long maxBytes) throws IOException {
    BasicFileAttributes found = Files.readAttributes(file, BasicFileAttributes.class);
    if (!found.isRegularFile()) {
      throw new FileSystemException(
          file.toString(), null, found.isDirectory() ? "it is a directory" : "it is not a file");
    }
    if (found.size() > maxBytes) {
      throw new FileSystemException(
          file.toString(), null, "it is longer than %d bytes".formatted(maxBytes));
    }
    return Files.readAllBytes(file);
  }
}
