// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import net.backhaul.testing.Await;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The daemon continues in the background with option -d (04 section 1.2). */
class BackgroundTest {
  @TempDir Path home;

  @AfterEach
  void endDaemon() throws IOException {
    Optional<ProcessHandle> daemon = daemon();
    daemon.ifPresent(ProcessHandle::destroyForcibly);
    daemon.ifPresent(process -> process.onExit().join());
  }

  @Test
  void returnsToTheCallerAndRunsOn() throws Exception {
    Process foreground =
        new ProcessBuilder(DaemonProcess.command(List.of("-U", "-d", "-p0", home.toString())))
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();

    assertTrue(foreground.waitFor(DaemonProcess.WAIT_S, TimeUnit.SECONDS));
    assertEquals(0, foreground.exitValue());
    Await.until(() -> Files.exists(home.resolve("zerotier-one.port")));
    ProcessHandle daemon = daemon().orElseThrow();
    assertNotEquals(foreground.pid(), daemon.pid());
    assertTrue(daemon.isAlive());
  }

  private Optional<ProcessHandle> daemon() throws IOException {
    Path pidFile = home.resolve("zerotier-one.pid");
    return Files.exists(pidFile)
        ? ProcessHandle.of(Long.parseLong(Files.readString(pidFile)))
        : Optional.empty();
  }
}
