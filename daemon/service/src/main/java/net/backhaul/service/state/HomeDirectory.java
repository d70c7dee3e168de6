// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.state;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The folder that holds all that outlives the daemon (04 section 2).
 *
 * <p>A file is replaced as a whole or not at all: readers and a sudden end see the old content or
 * the new one.
 */
public final class HomeDirectory implements AutoCloseable {
  /** The longest file that is read; the largest honest one is a network's configuration. */
  public static final long MAX_FILE_BYTES = 4L * 1024 * 1024;

  private static final Logger log = LoggerFactory.getLogger(HomeDirectory.class);
  private static final String PID_FILE = "zerotier-one.pid";
  private static final Set<PosixFilePermission> OWNER_ONLY =
      PosixFilePermissions.fromString("rw-------");

  private final Path path;
  private FileOwner owner;
  private @Nullable FileChannel pidFile;

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
   * the home still belongs to root.
   */
  public void assignTo(String user) {
    if (!owner.changesOwner()) {
      owner = FileOwner.named(path, user);
      owner.applyToTree(path);
    }
  }

  /** Gives a file or directory that was just created to the owner of the home. */
  public void assignOwner(Path created) {
    owner.apply(created);
  }

  public Path path() {
    return path;
  }

  public Path file(String name) {
    return path.resolve(name);
  }

  /** Returns the bytes of a file, or empty where there is none that can be read. */
  public Optional<byte[]> read(String name) {
    Path file = file(name);
    try {
      if (Files.size(file) > MAX_FILE_BYTES) {
        log.warn("{} is longer than {} bytes and is not read", file, MAX_FILE_BYTES);
        return Optional.empty();
      }
      return Optional.of(Files.readAllBytes(file));
    } catch (NoSuchFileException missing) {
      return Optional.empty();
    } catch (IOException e) {
      log.warn("cannot read {}: {}", file, FileProblem.describe(file, e));
      return Optional.empty();
    }
  }

  public Optional<String> readText(String name) {
    return read(name).map(bytes -> new String(bytes, StandardCharsets.UTF_8));
  }

  public boolean exists(String name) {
    return Files.exists(file(name));
  }

  /** Replaces a file, unless it holds just that already. Missing folders are made. */
  public void write(String name, byte[] content) throws IOException {
    write(name, content, false);
  }

  /** Replaces a file that only its owner may read. */
  public void writeSecret(String name, byte[] content) throws IOException {
    write(name, content, true);
  }

  private void write(String name, byte[] content, boolean secret) throws IOException {
    Path file = file(name);
    if (Files.exists(file)
        && Files.size(file) == content.length
        && Arrays.equals(Files.readAllBytes(file), content)) {
      return;
    }
    Path parent = file.getParent();
    if (parent != null && !Files.isDirectory(parent)) {
      Files.createDirectories(parent);
      owner.apply(parent);
    }
    Path fresh = file.resolveSibling("." + file.getFileName() + ".new");
    try {
      Files.deleteIfExists(fresh);
      if (secret) {
        Files.createFile(fresh, PosixFilePermissions.asFileAttribute(OWNER_ONLY));
      }
      try (FileChannel out =
          FileChannel.open(fresh, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
        var rest = java.nio.ByteBuffer.wrap(content);
        while (rest.hasRemaining()) { // A disk that is getting full takes a part, and then fails.
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

  private static void replace(Path file, Path fresh, byte[] content) throws IOException {
    try {
      Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
    } catch (AccessDeniedException e) {
      throw e;
    } catch (FileSystemException e) {
      if (!Files.isRegularFile(file)) {
        throw e;
      }
      Files.write(file, content); // A file that is a mount of its own can't be replaced.
    }
  }

  /** Lets nobody but the owner read a file, where there is one. */
  public void protect(String name) {
    try {
      Files.setPosixFilePermissions(file(name), OWNER_ONLY);
    } catch (NoSuchFileException missing) {
      // Nothing to protect yet.
    } catch (IOException | UnsupportedOperationException e) {
      log.debug("cannot protect {}: {}", file(name), e.toString());
    }
  }

  public void delete(String name) {
    try {
      Files.deleteIfExists(file(name));
    } catch (IOException e) {
      log.warn("cannot delete {}: {}", file(name), FileProblem.describe(file(name), e));
    }
  }

  /** Puts a damaged file out of the way, so that nothing is lost, and says so. */
  public void moveAside(String name, String what) {
    Path file = file(name);
    Path aside = file.resolveSibling(file.getFileName() + ".damaged");
    try {
      Files.move(file, aside, StandardCopyOption.REPLACE_EXISTING);
      log.warn("{} is damaged ({}): moved to {}", file, what, aside.getFileName());
    } catch (IOException e) {
      log.warn("{} is damaged ({}) and is ignored", file, what);
    }
  }

  /** Returns the names of the files in a folder that end so, without the ending, sorted. */
  public java.util.List<String> list(String folder, String ending) {
    try (Stream<Path> files = Files.list(file(folder))) {
      return files
          .map(each -> String.valueOf(each.getFileName()))
          .filter(name -> name.endsWith(ending))
          .map(name -> name.substring(0, name.length() - ending.length()))
          .sorted()
          .toList();
    } catch (NoSuchFileException missing) {
      return java.util.List.of();
    } catch (IOException e) {
      log.warn("cannot list {}: {}", file(folder), FileProblem.describe(file(folder), e));
      return java.util.List.of();
    }
  }

  /** Returns when a file was last changed, in milliseconds since 1970; 0 where there is none. */
  public long modifiedMs(String name) {
    try {
      FileTime time = Files.getLastModifiedTime(file(name));
      return time.toMillis();
    } catch (IOException missing) {
      return 0;
    }
  }

  /**
   * Claims the home for this process, which others see by the lock on the file with its id.
   *
   * @return whether no other daemon has it; a home that can't be locked is taken as it is
   */
  public boolean claim() {
    try {
      FileChannel channel =
          FileChannel.open(file(PID_FILE), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
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

  /** Writes the id of this process to the file by which the home was claimed. */
  public void writePid() {
    FileChannel channel = pidFile;
    if (channel == null) {
      return;
    }
    try {
      channel.truncate(0);
      String pid = Long.toString(ProcessHandle.current().pid());
      channel.write(java.nio.ByteBuffer.wrap(pid.getBytes(StandardCharsets.US_ASCII)), 0);
    } catch (IOException e) {
      log.warn("cannot write {}: {}", file(PID_FILE), FileProblem.describe(file(PID_FILE), e));
    }
  }

  /** Gives the home back. */
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
