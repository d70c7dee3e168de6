// SPDX-License-Identifier: Apache-2.0
package net.backhaul.cli;

import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;

/** The reason for which a file could not be read or written, as text for users. */
final class FileErrors {
  private FileErrors() {}

  /**
   * Returns a sentence without its full stop.
   *
   * @param verb read or write
   */
  static String cannot(String verb, String name, Exception cause) {
    return "cannot " + verb + " " + name + ": " + reason(verb, cause);
  }

  private static String reason(String verb, Exception cause) {
    if (cause instanceof NoSuchFileException) {
      return verb.equals("read") ? "there is no such file" : "its directory does not exist";
    }
    if (cause instanceof AccessDeniedException) {
      return "permission denied; try again with sudo";
    }
    String reason =
        cause instanceof FileSystemException failed ? failed.getReason() : cause.getMessage();
    return reason == null ? "the file system rejected it" : reason;
  }
}
