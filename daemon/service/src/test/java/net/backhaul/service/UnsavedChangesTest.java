// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Requests whose changes cannot be written to the disk; a file in place of a directory serves. */
class UnsavedChangesTest {
  private static final String NETWORK = "/network/8056c2e21c000001";
  private static final String MOON = "/moon/0b59471541";

  @TempDir Path home;

  @Test
  void rejectsToConfirmJoinUntilItIsSaved() throws Exception {
    try (DaemonInTest daemon = DaemonInTest.start(home)) {
      Path directory = Files.writeString(home.resolve("networks.d"), "");

      assertNotSaved(daemon.request("POST", NETWORK, "{}"));
      assertNotSaved(daemon.request("POST", NETWORK, "{\"allowDNS\": true}"));
      assertTrue(daemon.request("GET", "/network", "").body().contains("8056c2e21c000001"));

      Files.delete(directory);

      assertEquals(200, daemon.request("POST", NETWORK, "{}").status());
      assertEquals(2, files(directory));
    }
  }

  @Test
  void rejectsToConfirmLeaveUntilItIsSaved() throws Exception {
    try (DaemonInTest daemon = DaemonInTest.start(home)) {
      assertEquals(200, daemon.request("POST", NETWORK, "{}").status());
      Path file = home.resolve("networks.d/8056c2e21c000001.conf");
      Files.delete(file);
      Files.createDirectory(file);

      assertNotSaved(daemon.request("DELETE", NETWORK, ""));

      Files.delete(file);

      RawHttp.Answer again = daemon.request("DELETE", NETWORK, "");
      assertEquals(200, again.status(), again.body());
      assertEquals(0, files(home.resolve("networks.d")));
    }
  }

  @Test
  void rejectsToConfirmDeorbitUntilItIsSaved() throws Exception {
    try (DaemonInTest daemon = DaemonInTest.start(home)) {
      Path file = home.resolve("moons.d/0000000b59471541.moon");
      Files.createDirectories(file);

      assertNotSaved(daemon.request("DELETE", MOON, ""));

      Files.delete(file);

      assertEquals(200, daemon.request("DELETE", MOON, "").status());
    }
  }

  @Test
  void rejectsSettingsThatCannotBeSaved() throws Exception {
    try (DaemonInTest daemon = DaemonInTest.start(home)) {
      Path blocking = Files.createDirectories(home.resolve(".local.conf.new/kept"));
      String before = daemon.request("GET", "/config", "").body();

      RawHttp.Answer answer = daemon.request("POST", "/config/settings", "{\"dscp\": 46}");

      assertEquals(500, answer.status(), answer.body());
      assertTrue(answer.body().contains("local.conf cannot be written: "), answer.body());
      assertEquals(before, daemon.request("GET", "/config", "").body());
      Files.delete(blocking);
      assertEquals(200, daemon.request("POST", "/config/settings", "{\"dscp\": 46}").status());
    }
  }

  private static void assertNotSaved(RawHttp.Answer answer) {
    assertEquals(500, answer.status(), answer.body());
    assertTrue(
        answer.body().contains("the change is in effect, but cannot be saved"), answer.body());
  }

  private static long files(Path directory) throws IOException {
    try (var all = Files.list(directory)) {
      return all.count();
    }
  }
}
