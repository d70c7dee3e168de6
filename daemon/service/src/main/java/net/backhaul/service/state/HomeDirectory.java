// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.state;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import net.backhaul.json.ByteOrderMark;
import net.backhaul.service.system.StartFailure;
import net.backhaul.store.OpenDirectory;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The home directory, which holds all persistent state (04 section 2).
 *
 * <p>A file is replaced as a whole or not at all: after a crash it has the old content or the new
 * one.
 */
public final class HomeDirectory implements AutoCloseable {
  /** Maximum size of a file that is read; the largest valid one is a network's configuration. */
  public static final long MAX_FILE_BYTES = 4L * 1024 * 1024;

  private static final Logger log = LoggerFactory.getLogger(HomeDirectory.class);
  private static final String PID_FILE = "zerotier-one.pid";
  private static final Set<PosixFilePermission> OWNER_ONLY =
      PosixFilePermissions.fromString("rw-------");

  private static final FileAttribute<?>[] SECRET = {
    PosixFilePermissions.asFileAttribute(OWNER_ONLY)
  };
  private static final FileAttribute<?>[] ANY_MODE = {};

  /** Fails where the name exists, so that a link put there meanwhile is not followed. */
  private static final Set<OpenOption> NEW_FILE =
      Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);

  private final Path path;

  /** Files by which a directory is known as a home. */
  private static final List<String> NODE_FILES =
      List.of(
          "identity.secret",
          "identity.public",
          "authtoken.secret",
          "planet",
          "local.conf",
          "devicemap",
          "networks.d",
          "moons.d",
          "controller.d",
          "backhaul.db");

  private FileOwner owner;
  private @Nullable FileChannel pidFile;

  /** Runs between the checks of a path and its use; for tests. */
  Runnable beforeOpen = () -> {};

  private HomeDirectory(Path path) {
    this.path = path;
    this.owner = FileOwner.ofHome(path);
  }

  /**
   * Opens a home and creates it where it is missing, parents included.
   *
   * <p>In a process of root, files of root in a home of another user are given to that user.
   */
  public static HomeDirectory open(Path path) throws IOException {
    Files.createDirectories(path);
    var home = new HomeDirectory(path);
    home.owner.applyToTree(path);
    return home;
  }

  /**
   * Gives the home and all that it holds to a user, if this process is root, that user exists and
   * the home still belongs to root; fails where the directory was probably named by mistake.
   */
  public void assignTo(String user) throws StartFailure {
    if (owner.changesOwner()) {
      return;
    }
    FileOwner assigned = FileOwner.named(path, user);
    if (assigned.changesOwner() && !holdsOnlyNode()) {
      throw new StartFailure(
          "%s is root's and holds other files than those of a node, so it is not given to %s; expected an empty directory, a home, or -U to run as root"
              .formatted(path, user),
          1);
    }
    owner = assigned;
    owner.applyToTree(path);
  }

  /** Returns whether the directory is empty or holds files of a node; false if it is unreadable. */
  private boolean holdsOnlyNode() {
    if (NODE_FILES.stream().anyMatch(this::exists)) {
      return true;
    }
    try (DirectoryStream<Path> entries =
        Files.newDirectoryStream(path, each -> !each.endsWith("lost+found"))) {
      return !entries.iterator().hasNext();
    } catch (IOException e) {
      return false;
    }
  }

  /** Gives a file or directory that was just created to the owner of the home. */
  public void assignOwner(Path created) {
    owner.apply(created);
  }

  /** Returns whether this process is root and gives its files to another user. */
  public boolean belongsToAnotherUser() {
    return owner.changesOwner();
  }

  /** Gives a file or directory that was just created and is open to the owner of the home. */
  public void changeOwner(PosixFileAttributeView created) throws IOException {
    owner.change(created);
  }

  /** Returns the directory itself. */
  public Path path() {
    return path;
  }

  /** Returns the path of a file in the home. */
  public Path file(String name) {
    return path.resolve(name);
  }

  /** Returns the bytes of a file; empty where it is missing or cannot be read. */
  public Optional<byte[]> read(String name) {
    Path file = file(name);
    try {
      return Optional.of(BoundedFile.read(file, MAX_FILE_BYTES));
    } catch (NoSuchFileException missing) {
      return Optional.empty();
    } catch (IOException e) {
      log.warn(
          "cannot read {}: {}; the daemon continues without it",
          file,
          FileProblem.describe(file, e));
      return Optional.empty();
    }
  }

  /** Returns the text of a file in UTF-8; empty where it is missing or cannot be read. */
  public Optional<String> readText(String name) {
    return read(name).map(bytes -> new String(ByteOrderMark.strip(bytes), StandardCharsets.UTF_8));
  }

  /** Returns whether a file exists. */
  public boolean exists(String name) {
    return Files.exists(file(name));
  }

  /** Replaces a file, unless it has this content already. Missing directories are created. */
  public void write(String name, byte[] content) throws IOException {
    write(name, content, false);
  }

  /** Replaces a file that is readable by its owner only. */
  public void writeSecret(String name, byte[] content) throws IOException {
    write(name, content, true);
  }

  private void write(String name, byte[] content, boolean secret) throws IOException {
    Path file = file(name);
    if (Files.isRegularFile(file)
        && Files.size(file) == content.length
        && Arrays.equals(Files.readAllBytes(file), content)) {
      return;
    }
    owner.rejectLinks(path, file);
    Path parent = file.getParent();
    if (parent != null && !Files.isDirectory(parent)) {
      Files.createDirectories(parent);
      owner.apply(parent);
    }
    beforeOpen.run();
    if (owner.changesOwner()
        && parent != null
        && replaceRelatively(parent, file, content, secret)) {
      return;
    }
    Path fresh = file.resolveSibling("." + file.getFileName() + ".new");
    try {
      Files.deleteIfExists(fresh);
      try (FileChannel out = FileChannel.open(fresh, NEW_FILE, secret ? SECRET : ANY_MODE)) {
        var rest = ByteBuffer.wrap(content);
        while (rest.hasRemaining()) { // A full disk takes a part first, then fails.
          out.write(rest);
        }
        if (secret) {
          out.force(true);
        }
      }
      owner.apply(fresh);
      replace(file, fresh, content);
    } finally {
      Files.deleteIfExists(fresh);
    }
  }

  /** Replaces a file in a home of another user; returns false where the system cannot. */
  private boolean replaceRelatively(Path parent, Path file, byte[] content, boolean secret)
      throws IOException {
    try (OpenDirectory opened =
        OpenDirectory.open(path, path.relativize(parent), LinkOption.NOFOLLOW_LINKS)) {
      if (!opened.isSecure()) {
        return false;
      }
      FileAttribute<?>[] mode = secret ? SECRET : ANY_MODE;
      opened.replace(file.getFileName(), content, secret, mode, owner::change);
      return true;
    }
  }

  private static void replace(Path file, Path fresh, byte[] content) throws IOException {
    try {
      Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
    } catch (AccessDeniedException e) {
      throw e;
    } catch (FileSystemException e) {
      if (e instanceof NoSuchFileException
          || !Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
        throw e;
      }
      // A file that is a mount point cannot be replaced.
      Files.write(
          file,
          content,
          StandardOpenOption.WRITE,
          StandardOpenOption.TRUNCATE_EXISTING,
          LinkOption.NOFOLLOW_LINKS);
    }
  }

  /** Makes a file readable by its owner only, where it exists. */
  public void protect(String name) {
    try {
      if (owner.changesOwner()) {
        owner.setPermissions(path, name, OWNER_ONLY);
      } else if (!Files.getPosixFilePermissions(file(name)).equals(OWNER_ONLY)) {
        Files.setPosixFilePermissions(file(name), OWNER_ONLY);
      }
    } catch (NoSuchFileException missing) {
      // Nothing to protect.
    } catch (IOException | UnsupportedOperationException e) {
      log.warn(
          "cannot restrict the mode of {} to its owner ({}); other users may be able to read it",
          file(name),
          e instanceof IOException io ? FileProblem.reason(io) : e.toString());
    }
  }

  /** Deletes a file, if it exists. */
  public void remove(String name) throws IOException {
    Path file = file(name);
    try (OpenDirectory opened = openParent(file)) {
      opened.deleteIfExists(file.getFileName());
    } catch (NoSuchFileException missing) {
      // Neither is its directory.
    }
  }

  /**
   * Opens the directory of a file; in a home of another user, no link below the home leads to it.
   */
  private OpenDirectory openParent(Path file) throws IOException {
    Path parent = file.getParent();
    Path below = parent == null ? Path.of("") : path.relativize(parent);
    return owner.changesOwner()
        ? OpenDirectory.open(path, below, LinkOption.NOFOLLOW_LINKS)
        : OpenDirectory.open(path, below);
  }

  /** Deletes a file, if it exists; a failure is logged. */
  public void delete(String name) {
    try {
      remove(name);
    } catch (IOException e) {
      log.warn("cannot delete {}: {}", file(name), FileProblem.describe(file(name), e));
    }
  }

  /** Renames a damaged file, so that its content is kept, and logs that. */
  public void moveAside(String name, String what) {
    Path file = file(name);
    Path aside = Path.of(file.getFileName() + ".damaged");
    try (OpenDirectory opened = openParent(file)) {
      opened.move(file.getFileName(), aside);
      log.warn("{} is damaged ({}): moved to {}", file, what, aside);
    } catch (IOException e) {
      log.warn(
          "{} is damaged ({}) and is ignored; it cannot be renamed: {}",
          file,
          what,
          FileProblem.describe(file, e));
    }
  }

  /** Returns the sorted names of files in a directory that have this ending, without it. */
  public List<String> list(String directory, String ending) {
    try (Stream<Path> files = Files.list(file(directory))) {
      return files
          .map(each -> String.valueOf(each.getFileName()))
          .filter(name -> name.endsWith(ending))
          .map(name -> name.substring(0, name.length() - ending.length()))
          .sorted()
          .toList();
    } catch (NoSuchFileException missing) {
      return List.of();
    } catch (IOException e) {
      log.warn("cannot list {}: {}", file(directory), FileProblem.describe(file(directory), e));
      return List.of();
    }
  }

  /** Returns the modification time in milliseconds since 1970; 0 for a missing file. */
  public long modifiedMs(String name) {
    try {
      FileTime time = Files.getLastModifiedTime(file(name));
      return time.toMillis();
    } catch (IOException missing) {
      return 0;
    }
  }

  /**
   * Claims the home for this process by a lock on the pid file.
   *
   * @return false if another daemon has the lock; a home that cannot be locked counts as claimed
   */
  public boolean claim() {
    try {
      FileChannel channel =
          FileChannel.open(
              file(PID_FILE),
              StandardOpenOption.CREATE,
              StandardOpenOption.WRITE,
              LinkOption.NOFOLLOW_LINKS);
      owner.apply(file(PID_FILE));
      FileLock lock = channel.tryLock();
      if (lock == null) {
        channel.close();
        return false;
      }
      pidFile = channel;
    } catch (OverlappingFileLockException e) {
      return false;
    } catch (IOException e) {
      log.warn(
          "cannot lock {} ({}), so a second daemon on this home is not detected",
          file(PID_FILE),
          FileProblem.describe(file(PID_FILE), e));
    }
    return true;
  }

  /** Writes the id of this process to the pid file. */
  public void writePid() {
    FileChannel channel = pidFile;
    if (channel == null) {
      return;
    }
    try {
      channel.truncate(0);
      channel.write(pid(), 0);
    } catch (IOException e) {
      log.warn("cannot write {}: {}", file(PID_FILE), FileProblem.describe(file(PID_FILE), e));
    }
  }

  /**
   * Writes the id of this process to the pid file again, whose changed time confirms a reload to
   * the program that requested it.
   */
  public void rewritePid() {
    FileChannel channel = pidFile;
    if (channel == null) {
      return;
    }
    try {
      channel.write(pid(), 0);
    } catch (IOException e) {
      log.warn("cannot write {}: {}", file(PID_FILE), FileProblem.describe(file(PID_FILE), e));
    }
  }

  private static ByteBuffer pid() {
    String pid = Long.toString(ProcessHandle.current().pid());
    return ByteBuffer.wrap(pid.getBytes(StandardCharsets.US_ASCII));
  }

  /** Releases the home. */
  @Override
  public void close() {
    FileChannel channel = pidFile;
    if (channel == null) {
      return;
    }
    pidFile = null;
    delete(PID_FILE);
    try {
      channel.close();
    } catch (IOException e) {
      log.debug("cannot close {}: {}", PID_FILE, e.toString());
    }
  }
}
