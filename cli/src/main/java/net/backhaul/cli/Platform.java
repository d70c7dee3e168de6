// SPDX-License-Identifier: Apache-2.0
package net.backhaul.cli;

/** The operating systems with different directories and names. */
enum Platform {
  LINUX("Linux", 1),
  MACOS("macOS", 3),
  BSD("other unix based OS", 7),
  OTHER("other unix based OS", 0);

  static final Platform CURRENT = of(System.getProperty("os.name", ""));

  private final String title;
  private final int number;

  Platform(String title, int number) {
    this.title = title;
    this.number = number;
  }

  private static Platform of(String osName) {
    if (osName.startsWith("Linux")) {
      return LINUX;
    }
    if (osName.startsWith("Mac")) {
      return MACOS;
    }
    return osName.endsWith("BSD") ? BSD : OTHER;
  }

  /** Returns the name that a dump begins with. */
  String title() {
    return title;
  }

  /** Returns the number that stands for the system in the first line of the help. */
  int number() {
    return number;
  }
}
