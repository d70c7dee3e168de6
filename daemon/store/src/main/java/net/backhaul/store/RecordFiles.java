// SPDX-License-Identifier: Apache-2.0
package net.backhaul.store;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Stream;
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

  private final Path root;
  private final Path networks;
  private final Consumer<Path> created;

  /** Directories with created, renamed or deleted entries that are not synced. */
  private final TreeSet<Path> unsynced = new TreeSet<>();

  /** All records read. */
  record StoredRecords(List<NetworkRecord> networks, List<MemberRecord> members) {}

  RecordFiles(Path root, Consumer<Path> created) {
    this.root = root;
    this.created = created;
    this.networks = root.resolve(NETWORKS);
  }

  // Reading.

  /** Creates the directories, completes interrupted changes, and reads all records. */
  StoredRecords load() throws IOException {
    create(root);
    restrictToOwner(root);
    create(networks);
    create(root.resolve("trace"));
    completeDeletions();
    removeTemporaryFiles(networks, NetworkIds.DIGITS);
    List<NetworkRecord> found =
        loadAll(networks, NetworkIds.DIGITS, NetworkJson::read, network -> text(network.id()));
    var members = new ArrayList<MemberRecord>();
    for (NetworkRecord network : found) {
      Path directory = memberDirectory(network.id());
      removeTemporaryFiles(directory, Addresses.DIGITS);
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
    if (Files.isDirectory(directory)) {
      return;
    }
    Path parent = directory.getParent();
    if (parent != null) {
      create(parent);
    }
    Files.createDirectories(directory);
    created.accept(directory);
  }

  private static void restrictToOwner(Path directory) throws IOException {
    try {
      Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx------"));
    } catch (UnsupportedOperationException e) {
      // Not a POSIX file system.
    }
  }

  private void completeDeletions() throws IOException {
    for (Path entry : entries(networks)) {
      if (isOurs(entry, NetworkIds.DIGITS, DELETING)) {
        String id = entry.getFileName().toString().substring(0, NetworkIds.DIGITS);
        Files.deleteIfExists(networks.resolve(id + JSON));
        deleteTree(entry);
      }
    }
  }

  private static void removeTemporaryFiles(Path directory, int digits) throws IOException {
    for (Path entry : entries(directory)) {
      if (isOurs(entry, digits, JSON + TEMPORARY)) {
        Files.deleteIfExists(entry);
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

  private static <T> List<T> loadAll(
      Path directory, int digits, Function<String, T> read, Function<T, String> name)
      throws IOException {
    var all = new ArrayList<T>();
    for (Path file : entries(directory)) {
      String fileName = file.getFileName().toString();
      if (fileName.length() != digits + JSON.length()
          || !fileName.endsWith(JSON)
          || !Files.isRegularFile(file)) {
        continue;
      }
      try {
        T record = read.apply(Files.readString(file));
        if (renameToId(file, name.apply(record) + JSON)) {
          all.add(record);
        }
      } catch (CharacterCodingException e) {
        setAside(file, "it is not UTF-8");
      } catch (IllegalArgumentException e) {
        setAside(file, String.valueOf(e.getMessage()));
      } catch (IOException e) {
        log.error("cannot read {}, so its record is missing: {}", file, reason(e));
      }
    }
    return all;
  }

  /**
   * Renames a file to the id inside it, which identifies the record; a file with an id that another
   * file has is set aside.
   */
  private static boolean renameToId(Path file, String name) throws IOException {
    if (file.getFileName().toString().equals(name)) {
      return true;
    }
    Path target = file.resolveSibling(name);
    if (Files.exists(target)) {
      setAside(file, "it has the id of " + name + ", which exists");
      return false;
    }
    Files.move(file, target);
    log.info("renamed {} to {}, the id in it", file, name);
    return true;
  }

  private static void setAside(Path file, String reason) throws IOException {
    String name = file.getFileName() + DAMAGED;
    Path renamed = file.resolveSibling(name);
    for (int i = 2; Files.exists(renamed); i++) {
      renamed = file.resolveSibling(name + "." + i);
    }
    Files.move(file, renamed);
    log.error(
        "{} is damaged ({}); it was renamed to {}, and the controller runs without it. To restore"
            + " it, stop the daemon, repair the file and rename it back.",
        file,
        reason,
        renamed.getFileName());
  }

  private static List<Path> entries(Path directory) throws IOException {
    try (Stream<Path> all = Files.list(directory)) {
      return all.sorted().toList();
    } catch (NoSuchFileException e) {
      return List.of();
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
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
        if (Files.deleteIfExists(directory.resolve(Addresses.text(address) + JSON))) {
          unsynced.add(directory);
        }
      }
      case RecordChange.NetworkDeleted(long id) -> deleteNetwork(id);
    }
  }

  /** Syncs the directories of all changes since the last call. */
  void sync() throws IOException {
    while (!unsynced.isEmpty()) {
      if (Files.isDirectory(unsynced.first())) {
        force(unsynced.first());
      }
      unsynced.removeFirst();
    }
  }

  private void deleteNetwork(long id) throws IOException {
    sync();
    Path directory = networks.resolve(text(id));
    Path deleting = networks.resolve(text(id) + DELETING);
    if (Files.exists(directory)) {
      deleteTree(deleting);
      Files.move(directory, deleting, StandardCopyOption.ATOMIC_MOVE);
      force(networks);
    }
    Files.deleteIfExists(networks.resolve(text(id) + JSON));
    force(networks);
    deleteTree(deleting);
  }

  private void createAndSync(Path directory) throws IOException {
    if (!Files.isDirectory(directory)) {
      create(directory);
      force(directory.resolveSibling("."));
      force(networks);
    }
  }

  private void write(Path directory, String id, String content) throws IOException {
    Path file = directory.resolve(id + JSON);
    Path temporary = directory.resolve(id + JSON + TEMPORARY);
    // The directory may belong to another user, who could have put a link there.
    Files.deleteIfExists(temporary);
    try (var out =
        FileChannel.open(temporary, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      ByteBuffer bytes = StandardCharsets.UTF_8.encode(content);
      while (bytes.hasRemaining()) {
        out.write(bytes);
      }
      out.force(true);
    }
    created.accept(temporary);
    try {
      Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
    } catch (AtomicMoveNotSupportedException e) {
      Files.move(temporary, file, StandardCopyOption.REPLACE_EXISTING);
    }
    unsynced.add(directory);
  }

  /** Syncs the entries of a directory, where the system supports it. */
  private static void force(Path directory) throws IOException {
    if (directory.getFileSystem().supportedFileAttributeViews().contains("posix")) {
      try (var channel = FileChannel.open(directory, StandardOpenOption.READ)) {
        channel.force(true);
      }
    }
  }

  private static void deleteTree(Path directory) throws IOException {
    if (!Files.exists(directory)) {
      return;
    }
    if (Files.isDirectory(directory)) {
      for (Path entry : entries(directory)) {
        deleteTree(entry);
      }
    }
    Files.deleteIfExists(directory);
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
