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
 * <p>A file is written beside its place, forced to the disk and renamed, so that it holds the old
 * record or the new one whenever the power goes. A network is deleted by renaming the folder of its
 * members first: what has that name at the next start is still to be deleted.
 */
final class RecordFiles {
  private static final Logger log = LoggerFactory.getLogger(RecordFiles.class);
  private static final String NETWORKS = "network";
  private static final String MEMBERS = "member";
  private static final String JSON = ".json";
  private static final String UNFINISHED = ".tmp";
  private static final String DELETED = ".deleting";
  private static final String DAMAGED = ".damaged";

  private final Path root;
  private final Path networks;
  private final Consumer<Path> created;

  /** Folders in which names have changed that may not last yet. */
  private final TreeSet<Path> changed = new TreeSet<>();

  /** Everything that was found. */
  record Found(List<NetworkRecord> networks, List<MemberRecord> members) {}

  RecordFiles(Path root, Consumer<Path> created) {
    this.root = root;
    this.created = created;
    this.networks = root.resolve(NETWORKS);
  }

  // Reading.

  /** Makes the folders, finishes what an earlier run could not, and reads all records. */
  Found load() throws IOException {
    create(root);
    onlyForUs(root);
    create(networks);
    create(root.resolve("trace"));
    finishDeletions();
    removeUnfinished(networks, NetworkIds.DIGITS);
    List<NetworkRecord> found =
        loadAll(networks, NetworkIds.DIGITS, NetworkJson::read, network -> text(network.id()));
    var members = new ArrayList<MemberRecord>();
    for (NetworkRecord network : found) {
      Path folder = memberFolder(network.id());
      removeUnfinished(folder, Addresses.DIGITS);
      members.addAll(
          loadAll(
              folder,
              Addresses.DIGITS,
              text -> MemberJson.read(network.id(), text),
              member -> Addresses.text(member.address())));
    }
    return new Found(found, members);
  }

  /** Creates a directory, and those above it, where they are missing. */
  private void create(Path folder) throws IOException {
    if (Files.isDirectory(folder)) {
      return;
    }
    Path parent = folder.getParent();
    if (parent != null) {
      create(parent);
    }
    Files.createDirectories(folder);
    created.accept(folder);
  }

  private static void onlyForUs(Path folder) throws IOException {
    try {
      Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx------"));
    } catch (UnsupportedOperationException e) {
      // Systems without such permissions keep their own.
    }
  }

  private void finishDeletions() throws IOException {
    for (Path entry : entries(networks)) {
      if (isOurs(entry, NetworkIds.DIGITS, DELETED)) {
        String id = entry.getFileName().toString().substring(0, NetworkIds.DIGITS);
        Files.deleteIfExists(networks.resolve(id + JSON));
        deleteTree(entry);
      }
    }
  }

  private static void removeUnfinished(Path folder, int digits) throws IOException {
    for (Path entry : entries(folder)) {
      if (isOurs(entry, digits, JSON + UNFINISHED)) {
        Files.deleteIfExists(entry);
      }
    }
  }

  /** Returns whether a name is an id and an ending, and so none that a person would give. */
  private static boolean isOurs(Path entry, int digits, String ending) {
    String name = entry.getFileName().toString();
    return name.length() == digits + ending.length()
        && name.endsWith(ending)
        && name.chars().limit(digits).allMatch(HexFormat::isHexDigit);
  }

  private static <T> List<T> loadAll(
      Path folder, int digits, Function<String, T> read, Function<T, String> name)
      throws IOException {
    var all = new ArrayList<T>();
    for (Path file : entries(folder)) {
      String fileName = file.getFileName().toString();
      if (fileName.length() != digits + JSON.length()
          || !fileName.endsWith(JSON)
          || !Files.isRegularFile(file)) {
        continue;
      }
      try {
        T record = read.apply(Files.readString(file));
        if (hasItsName(file, name.apply(record) + JSON)) {
          all.add(record);
        }
      } catch (IllegalArgumentException | CharacterCodingException e) {
        moveAside(file, String.valueOf(e.getMessage()));
      } catch (IOException e) {
        log.error("cannot read {}, so what it holds is not known: {}", file, reason(e));
      }
    }
    return all;
  }

  /** A record counts under the id inside it, so its file gets that name, unless there is one. */
  private static boolean hasItsName(Path file, String wanted) throws IOException {
    String is = file.getFileName().toString();
    if (is.equals(wanted)) {
      return true;
    }
    Path target = file.resolveSibling(wanted);
    if (Files.exists(target)) {
      moveAside(file, "the id in it is that of " + wanted + ", which is there too");
      return false;
    }
    Files.move(file, target);
    log.info("{} is now called {}, by the id in it", file, wanted);
    return true;
  }

  private static void moveAside(Path file, String why) throws IOException {
    String name = file.getFileName() + DAMAGED;
    Path aside = file.resolveSibling(name);
    for (int i = 2; Files.exists(aside); i++) {
      aside = file.resolveSibling(name + "." + i);
    }
    Files.move(file, aside);
    log.error(
        "{} is damaged ({}); it is now {}, and the controller goes on without it. To bring it back,"
            + " repair it and give it its old name while the daemon is stopped.",
        file,
        why,
        aside.getFileName());
  }

  private static List<Path> entries(Path folder) throws IOException {
    try (Stream<Path> all = Files.list(folder)) {
      return all.sorted().toList();
    } catch (NoSuchFileException e) {
      return List.of();
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  // Writing.

  /** Writes a change, which lasts once {@link #settle} has returned. */
  void apply(RecordChange change) throws IOException {
    switch (change) {
      case RecordChange.NetworkSaved(NetworkRecord network) ->
          write(networks, text(network.id()), Json.write(NetworkJson.write(network)));
      case RecordChange.MemberSaved(MemberRecord member) -> {
        Path folder = memberFolder(member.networkId());
        makeFolders(folder);
        write(folder, Addresses.text(member.address()), Json.write(MemberJson.write(member)));
      }
      case RecordChange.MemberDeleted(long networkId, long address) -> {
        Path folder = memberFolder(networkId);
        if (Files.deleteIfExists(folder.resolve(Addresses.text(address) + JSON))) {
          changed.add(folder);
        }
      }
      case RecordChange.NetworkDeleted(long id) -> deleteNetwork(id);
    }
  }

  /** Makes all changes last that were written since the last time. */
  void settle() throws IOException {
    while (!changed.isEmpty()) {
      if (Files.isDirectory(changed.first())) {
        force(changed.first());
      }
      changed.removeFirst();
    }
  }

  private void deleteNetwork(long id) throws IOException {
    settle();
    Path folder = networks.resolve(text(id));
    Path doomed = networks.resolve(text(id) + DELETED);
    if (Files.exists(folder)) {
      deleteTree(doomed);
      Files.move(folder, doomed, StandardCopyOption.ATOMIC_MOVE);
      force(networks);
    }
    Files.deleteIfExists(networks.resolve(text(id) + JSON));
    force(networks);
    deleteTree(doomed);
  }

  private void makeFolders(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      create(folder);
      force(folder.resolveSibling("."));
      force(networks);
    }
  }

  private void write(Path folder, String id, String content) throws IOException {
    Path file = folder.resolve(id + JSON);
    Path unfinished = folder.resolve(id + JSON + UNFINISHED);
    try (var out =
        FileChannel.open(
            unfinished,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.WRITE)) {
      ByteBuffer bytes = StandardCharsets.UTF_8.encode(content);
      while (bytes.hasRemaining()) {
        out.write(bytes);
      }
      out.force(true);
    }
    created.accept(unfinished);
    try {
      Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE);
    } catch (AtomicMoveNotSupportedException e) {
      Files.move(unfinished, file, StandardCopyOption.REPLACE_EXISTING);
    }
    changed.add(folder);
  }

  /** Makes names in a folder last, where the system can do that. */
  private static void force(Path folder) throws IOException {
    if (folder.getFileSystem().supportedFileAttributeViews().contains("posix")) {
      try (var channel = FileChannel.open(folder, StandardOpenOption.READ)) {
        channel.force(true);
      }
    }
  }

  private static void deleteTree(Path folder) throws IOException {
    if (!Files.exists(folder)) {
      return;
    }
    if (Files.isDirectory(folder)) {
      for (Path entry : entries(folder)) {
        deleteTree(entry);
      }
    }
    Files.deleteIfExists(folder);
  }

  private Path memberFolder(long networkId) {
    return networks.resolve(text(networkId)).resolve(MEMBERS);
  }

  private static String text(long networkId) {
    return NetworkIds.text(networkId);
  }

  /** Returns what went wrong, in words without the path where the system has some. */
  static String reason(Exception e) {
    String words = e instanceof FileSystemException f && f.getReason() != null ? f.getReason() : "";
    if (!words.isEmpty()) {
      return words;
    }
    return e instanceof NoSuchFileException
        ? "there is no " + e.getMessage()
        : e.getClass().getSimpleName() + ": " + e.getMessage();
  }
}
