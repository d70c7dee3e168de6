// SPDX-License-Identifier: Apache-2.0
package net.backhaul.benchmarks;

/** The options of a Java that runs a benchmark. */
final class Benchmarks {
  static final String OPEN_DOORS = "--add-opens=java.base/com.sun.crypto.provider=ALL-UNNAMED";

  /** Says nothing of doors: none is open by itself. */
  static final String CLOSED_DOORS = "-Dbackhaul.doors=closed";

  private Benchmarks() {}
}
