// SPDX-License-Identifier: Apache-2.0
package net.backhaul.benchmarks;

/** JVM options of the benchmarks. */
final class Benchmarks {
  /** Makes the JDK's cipher intrinsics accessible. */
  static final String WITH_ACCESS = "--add-opens=java.base/com.sun.crypto.provider=ALL-UNNAMED";

  /** A JVM argument without effect, in place of --add-opens: no intrinsics are accessible. */
  static final String NO_ACCESS = "-Dbackhaul.intrinsics=none";

  private Benchmarks() {}
}
