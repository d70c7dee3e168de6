// SPDX-License-Identifier: Apache-2.0
package net.backhaul.cli;

import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/** The name under which Linux lists this process, in place of that of the Java launcher. */
public final class ProcessName {
  private static final String FILE = "/proc/self/comm";

  private ProcessName() {}

  /**
   * Sets the name that {@code ps}, {@code pidof} and {@code ss -p} show; has no effect where the
   * system has none.
   *
   * @param name at most 15 characters of ASCII
   */
  public static void set(String name) {
    try (var out = new FileOutputStream(FILE)) {
      out.write(name.getBytes(StandardCharsets.US_ASCII));
    } catch (IOException e) {
      // Not Linux, or no /proc: the name stays.
    }
  }
}
