// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.state;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;

/** Describes why a file could not be read or written, and what the operator can do about it. */
public final class FileProblem {
  private FileProblem() {}

  /**
   * Describes a failure in one clause; where permission is missing, with the file or directory that
   * denies it, its owner, the user of this process and the command that helps.
   */
  public static String describe(Path file, IOException e) {
    return e instanceof AccessDeniedException ? permissionDenied(file) : reason(e);
  }

  private static String permissionDenied(Path file) {
    Path denying = denying(file.toAbsolutePath());
    String user = System.getProperty("user.name", "?");
    try {
      PosixFileAttributes found = Files.readAttributes(denying, PosixFileAttributes.class);
      String owner = found.owner().getName();
      String command = owner.equals(user) ? "chmod u+rwX" : "chown " + user;
      return "permission denied: %s belongs to user %s (mode %s), this process runs as user %s; run \"%s '%s'\" as root"
          .formatted(
              denying,
              owner,
              PosixFilePermissions.toString(found.permissions()),
              user,
              command,
              denying);
    } catch (IOException | UnsupportedOperationException unknown) {
      return "permission denied: %s, this process runs as user %s".formatted(denying, user);
    }
  }

  /** Returns the file itself, or the nearest of its directories, that this process may not use. */
  private static Path denying(Path file) {
    Path found = file;
    for (Path parent = file.getParent(); parent != null; parent = parent.getParent()) {
      if (Files.exists(found)) {
        break;
      }
      found = parent;
    }
    Path parent = found.getParent();
    boolean usable =
        Files.isReadable(found)
            && Files.isWritable(found)
            && (!Files.isDirectory(found) || Files.isExecutable(found));
    return usable && parent != null && !Files.isWritable(parent) ? parent : found;
  }

  /** Returns the reason alone, in a few words. */
  public static String reason(IOException e) {
    return switch (e) {
      case AccessDeniedException denied -> "permission denied";
      case NoSuchFileException missing -> "no such file or directory";
      case FileAlreadyExistsException present -> "a file of this name exists already";
      case DirectoryNotEmptyException full -> "the directory is not empty";
      case FileSystemException other when other.getReason() != null ->
          String.valueOf(other.getReason());
      default -> String.valueOf(e.getMessage());
    };
  }
}
