// SPDX-License-Identifier: Apache-2.0
package net.backhaul.protocol;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;

/**
 * The two versions of a program: that of the reference, which peers, scripts and {@code /status}
 * get, and Backhaul's own, for people.
 */
public final class Version {
  /** The version of the reference whose behaviour is implemented: 1.14.1, build 0. */
  public static final int MAJOR = 1;

  public static final int MINOR = 14;
  public static final int REVISION = 1;
  public static final int BUILD = 0;

  /** The version of the reference as text. */
  public static final String REFERENCE = MAJOR + "." + MINOR + "." + REVISION;

  private static final String RESOURCE = "version.txt";
  private static final String UNKNOWN = "development";

  private Version() {}

  /**
   * Returns the version of Backhaul, which the build takes from the POM; "development" for classes
   * that were compiled without it.
   */
  public static String backhaul() {
    try (InputStream in = Version.class.getResourceAsStream(RESOURCE)) {
      String version =
          in == null ? "" : new String(in.readAllBytes(), StandardCharsets.UTF_8).strip();
      return version.isEmpty() || version.startsWith("$") ? UNKNOWN : version;
    } catch (IOException e) {
      return UNKNOWN;
    }
  }
}
