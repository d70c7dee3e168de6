// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import net.backhaul.controller.StoredRecords;
import net.backhaul.service.settings.LiveSettings;
import net.backhaul.service.settings.LocalConf;
import net.backhaul.service.state.FileProblem;
import net.backhaul.service.state.HomeDirectory;
import net.backhaul.service.state.LastBackup;
import net.backhaul.service.system.StartFailure;
import net.backhaul.sql.Database;
import net.backhaul.sql.DatabaseCopy;
import net.backhaul.sql.DatabaseException;
import net.backhaul.sql.DatabaseFile;
import net.backhaul.store.ControllerDirectory;
import net.backhaul.store.SqlRecordStore;

/** {@code zerotier-one controller}: backup, restoration, export and import of its networks. */
final class ControllerCommand {
  /** The commands; each has one operand, and the home directory after it. */
  static final List<String> NAMES = List.of("export", "import", "backup", "restore");

  private static final String USAGE =
      """
      expected one of
        zerotier-one controller export DIRECTORY [HOME]   writes the files of controller.d
        zerotier-one controller import DIRECTORY [HOME]   reads them; while no daemon runs
        zerotier-one controller backup FILE [HOME]        copies the database
        zerotier-one controller restore FILE [HOME]       replaces it; while no daemon runs\
      """;

  private final HomeDirectory home;
  private final String chosen;
  private final Path operand;

  private ControllerCommand(HomeDirectory home, String chosen, Path operand) {
    this.home = home;
    this.chosen = chosen;
    this.operand = operand;
  }

  /**
   * Runs a command, and returns what it has done.
   *
   * @param words the command, its operand, and the home directory if it is not the default
   * @throws StartFailure with the reason why it was not done
   */
  static String run(List<String> words, Path defaultHome) throws StartFailure {
    if (words.size() < 2 || words.size() > 3 || words.stream().anyMatch(w -> w.startsWith("-"))) {
      throw new StartFailure(USAGE, 1);
    }
    Path path = words.size() == 3 ? Path.of(words.get(2)) : defaultHome;
    if (!Files.isDirectory(path)) {
      throw new StartFailure("there is no home directory " + path, 1);
    }
    Path operand = Path.of(words.get(1));
    try (HomeDirectory home = HomeDirectory.open(path)) {
      var settings = new LiveSettings(new LocalConf(home));
      var command = new ControllerCommand(home, settings.settings().controllerPath(), operand);
      return switch (words.getFirst()) {
        case "export" -> command.export();
        case "import" -> command.importFiles();
        case "backup" -> command.backup();
        default -> command.restore();
      };
    } catch (LocalConf.Unusable e) {
      throw new StartFailure(String.valueOf(e.getMessage()), 1);
    } catch (IOException e) {
      throw new StartFailure(reason(operand, e), 1);
    }
  }

  private static String reason(Path operand, IOException failure) {
    return switch (failure) {
      case DatabaseException e -> String.valueOf(e.getMessage());
      case FileAlreadyExistsException e -> e.getMessage() + " exists; name a new file";
      case NoSuchFileException e -> "there is no " + e.getMessage();
      default -> FileProblem.describe(operand, failure);
    };
  }

  private DatabaseFile database() {
    return ControllerFiles.database(home, chosen);
  }

  private DatabaseFile existing() throws StartFailure {
    DatabaseFile database = database();
    if (!database.exists()) {
      throw new StartFailure(
          "there is no "
              + database.path()
              + ": this home controls no network, or its daemon has not imported controller.d yet",
          1);
    }
    return database;
  }

  /** Changes that a running daemon would not see. */
  private void requireNoDaemon() throws StartFailure {
    if (!home.claim()) {
      throw new StartFailure("a daemon runs on " + home.path() + "; stop it first", 1);
    }
  }

  private String export() throws StartFailure, IOException {
    if (Files.exists(operand)) {
      try (DirectoryStream<Path> entries = Files.newDirectoryStream(operand)) {
        if (entries.iterator().hasNext()) {
          throw new StartFailure(operand + " is not empty; name a new directory", 1);
        }
      }
    }
    StoredRecords records = Database.read(existing(), SqlRecordStore::read);
    new ControllerDirectory(ControllerDirectory.Location.of(operand)).write(records);
    return "exported " + counted(records) + " to " + operand;
  }

  private String importFiles() throws StartFailure, IOException {
    requireNoDaemon();
    ControllerDirectory directory = ControllerDirectory.toImport(operand);
    if (!directory.hasNetworks()) {
      throw new StartFailure(
          "there are no networks in " + operand + "; expected files network/<network id>.json", 1);
    }
    try (var database = new Database(database())) {
      return "imported " + counted(SqlRecordStore.importFrom(database, directory));
    }
  }

  private String backup() throws StartFailure, IOException {
    DatabaseFile database = existing();
    try {
      DatabaseCopy.backup(database, operand);
    } catch (IOException e) {
      new LastBackup(System.currentTimeMillis(), reason(operand, e)).write(home);
      throw e;
    }
    new LastBackup(System.currentTimeMillis(), "").write(home);
    return "copied to " + operand;
  }

  private String restore() throws StartFailure, IOException {
    requireNoDaemon();
    DatabaseFile database = database();
    boolean replaces = database.exists();
    DatabaseCopy.restore(operand, database);
    return "restored "
        + database.path()
        + (replaces ? "; what was there is in " + database.path() + ".replaced" : "");
  }

  private static String counted(StoredRecords records) {
    return "%d networks and %d members"
        .formatted(records.networks().size(), records.members().size());
  }
}
