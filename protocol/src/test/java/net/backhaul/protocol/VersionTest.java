// SPDX-License-Identifier: Apache-2.0
package net.backhaul.protocol;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/** The version of the reference, and that of Backhaul from the build. */
class VersionTest {
  @Test
  void matchesTheReference() {
    assertEquals("1.14.1", Version.REFERENCE);
  }

  /** Maven fills in the POM's version; a plain compiler leaves the placeholder. */
  @Test
  void readsTheVersionOfTheBuild() {
    String version = Version.backhaul();

    assertTrue(version.matches("\\d+\\.\\d+\\.\\d+|development"), version);
  }
}
