// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.state;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.GroupPrincipal;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.UserPrincipal;
import java.nio.file.attribute.UserPrincipalLookupService;
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
  private static final FileOwner UNCHANGED = new FileOwner(null, null);

  private final @Nullable UserPrincipal user;
  private final @Nullable GroupPrincipal group;

  private FileOwner(@Nullable UserPrincipal user, @Nullable GroupPrincipal group) {
    this.user = user;
    this.group = group;
  }

  /** Returns the owner of the home, if this process is root and another user owns the home. */
  static FileOwner ofHome(Path home) {
    try {
      if (!Privileges.isRoot() || isOwnedByRoot(home)) {
        return UNCHANGED;
      }
      PosixFileAttributes attributes = Files.readAttributes(home, PosixFileAttributes.class);
      return new FileOwner(attributes.owner(), attributes.group());
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
          users.lookupPrincipalByName(name), users.lookupPrincipalByGroupName(name));
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

  /** Changes the owner of a directory and of all that it holds and root owns. */
  void applyToTree(Path directory) {
    if (user == null) {
      return;
    }
    try {
      Files.walkFileTree(
          directory,
          new SimpleFileVisitor<Path>() {
            @Override
            public FileVisitResult preVisitDirectory(Path path, BasicFileAttributes attributes) {
              return visitFile(path, attributes);
            }

            @Override
            public FileVisitResult visitFile(Path path, BasicFileAttributes attributes) {
              try {
                if (Files.getAttribute(path, "unix:uid", LinkOption.NOFOLLOW_LINKS)
                        instanceof Integer uid
                    && uid == 0) {
                  apply(path);
                }
              } catch (IOException e) {
                log.debug("cannot read the owner of {}: {}", path, e.toString());
              }
              return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path path, IOException e) {
              return FileVisitResult.CONTINUE;
            }
          });
    } catch (IOException e) {
      log.warn("cannot change the owner of {}: {}", directory, FileProblem.describe(directory, e));
    }
  }
}
