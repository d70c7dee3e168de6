// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import net.backhaul.service.system.HostProgram;

/** Programs of the host that tests use. */
final class RequiredProgram {
  private RequiredProgram() {}

  /** Skips the calling test without a program; with {@code CI=true} it fails instead. */
  static void assume(String name) {
    if ("true".equals(System.getenv("CI"))) {
      assertTrue(HostProgram.exists(name), name + " is not installed");
    } else {
      assumeTrue(HostProgram.exists(name), "needs " + name);
    }
  }
}
