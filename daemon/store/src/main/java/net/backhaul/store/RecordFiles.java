// SPDX-License-Identifier: Apache-2.0
package net.backhaul.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.TreeSet;
import java.util.function.Function;
import net.backhaul.controller.MemberRecord;
import net.backhaul.controller.NetworkRecord;
import net.backhaul.controller.RecordChange;
import net.backhaul.json.Json;
import net.backhaul.protocol.identity.Addresses;
import net.backhaul.protocol.identity.NetworkIds;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The files of {@code controller.d} (04 section 5.9).
 *
 * <p>A file is written under a temporary name, synced and renamed, so that after a power failure it
 * holds the old record or the new one. Deleting a network starts with renaming the directory of its
 * members; the next start completes the deletion of directories with such a name.
 */
final class RecordFiles {
  private static final Logger log = LoggerFactory.getLogger(RecordFiles.class);
  private static final String NETWORKS = "network";
  private static final String MEMBERS = "member";
  private static final String JSON = ".json";
  private static final String TEMPORARY = ".tmp";
  private static final String DELETING = ".deleting";
  private static final String DAMAGED = ".damaged";

  private final Location location;
  private final Path root;
  private final Path networks;

  /** Directories with created, renamed or deleted entries that are not synced. */
  private final TreeSet<Path> unsynced = new TreeSet<>();

  /** Called before a directory is opened for a write; tests replace the directory then. */
  Runnable beforeWrite = () -> {};

  /** All records read. */
  record StoredRecords(List<NetworkRecord> networks, List<MemberRecord> members) {}

  /**
   * The place of the files.
   *
   * @param base a directory whose path can be trusted
   * @param below the directory of the records relative to it
   * @param owner applied to each file and directory that is created
   * @param links {@code NOFOLLOW_LINKS} where another user could put links below the base
   */
  record Location(Path base, Path below, OpenDirectory.OwnerChange owner, List<LinkOption> links) {
    LinkOption[] linkOptions() {
      return links.toArray(LinkOption[]::new);
    }
  }

  RecordFiles(Location location) {
    this.location = location;
    this.root = location.base().resolve(location.below());
    this.networks = root.resolve(NETWORKS);
  }

  private OpenDirectory open(Path directory) throws IOException {
    Path below = location.base().relativize(directory);
    return OpenDirectory.open(location.base(), below, location.linkOptions());
  }

  // Reading.

  /** Creates the directories, completes interrupted changes, and reads all records. */
  StoredRecords load() throws IOException {
    create(root);
    restrictToOwner(root);
    create(networks);
    create(root.resolve("trace"));
    completeDeletions();
    List<NetworkRecord> found =
        loadAll(networks, NetworkIds.DIGITS, NetworkJson::read, network -> text(network.id()));
    var members = new ArrayList<MemberRecord>();
    for (NetworkRecord network : found) {
      Path directory = memberDirectory(network.id());
      members.addAll(
          loadAll(
              directory,
              Addresses.DIGITS,
              text -> MemberJson.read(network.id(), text),
              member -> Addresses.text(member.address())));
    }
    return new StoredRecords(found, members);
  }

  /** Creates a directory and its parents where they are missing. */
  private void create(Path directory) throws IOException {
    if (Files.isDirectory(directory, location.linkOptions())) {
      return;
    }
    if (directory.equals(location.base())) {
      Files.createDirectories(directory);
      return;
    }
    Path parent = directory.getParent();
    if (parent == null) {
      return;
    }
    create(parent);
    try (OpenDirectory opened = open(parent)) {
      Files.createDirectory(directory);
      opened.changeOwner(directory.getFileName(), location.owner());
    }
  }

  private void restrictToOwner(Path directory) throws IOException {
    try (OpenDirectory opened = open(directory)) {
      PosixFileAttributeView view = opened.posixAttributes();
      if (view != null) {
        view.setPermissions(PosixFilePermissions.fromString("rwx------"));
      }
    }
  }

  private void completeDeletions() throws IOException {
    try (OpenDirectory opened = open(networks)) {
      for (Path entry : opened.names()) {
        if (isOurs(entry, NetworkIds.DIGITS, DELETING)) {
          String id = entry.toString().substring(0, NetworkIds.DIGITS);
          opened.deleteIfExists(Path.of(id + JSON));
          opened.deleteTree(entry);
        }
      }
    }
  }

  private static void removeTemporaryFiles(OpenDirectory opened, int digits) throws IOException {
    for (Path entry : opened.names()) {
      if (isOurs(entry, digits, JSON + TEMPORARY)) {
        opened.deleteIfExists(entry);
      }
    }
  }

  /** Returns whether a name is an id with a suffix, and so created by this class. */
  private static boolean isOurs(Path entry, int digits, String suffix) {
    String name = entry.getFileName().toString();
    return name.length() == digits + suffix.length()
        && name.endsWith(suffix)
        && name.chars().limit(digits).allMatch(HexFormat::isHexDigit);
  }

  private <T> List<T> loadAll(
      Path directory, int digits, Function<String, T> read, Function<T, String> name)
      throws IOException {
    var all = new ArrayList<T>();
    try (OpenDirectory opened = open(directory)) {
      removeTemporaryFiles(opened, digits);
      for (Path file : opened.names()) {
        if (!hasRecordName(file, digits) || !isFile(opened, file)) {
          continue;
        }
        try {
          T record = read.apply(text(opened.read(file, location.linkOptions())));
          if (renameToId(opened, file, Path.of(name.apply(record) + JSON))) {
            all.add(record);
          }
        } catch (CharacterCodingException e) {
          setAside(opened, file, "it is not UTF-8");
        } catch (IllegalArgumentException e) {
          setAside(opened, file, String.valueOf(e.getMessage()));
        } catch (IOException e) {
          log.error(
              "cannot read {}, so its record is missing: {}", directory.resolve(file), reason(e));
        }
      }
    } catch (NoSuchFileException missing) {
      return List.of();
    }
    return all;
  }

  private static boolean hasRecordName(Path file, int digits) {
    String name = file.toString();
    return name.length() == digits + JSON.length() && name.endsWith(JSON);
  }

  private boolean isFile(OpenDirectory opened, Path file) throws IOException {
    BasicFileAttributes found = opened.attributes(file, location.linkOptions());
    return found != null && found.isRegularFile();
  }

  private static String text(byte[] content) throws CharacterCodingException {
    return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(content)).toString();
  }

  /**
   * Renames a file to the id inside it, which identifies the record; a file with an id that another
   * file has is set aside.
   */
  private static boolean renameToId(OpenDirectory opened, Path file, Path name) throws IOException {
    if (file.equals(name)) {
      return true;
    }
    if (opened.exists(name)) {
      setAside(opened, file, "it has the id of " + name + ", which exists");
      return false;
    }
    opened.move(file, name);
    log.info("renamed {} to {}, the id in it", opened.path(file), name);
    return true;
  }

  private static void setAside(OpenDirectory opened, Path file, String reason) throws IOException {
    Path renamed = Path.of(file + DAMAGED);
    for (int i = 2; opened.exists(renamed); i++) {
      renamed = Path.of(file + DAMAGED + "." + i);
    }
    opened.move(file, renamed);
    log.error(
        "{} is damaged ({}); it was renamed to {}, and the controller runs without it. To restore"
            + " it, stop the daemon, repair the file and rename it back.",
        opened.path(file),
        reason,
        renamed);
  }

  // Writing.

  /** Writes a change; it is durable once {@link #sync} has returned. */
  void apply(RecordChange change) throws IOException {
    switch (change) {
      case RecordChange.NetworkSaved(NetworkRecord network) ->
          write(networks, text(network.id()), Json.write(NetworkJson.write(network)));
      case RecordChange.MemberSaved(MemberRecord member) -> {
        Path directory = memberDirectory(member.networkId());
        createAndSync(directory);
        write(directory, Addresses.text(member.address()), Json.write(MemberJson.write(member)));
      }
      case RecordChange.MemberDeleted(long networkId, long address) -> {
        Path directory = memberDirectory(networkId);
        try (OpenDirectory opened = open(directory)) {
          if (opened.deleteIfExists(Path.of(Addresses.text(address) + JSON))) {
            unsynced.add(directory);
          }
        } catch (NoSuchFileException missing) {
          // The network has no members.
        }
      }
      case RecordChange.NetworkDeleted(long id) -> deleteNetwork(id);
    }
  }

  /** Syncs the directories of all changes since the last call. */
  void sync() throws IOException {
    while (!unsynced.isEmpty()) {
      force(unsynced.first());
      unsynced.removeFirst();
    }
  }

  private void deleteNetwork(long id) throws IOException {
    sync();
    Path directory = Path.of(text(id));
    Path deleting = Path.of(text(id) + DELETING);
    try (OpenDirectory opened = open(networks)) {
      if (opened.exists(directory)) {
        opened.deleteTree(deleting);
        opened.move(directory, deleting);
        opened.force();
      }
      opened.deleteIfExists(Path.of(text(id) + JSON));
      opened.force();
      opened.deleteTree(deleting);
    }
  }

  private void createAndSync(Path directory) throws IOException {
    if (!Files.isDirectory(directory, location.linkOptions())) {
      create(directory);
      force(networks.resolve(networks.relativize(directory).getName(0)));
      force(networks);
    }
  }

  private void write(Path directory, String id, String content) throws IOException {
    Path temporary = Path.of(id + JSON + TEMPORARY);
    beforeWrite.run();
    try (OpenDirectory opened = open(directory)) {
      // The directory may belong to another user, who could have put a link there.
      opened.deleteIfExists(temporary);
      opened.create(temporary, content.getBytes(StandardCharsets.UTF_8), true);
      opened.changeOwner(temporary, location.owner());
      opened.move(temporary, Path.of(id + JSON));
    }
    unsynced.add(directory);
  }

  /** Syncs the entries of a directory, unless it is gone. */
  private void force(Path directory) throws IOException {
    try (OpenDirectory opened = open(directory)) {
      opened.force();
    } catch (NoSuchFileException gone) {
      // Nothing to sync.
    }
  }

  private Path memberDirectory(long networkId) {
    return networks.resolve(text(networkId)).resolve(MEMBERS);
  }

  private static String text(long networkId) {
    return NetworkIds.text(networkId);
  }

  /** Returns the cause of an error, without the path if the system gives a reason. */
  static String reason(Exception e) {
    String reason =
        e instanceof FileSystemException f && f.getReason() != null ? f.getReason() : "";
    if (!reason.isEmpty()) {
      return reason;
    }
    return e instanceof NoSuchFileException
        ? "there is no " + e.getMessage()
        : e.getClass().getSimpleName() + ": " + e.getMessage();
  }
}
