// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service;

import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import net.backhaul.service.state.HomeDirectory;
import net.backhaul.sql.DatabaseFile;
import net.backhaul.store.ControllerDirectory;
import net.backhaul.store.OpenDirectory;

/**
 * Where a home has its database, and the files of {@code controller.d}, from which the database is
 * made at first.
 */
final class ControllerFiles {
  private static final String DIRECTORY = "controller.d";

  private ControllerFiles() {}

  /**
   * Returns the file of the database.
   *
   * @param chosen {@code controllerDbPath} of local.conf: the directory of the database instead of
   *     the home; empty without it
   */
  static DatabaseFile database(HomeDirectory home, String chosen) {
    return new DatabaseFile(
        home.path().resolve(chosen).resolve(DatabaseFile.NAME),
        file -> OpenDirectory.createFile(file, home::changeOwner));
  }

  /** Returns the files of networks likewise. */
  static ControllerDirectory directory(HomeDirectory home, String chosen) {
    return new ControllerDirectory(
        chosen.isEmpty() && home.belongsToAnotherUser()
            ? new ControllerDirectory.Location(
                home.path(),
                Path.of(DIRECTORY),
                home::changeOwner,
                List.of(LinkOption.NOFOLLOW_LINKS))
            : ControllerDirectory.Location.of(
                home.path().resolve(chosen.isEmpty() ? DIRECTORY : chosen)));
  }
}
