// SPDX-License-Identifier: Apache-2.0
package net.backhaul.tap.macos;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import net.backhaul.tap.TapAddress;
import net.backhaul.tap.TapException;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;

/** Programs and interfaces of this host, which stands in for macOS where they do not differ. */
class SystemCommandsTest {
  private static final CommandRunner SHORT = new SystemCommands(300);
  private static final CommandRunner LONG = new SystemCommands(60_000);

  @Test
  void returnsTheOutputOfBothStreams() throws Exception {
    assertEquals("one\ntwo\n", LONG.run(shell("echo one; echo two >&2")));
  }

  @Test
  void reportsFailures() {
    var failed =
        assertThrows(TapException.class, () -> LONG.run(shell("echo no such thing; exit 3")));
    assertTrue(failed.getMessage().endsWith("failed: no such thing"), failed::getMessage);
    assertThrows(TapException.class, () -> LONG.run(List.of("/no/such/program")));
  }

  @Test
  void endsHungPrograms() {
    Assertions.assertTimeoutPreemptively(
        Duration.ofSeconds(30),
        () -> {
          var hung = assertThrows(TapException.class, () -> SHORT.run(shell("sleep 60")));
          assertTrue(hung.getMessage().contains("within 300 ms"), hung::getMessage);
        });
  }

  @Test
  void doesNotWaitForProgramsThatKeepTheOutputOpen() {
    Assertions.assertTimeoutPreemptively(
        Duration.ofSeconds(30),
        () -> {
          try {
            // Java may have read what was printed before the end.
            assertEquals("done\n", SHORT.run(shell("sleep 60 & echo done")));
          } catch (TapException e) {
            assertTrue(e.getMessage().contains("within 300 ms"), e::getMessage);
          }
        });
  }

  @Test
  void readsInterfacesInProcess() throws Exception {
    InterfaceState state = InterfaceState.system();
    assertTrue(
        state.addresses("lo").contains(new TapAddress(InetAddress.getByName("127.0.0.1"), 8)));
    assertTrue(state.mtuBytes("lo") >= 1_500);
    var missing = assertThrows(TapException.class, () -> state.addresses("feth3533"));
    assertEquals("device feth3533 no longer exists", missing.getMessage());
  }

  private static List<String> shell(String script) {
    return List.of("/bin/sh", "-c", script);
  }
}
