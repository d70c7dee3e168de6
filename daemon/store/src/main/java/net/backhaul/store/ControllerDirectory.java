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
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import net.backhaul.controller.BinnedMember;
import net.backhaul.controller.BlockedAddress;
import net.backhaul.controller.ControllerActivity;
import net.backhaul.controller.MemberRecord;
import net.backhaul.controller.NetworkRecord;
import net.backhaul.controller.StoredRecords;
import net.backhaul.protocol.identity.Addresses;
import net.backhaul.protocol.identity.NetworkIds;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The files of {@code controller.d} (04 section 5.9), from which records are imported and to which
 * they are exported.
 *
 * <p>Reading changes nothing. A record that cannot be read is logged and left out.
 */
public final class ControllerDirectory {
  private static final Logger log = LoggerFactory.getLogger(ControllerDirectory.class);
  private static final Path NETWORKS = Path.of("network");
  private static final String MEMBERS = "member";
  private static final String JSON = ".json";

  /** Left by the file store of older versions: the deletion of this network was confirmed. */
  private static final String DELETING = ".deleting";

  private static final String IMPORTED = ".imported";

  private final Location location;
  private final Path root;
  private final Path networks;

  /**
   * The place of the files.
   *
   * @param base a directory whose path can be trusted
   * @param below the directory of the records relative to it
   * @param owner applied to each file and directory that is created
   * @param links {@code NOFOLLOW_LINKS} where another user could put links below the base
   */
  public record Location(
      Path base, Path below, OpenDirectory.OwnerChange owner, List<LinkOption> links) {
    /** Returns the place of a directory that belongs to the user of this process. */
    public static Location of(Path directory) {
      return new Location(directory, Path.of(""), OpenDirectory.OwnerChange.NONE, List.of());
    }

    LinkOption[] linkOptions() {
      return links.toArray(LinkOption[]::new);
    }
  }

  public ControllerDirectory(Location location) {
    this(location, NETWORKS);
  }

  private ControllerDirectory(Location location, Path networks) {
    this.location = location;
    this.root = location.base().resolve(location.below());
    this.networks = root.resolve(networks);
  }

  /** Returns files to import: {@code controller.d}, or the directory of networks in it. */
  public static ControllerDirectory toImport(Path directory) {
    return new ControllerDirectory(
        Location.of(directory),
        Files.isDirectory(directory.resolve(NETWORKS)) ? NETWORKS : Path.of(""));
  }

  /** Returns the path of the directory. */
  public Path path() {
    return root;
  }

  private OpenDirectory open(Path directory) throws IOException {
    Path below = location.base().relativize(directory);
    return OpenDirectory.open(location.base(), below, location.linkOptions());
  }

  /** Creates the directories where they are missing, as the reference does at its start. */
  public void create() throws IOException {
    create(root);
    restrictToOwner();
    create(networks);
    create(root.resolve("trace"));
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

  private void restrictToOwner() throws IOException {
    try (OpenDirectory opened = open(root)) {
      PosixFileAttributeView view = opened.posixAttributes();
      if (view != null) {
        view.setPermissions(PosixFilePermissions.fromString("rwx------"));
      }
    }
  }

  // Reading.

  /** Returns whether there is a file of a network, readable or not. */
  public boolean hasNetworks() throws IOException {
    try (OpenDirectory opened = open(networks)) {
      return opened.names().stream().anyMatch(name -> hasRecordName(name, NetworkIds.DIGITS));
    } catch (NoSuchFileException missing) {
      return false;
    }
  }

  /** Reads all records. */
  public StoredRecords read() throws IOException {
    var found = new ArrayList<NetworkRecord>();
    var members = new ArrayList<MemberRecord>();
    var blocked = new ArrayList<BlockedAddress>();
    var binned = new ArrayList<BinnedMember>();
    for (ExportedJson.ExportedNetwork network :
        readAll(
            networks, NetworkIds.DIGITS, ExportedJson::readNetwork, each -> text(each.record()))) {
      long id = network.record().id();
      found.add(network.record());
      blocked.addAll(network.blocked());
      binned.addAll(network.binned());
      members.addAll(
          readAll(
              memberDirectory(id),
              Addresses.DIGITS,
              text -> ExportedJson.readMember(id, text),
              each -> Addresses.text(each.address())));
    }
    return new StoredRecords(
        found, members, blocked, List.of(), List.of(), binned, ControllerActivity.NONE);
  }

  private <T> List<T> readAll(
      Path directory, int digits, Function<String, T> read, Function<T, String> id)
      throws IOException {
    var all = new ArrayList<T>();
    var misnamed = new ArrayList<T>();
    Set<String> ids = new HashSet<>();
    try (OpenDirectory opened = open(directory)) {
      List<Path> names = opened.names();
      Set<Path> present = new HashSet<>(names);
      for (Path file : names) {
        String stem = file.toString().replace(JSON, "");
        if (!hasRecordName(file, digits)
            || present.contains(Path.of(stem + DELETING))
            || !isFile(opened, file)) {
          continue;
        }
        try {
          T record = read.apply(text(opened.read(file, location.linkOptions())));
          boolean named = id.apply(record).equals(stem);
          (named ? all : misnamed).add(record);
          if (named) {
            ids.add(stem);
          }
        } catch (CharacterCodingException e) {
          skipped(directory.resolve(file), "it is not UTF-8");
        } catch (IllegalArgumentException e) {
          skipped(directory.resolve(file), String.valueOf(e.getMessage()));
        } catch (IOException e) {
          skipped(directory.resolve(file), reason(e));
        }
      }
    } catch (NoSuchFileException missing) {
      return List.of();
    }
    for (T record : misnamed) { // The id inside identifies a record.
      if (ids.add(id.apply(record))) {
        all.add(record);
      } else {
        log.error(
            "a second file in {} has the id {}; it is not imported", directory, id.apply(record));
      }
    }
    return all;
  }

  private static void skipped(Path file, String reason) {
    log.error(
        "{} is damaged ({}); its record is not imported. To add it, stop the daemon, repair the"
            + " file, and import the directory of networks: zerotier-one controller import"
            + " DIRECTORY",
        file,
        reason);
  }

  private static boolean hasRecordName(Path file, int digits) {
    String name = file.getFileName().toString();
    return name.length() == digits + JSON.length()
        && name.endsWith(JSON)
        && name.chars().limit(digits).allMatch(HexFormat::isHexDigit);
  }

  private boolean isFile(OpenDirectory opened, Path file) throws IOException {
    BasicFileAttributes found = opened.attributes(file, location.linkOptions());
    return found != null && found.isRegularFile();
  }

  private static String text(byte[] content) throws CharacterCodingException {
    return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(content)).toString();
  }

  /**
   * Renames the files of an import, unchanged, to {@code network.imported}, with a number where
   * that exists, and creates an empty directory in their place.
   *
   * @return where the files are now
   */
  public Path setAside() throws IOException {
    Path aside = Path.of(NETWORKS + IMPORTED);
    try (OpenDirectory opened = open(root)) {
      for (int i = 2; opened.exists(aside); i++) {
        aside = Path.of(NETWORKS + IMPORTED + "." + i);
      }
      opened.move(NETWORKS, aside);
      opened.force();
    }
    create(networks);
    return root.resolve(aside);
  }

  // Writing.

  /** Writes all records to new files, and makes them durable. */
  public void write(StoredRecords records) throws IOException {
    create();
    for (NetworkRecord network : records.networks()) {
      write(networks, text(network), ExportedJson.write(network, records));
    }
    force(networks);
    for (NetworkRecord network : records.networks()) {
      List<MemberRecord> members =
          records.members().stream().filter(member -> member.networkId() == network.id()).toList();
      if (!members.isEmpty()) {
        Path directory = memberDirectory(network.id());
        create(directory);
        for (MemberRecord member : members) {
          write(directory, Addresses.text(member.address()), ExportedJson.write(member));
        }
        force(directory);
      }
    }
  }

  private void write(Path directory, String id, String content) throws IOException {
    try (OpenDirectory opened = open(directory)) {
      Path file = Path.of(id + JSON);
      opened.create(file, content.getBytes(StandardCharsets.UTF_8), true);
      opened.changeOwner(file, location.owner());
    }
  }

  private void force(Path directory) throws IOException {
    try (OpenDirectory opened = open(directory)) {
      opened.force();
    }
  }

  private Path memberDirectory(long networkId) {
    return networks.resolve(NetworkIds.text(networkId)).resolve(MEMBERS);
  }

  private static String text(NetworkRecord network) {
    return NetworkIds.text(network.id());
  }

  /** Returns the cause of an error, without the path if the system gives a reason. */
  static String reason(Throwable e) {
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
