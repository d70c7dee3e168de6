// SPDX-License-Identifier: Apache-2.0
package net.backhaul.store;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A directory that is held open: names are resolved in it and never through a path, so that the
 * owner of a home cannot lead a write of root elsewhere by replacing a directory by a link.
 *
 * <p>Where the system cannot resolve names in open directories, paths are used.
 */
public final class OpenDirectory implements Closeable {
  /** Fails where the name exists, and follows no link. */
  private static final Set<OpenOption> NEW_FILE =
      Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);

  private static final Path SELF = Path.of(".");

  private final Path path;
  private final @Nullable SecureDirectoryStream<Path> opened;

  private OpenDirectory(Path path, @Nullable SecureDirectoryStream<Path> opened) {
    this.path = path;
    this.opened = opened;
  }

  /** Changes the owner of a file or directory that was just created. */
  public interface OwnerChange {
    /** Leaves the owner as it is. */
    OwnerChange NONE = created -> {};

    void apply(PosixFileAttributeView created) throws IOException;
  }

  /**
   * Opens a directory.
   *
   * @param below the path relative to the base; empty for the base itself
   * @param links {@code NOFOLLOW_LINKS} where no component below the base may be a link
   */
  public static OpenDirectory open(Path base, Path below, LinkOption... links) throws IOException {
    SecureDirectoryStream<Path> at = secure(Files.newDirectoryStream(base));
    for (Path name : below) {
      if (at == null || name.toString().isEmpty()) {
        break;
      }
      try (var parent = at) {
        at = parent.newDirectoryStream(name, links);
      }
    }
    return new OpenDirectory(base.resolve(below), at);
  }

  /**
   * Creates an empty file, durably, that only its owner may read; fails where the name exists.
   *
   * @param file in a directory whose path can be trusted
   */
  public static void createFile(Path file, OwnerChange owner) throws IOException {
    Path parent = file.toAbsolutePath().getParent();
    if (parent == null) {
      throw new FileSystemException(file.toString(), null, "expected a file, found a root");
    }
    try (OpenDirectory opened = open(parent, Path.of(""))) {
      boolean posix = file.getFileSystem().supportedFileAttributeViews().contains("posix");
      FileAttribute<?>[] mode =
          posix
              ? new FileAttribute<?>[] {
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))
              }
              : new FileAttribute<?>[0];
      opened.create(file.getFileName(), new byte[0], true, mode);
      opened.changeOwner(file.getFileName(), owner);
      opened.force();
    }
  }

  private static @Nullable SecureDirectoryStream<Path> secure(DirectoryStream<Path> opened)
      throws IOException {
    if (opened instanceof SecureDirectoryStream<Path> secure) {
      return secure;
    }
    opened.close();
    return null;
  }

  /** Returns whether the system resolves names in the open directory. */
  public boolean isSecure() {
    return opened != null;
  }

  /** Returns the path of an entry, for messages. */
  Path path(Path name) {
    return path.resolve(name);
  }

  /** Returns the names of all entries, in order. */
  List<Path> names() throws IOException {
    var names = new ArrayList<Path>();
    try (DirectoryStream<Path> entries =
        opened == null ? Files.newDirectoryStream(path) : opened.newDirectoryStream(SELF)) {
      entries.forEach(entry -> names.add(entry.getFileName()));
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
    names.sort(null);
    return names;
  }

  /** Returns the attributes of an entry; null if it does not exist. */
  @Nullable BasicFileAttributes attributes(Path name, LinkOption... links) throws IOException {
    try {
      return opened == null
          ? Files.readAttributes(path.resolve(name), BasicFileAttributes.class, links)
          : opened.getFileAttributeView(name, BasicFileAttributeView.class, links).readAttributes();
    } catch (NoSuchFileException missing) {
      return null;
    }
  }

  /** Returns whether there is an entry of this name, be it a link. */
  boolean exists(Path name) throws IOException {
    return attributes(name, LinkOption.NOFOLLOW_LINKS) != null;
  }

  byte[] read(Path name, LinkOption... links) throws IOException {
    Set<OpenOption> options =
        links.length == 0
            ? Set.of(StandardOpenOption.READ)
            : Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS);
    try (SeekableByteChannel in =
        opened == null
            ? Files.newByteChannel(path.resolve(name), options)
            : opened.newByteChannel(name, options)) {
      return Channels.newInputStream(in).readAllBytes();
    }
  }

  /**
   * Writes a file under a temporary name and renames it.
   *
   * @param sync whether the content is durable before the file gets its name
   */
  public void replace(
      Path name, byte[] content, boolean sync, FileAttribute<?>[] mode, OwnerChange owner)
      throws IOException {
    Path fresh = Path.of("." + name + ".new");
    deleteIfExists(fresh);
    try {
      create(fresh, content, sync, mode);
      changeOwner(fresh, owner);
      move(fresh, name);
    } finally {
      deleteIfExists(fresh);
    }
  }

  /** Creates a file; fails where the name exists, be it a link. */
  void create(Path name, byte[] content, boolean sync, FileAttribute<?>... mode)
      throws IOException {
    try (SeekableByteChannel out =
        opened == null
            ? Files.newByteChannel(path.resolve(name), NEW_FILE, mode)
            : opened.newByteChannel(name, NEW_FILE, mode)) {
      var rest = ByteBuffer.wrap(content);
      while (rest.hasRemaining()) { // A full disk takes a part first, then fails.
        out.write(rest);
      }
      if (sync && out instanceof FileChannel file) {
        file.force(true);
      }
    }
  }

  /** Changes the owner of an entry, on file systems that have owners. */
  void changeOwner(Path name, OwnerChange owner) throws IOException {
    PosixFileAttributeView view =
        opened == null
            ? Files.getFileAttributeView(
                path.resolve(name), PosixFileAttributeView.class, LinkOption.NOFOLLOW_LINKS)
            : opened.getFileAttributeView(
                name, PosixFileAttributeView.class, LinkOption.NOFOLLOW_LINKS);
    if (view != null) {
      owner.apply(view);
    }
  }

  /** Returns the attributes of the directory itself; null on file systems without owners. */
  @Nullable PosixFileAttributeView posixAttributes() {
    return opened == null
        ? Files.getFileAttributeView(path, PosixFileAttributeView.class)
        : opened.getFileAttributeView(PosixFileAttributeView.class);
  }

  /** Renames an entry, and replaces a file that has the new name. */
  public void move(Path name, Path changed) throws IOException {
    if (opened != null) {
      opened.move(name, opened, changed);
      return;
    }
    Path from = path.resolve(name);
    Path to = path.resolve(changed);
    try {
      Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
    } catch (AtomicMoveNotSupportedException e) {
      Files.move(from, to, StandardCopyOption.REPLACE_EXISTING);
    }
  }

  /** Deletes a file or a link; returns whether there was one. */
  public boolean deleteIfExists(Path name) throws IOException {
    if (opened == null) {
      return Files.deleteIfExists(path.resolve(name));
    }
    try {
      opened.deleteFile(name);
      return true;
    } catch (NoSuchFileException missing) {
      return false;
    }
  }

  /** Makes created, renamed and deleted entries durable, where the system supports it. */
  void force() throws IOException {
    if (!path.getFileSystem().supportedFileAttributeViews().contains("posix")) {
      return;
    }
    try (SeekableByteChannel self =
        opened == null
            ? FileChannel.open(path, StandardOpenOption.READ)
            : opened.newByteChannel(SELF, Set.of(StandardOpenOption.READ))) {
      if (self instanceof FileChannel file) {
        file.force(true);
      }
    }
  }

  @Override
  public void close() throws IOException {
    if (opened != null) {
      opened.close();
    }
  }
}
