// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.state;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.attribute.GroupPrincipal;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.UserPrincipal;
import java.nio.file.attribute.UserPrincipalLookupService;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import net.backhaul.service.system.Privileges;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives files that root creates in a home directory to the user who runs the service (04 section
 * 6.1.9), so that a start as root does not lock that user out.
 *
 * <p>Has no effect in a process of another user than root, nor where the home belongs to root.
 */
final class FileOwner {
  private static final Logger log = LoggerFactory.getLogger(FileOwner.class);
  private static final FileOwner UNCHANGED = new FileOwner(null, null, null);

  private final @Nullable UserPrincipal user;
  private final @Nullable GroupPrincipal group;

  /** The owner of the home when the new one was determined. */
  private final @Nullable UserPrincipal homeOwner;

  private FileOwner(
      @Nullable UserPrincipal user,
      @Nullable GroupPrincipal group,
      @Nullable UserPrincipal homeOwner) {
    this.user = user;
    this.group = group;
    this.homeOwner = homeOwner;
  }

  /** Returns the owner of the home, if this process is root and another user owns the home. */
  static FileOwner ofHome(Path home) {
    try {
      if (!Privileges.isRoot() || isOwnedByRoot(home)) {
        return UNCHANGED;
      }
      PosixFileAttributes attributes = Files.readAttributes(home, PosixFileAttributes.class);
      return new FileOwner(attributes.owner(), attributes.group(), attributes.owner());
    } catch (IOException | UnsupportedOperationException | IllegalArgumentException e) {
      log.debug("cannot read the owner of {}: {}", home, e.toString());
      return UNCHANGED;
    }
  }

  /** Returns the user and the group of this name, if this process is root and both exist. */
  static FileOwner named(Path home, String name) {
    try {
      if (!Privileges.isRoot()) {
        return UNCHANGED;
      }
      UserPrincipalLookupService users = home.getFileSystem().getUserPrincipalLookupService();
      return new FileOwner(
          users.lookupPrincipalByName(name),
          users.lookupPrincipalByGroupName(name),
          Files.getOwner(home));
    } catch (IOException | UnsupportedOperationException none) {
      return UNCHANGED;
    }
  }

  private static boolean isOwnedByRoot(Path path) throws IOException {
    return Files.getAttribute(path, "unix:uid") instanceof Integer uid && uid == 0;
  }

  boolean changesOwner() {
    return user != null;
  }

  /** Sets the mode of a file of a home; fails where it is a link. */
  void setPermissions(Path home, String name, Set<PosixFilePermission> permissions)
      throws IOException {
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(home)) {
      if (entries instanceof SecureDirectoryStream<Path> opened) {
        var view =
            opened.getFileAttributeView(
                Path.of(name), PosixFileAttributeView.class, LinkOption.NOFOLLOW_LINKS);
        if (!view.readAttributes().permissions().equals(permissions)) {
          view.setPermissions(permissions);
        }
      }
    }
  }

  /**
   * Checks that no directory between the home and a file is a link, if another user owns the home.
   *
   * @throws FileSystemException where one is
   */
  void rejectLinks(Path home, Path file) throws FileSystemException {
    if (!changesOwner()) {
      return;
    }
    for (Path at = file.getParent(); at != null && !at.equals(home); at = at.getParent()) {
      if (Files.isSymbolicLink(at)) {
        throw new FileSystemException(
            at.toString(), null, "expected a directory, found a symbolic link");
      }
    }
  }

  /**
   * Changes the owner of one file or directory.
   *
   * <p>Links are not followed and files with several names are left alone: the user could have
   * linked a file of the system into the home.
   */
  void apply(Path path) {
    if (user == null || group == null) {
      return;
    }
    try {
      if (!Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)
          && Files.getAttribute(path, "unix:nlink", LinkOption.NOFOLLOW_LINKS) instanceof Integer n
          && n > 1) {
        log.warn("{} has {} names, so its owner is not changed to {}", path, n, user.getName());
        return;
      }
      var view =
          Files.getFileAttributeView(path, PosixFileAttributeView.class, LinkOption.NOFOLLOW_LINKS);
      view.setOwner(user);
      view.setGroup(group);
    } catch (IOException e) {
      log.warn("cannot change the owner of {}: {}", path, FileProblem.describe(path, e));
    }
  }

  /**
   * Changes the owner of the home and of all that it holds and root owns.
   *
   * <p>Names are resolved relative to open directories, and links are skipped: the user may rename
   * and replace directories meanwhile, and must not lead root to files outside of the home.
   */
  void applyToTree(Path home) {
    if (user == null || group == null) {
      return;
    }
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(home)) {
      if (entries instanceof SecureDirectoryStream<Path> opened) {
        var view = opened.getFileAttributeView(PosixFileAttributeView.class);
        if (!view.readAttributes().owner().equals(homeOwner)) {
          log.warn("{} was replaced while it was opened, so no owner is changed", home);
          return;
        }
        change(view);
        applyToEntries(opened, home);
      }
    } catch (IOException | DirectoryIteratorException e) {
      log.warn("cannot change the owner of {}: {}", home, e.toString());
    }
  }

  private void applyToEntries(SecureDirectoryStream<Path> opened, Path directory) {
    for (Path entry : opened) {
      Path name = entry.getFileName();
      try {
        applyToEntry(opened, name, directory.resolve(name));
      } catch (IOException e) {
        log.warn("cannot change the owner of {}: {}", directory.resolve(name), e.toString());
      }
    }
  }

  private void applyToEntry(SecureDirectoryStream<Path> parent, Path name, Path path)
      throws IOException {
    var view =
        parent.getFileAttributeView(name, PosixFileAttributeView.class, LinkOption.NOFOLLOW_LINKS);
    PosixFileAttributes found = view.readAttributes();
    if (found.isSymbolicLink() || found.isOther()) {
      return;
    }
    if (!found.isDirectory()) {
      if (found.owner().equals(root(path)) && hasOneName(path, found)) {
        change(view);
      }
      return;
    }
    try (var opened = parent.newDirectoryStream(name, LinkOption.NOFOLLOW_LINKS)) {
      var own = opened.getFileAttributeView(PosixFileAttributeView.class);
      if (own.readAttributes().owner().equals(root(path))) {
        change(own);
      }
      applyToEntries(opened, path);
    }
  }

  /**
   * Returns whether a file has one name; false where the path no longer leads to this file.
   *
   * <p>The user could exchange the name between this check and the change, so it protects only
   * where the kernel lets users link no files of others.
   */
  private boolean hasOneName(Path path, PosixFileAttributes found) throws IOException {
    if (!Privileges.protectsHardLinks()) {
      log.warn(
          "the owner of {} is not changed, because fs.protected_hardlinks is not 1; set it by:"
              + " sysctl fs.protected_hardlinks=1",
          path);
      return false;
    }
    Map<String, Object> now =
        Files.readAttributes(path, "unix:nlink,fileKey", LinkOption.NOFOLLOW_LINKS);
    if (Objects.equals(now.get("fileKey"), found.fileKey())
        && now.get("nlink") instanceof Integer names
        && names == 1) {
      return true;
    }
    log.warn("{} has several names, so its owner is not changed", path);
    return false;
  }

  private static UserPrincipal root(Path path) throws IOException {
    return path.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByName("0");
  }

  /** Changes the owner of an opened file or directory, if owners are changed at all. */
  void change(PosixFileAttributeView view) throws IOException {
    if (user != null && group != null) {
      view.setOwner(user);
      view.setGroup(group);
    }
  }
}
