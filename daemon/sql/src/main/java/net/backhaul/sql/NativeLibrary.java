// SPDX-License-Identifier: Apache-2.0
package net.backhaul.sql;

import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The native part of SQLite, beside the jars: the launchers name its directory, so that nothing is
 * unpacked. Packages for several processors have a directory for each in it.
 */
final class NativeLibrary {
  private static final String DIRECTORY = "org.sqlite.lib.path";

  private NativeLibrary() {}

  /** Selects the library of this processor, before the first connection. */
  static void select() {
    String directory = System.getProperty(DIRECTORY, "");
    if (directory.isEmpty()) {
      return; // As in tests: the library unpacks its native part.
    }
    String machine = System.getProperty("os.arch", "").equals("amd64") ? "x86-64" : "aarch64";
    Path own = Path.of(directory, "linux-" + machine);
    if (Files.isRegularFile(own.resolve(System.mapLibraryName("sqlitejdbc")))) {
      System.setProperty(DIRECTORY, own.toString());
    }
  }
}
