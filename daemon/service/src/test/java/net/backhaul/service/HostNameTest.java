// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Map;
import net.backhaul.service.settings.Settings;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The name of the host that controllers are told. */
class HostNameTest {
  @ParameterizedTest
  @CsvSource({
    "web-1, web-1",
    "web-1.example.org, web-1",
    "Web_1, Web_1",
    "localhost, ''",
    "localhost.localdomain, ''",
    "'', ''",
    ".example.org, ''",
    "naïve, ''",
    "<svg>, ''",
    "a b, ''"
  })
  void usesFirstLabel(String name, String expected) {
    assertEquals(expected, HostName.usable(name));
  }

  @Test
  void rejectsLabelThatIsTooLong() {
    assertEquals("a".repeat(63), HostName.usable("a".repeat(63)));
    assertEquals("", HostName.usable("a".repeat(64)));
  }

  @Test
  void isThatOfSystemUnlessSwitchedOff() throws Exception {
    Process uname = new ProcessBuilder("uname", "-n").start();
    String name = new String(uname.getInputStream().readAllBytes()).strip();

    assertEquals(HostName.usable(name), HostName.told(settings(Map.of())));
    assertEquals("", HostName.told(settings(Map.of("sendHostName", false))));
  }

  private static Settings settings(Map<String, Object> settings) {
    return Settings.read(
        Map.of("settings", settings),
        problem -> {
          throw new AssertionError(problem);
        });
  }
}
