// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.system;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The rights of this process. */
public final class Privileges {
  private Privileges() {}

  /** Returns whether the effective user of this process is root. */
  public static boolean isRoot() {
    try {
      return Files.getAttribute(Path.of("/proc/self"), "unix:uid") instanceof Integer uid
          && uid == 0;
    } catch (IOException | UnsupportedOperationException | IllegalArgumentException e) {
      return "root".equals(System.getProperty("user.name"));
    }
  }

  /**
   * Returns whether the kernel lets users link only their own files, and those that they may write:
   * then a file with one name in a directory of a user is not exchanged for a file of root.
   */
  public static boolean protectsHardLinks() {
    try {
      return Files.readString(Path.of("/proc/sys/fs/protected_hardlinks")).strip().equals("1");
    } catch (IOException unknown) {
      return false;
    }
  }
}
