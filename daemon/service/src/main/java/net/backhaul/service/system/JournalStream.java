// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.system;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * The stream of journald, which {@code JOURNAL_STREAM} names by device and inode: a program may
 * have inherited the variable and write to another file. Needs no class of a library and opens no
 * file, so that the start can use it with few open files.
 */
public final class JournalStream {
  private JournalStream() {}

  /** Returns whether standard error is the stream. */
  public static boolean isStandardError() {
    return is(System.getenv(), Path.of("/proc/self/fd/2"));
  }

  /** Returns whether a file is the stream that the environment names. */
  static boolean is(Map<String, String> environment, Path file) {
    String named = environment.get("JOURNAL_STREAM");
    if (named == null) {
      return false;
    }
    try {
      Map<String, Object> found = Files.readAttributes(file, "unix:dev,ino");
      return named.equals(found.get("dev") + ":" + found.get("ino"));
    } catch (IOException e) {
      return false;
    }
  }
}
