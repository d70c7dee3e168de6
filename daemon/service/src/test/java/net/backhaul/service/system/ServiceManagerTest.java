// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.netty.channel.epoll.Epoll;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.channel.unix.Socket;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import net.backhaul.service.NodeLoop;
import net.backhaul.testing.Await;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The messages that systemd receives, with a socket in its place. */
class ServiceManagerTest {
  private static final long PID = 7;

  @TempDir Path directory;
  private Path path;
  private Socket systemd;
  private ServiceManager manager;

  @BeforeEach
  void bind() throws IOException {
    assumeTrue(Epoll.isAvailable());
    path = directory.resolve("notify");
    systemd = Socket.newSocketDomainDgram();
    systemd.bind(new DomainSocketAddress(path.toString()));
    manager = ServiceManager.of(Map.of("NOTIFY_SOCKET", path.toString()), PID);
  }

  @AfterEach
  void close() throws IOException {
    manager.close();
    systemd.close();
  }

  @Test
  void sendsStagesOfLife() throws IOException {
    manager.ready("ONLINE");
    manager.status("OFFLINE");
    manager.feedWatchdog();
    manager.stopping();

    assertEquals("READY=1\nSTATUS=ONLINE", received());
    assertEquals("STATUS=OFFLINE", received());
    assertEquals("WATCHDOG=1", received());
    assertEquals("STOPPING=1\nSTATUS=stopping", received());
  }

  @Test
  void sendsMonotonicTimeOfReload() throws IOException {
    long beforeUs = System.nanoTime() / 1_000;

    manager.reloading();

    String message = received();
    assertTrue(message.startsWith("RELOADING=1\nMONOTONIC_USEC="), message);
    long us = Long.parseLong(message.substring(message.lastIndexOf('=') + 1));
    assertTrue(us >= beforeUs && us <= System.nanoTime() / 1_000, message);
  }

  @Test
  void limitsStatusToOneLine() throws IOException {
    manager.status("a\nWATCHDOG=1" + "x".repeat(ServiceManager.MAX_STATUS));

    String message = received();
    assertEquals("STATUS=".length() + ServiceManager.MAX_STATUS, message.length());
    assertTrue(message.startsWith("STATUS=a?WATCHDOG=1x"), message);
  }

  @Test
  void continuesWithoutReceiver() throws IOException {
    systemd.close();
    manager.status("lost");
    systemd = Socket.newSocketDomainDgram();
    assertTrue(path.toFile().delete());
    systemd.bind(new DomainSocketAddress(path.toString()));

    manager.status("received");

    assertEquals("STATUS=received", received());
  }

  @Test
  void isFedByTheLoopOnlyWhileThatRuns() throws Exception {
    var environment = Map.of("NOTIFY_SOCKET", path.toString(), "WATCHDOG_USEC", "80000");
    var hangs = new CountDownLatch(1);
    var released = new CountDownLatch(1);
    try (var watched = ServiceManager.of(environment, PID);
        var loop = new NodeLoop()) {
      loop.feed(watched);
      for (int i = 0; i < 3; i++) {
        Await.until(() -> !received().isEmpty());
      }
      loop.execute(
          () -> {
            hangs.countDown();
            try {
              released.await();
            } catch (InterruptedException e) {
              Thread.currentThread().interrupt();
            }
          });
      hangs.await();
      while (!received().isEmpty()) {
        // Sent before the loop hung.
      }
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(2 * watched.watchdogMs()));
      assertEquals("", received());

      released.countDown();

      Await.until(() -> received().equals("WATCHDOG=1"));
    }
  }

  @Test
  void sendsNothingWithoutServiceManager() throws IOException {
    try (var none = ServiceManager.of(Map.of("WATCHDOG_USEC", "20000000"), PID)) {
      none.ready("ONLINE");

      assertEquals(0, none.watchdogMs());
    }
  }

  @ParameterizedTest
  @CsvSource({
    "20000000, 7, 20000",
    "20000000, '', 20000",
    "20000000, 8, 0",
    "999, 7, 0",
    "-5000, 7, 0",
    "x, 7, 0"
  })
  void readsTimeOfWatchdog(String us, String pid, long expectedMs) throws IOException {
    try (var with =
        ServiceManager.of(
            Map.of("NOTIFY_SOCKET", "/run/x", "WATCHDOG_USEC", us, "WATCHDOG_PID", pid), PID)) {
      assertEquals(expectedMs, with.watchdogMs());
    }
  }

  /** Returns the next message; empty if there is none. */
  private String received() {
    ByteBuffer buffer = ByteBuffer.allocateDirect(4_096);
    int length;
    try {
      length = Math.max(0, systemd.recv(buffer, 0, buffer.capacity()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    var bytes = new byte[length];
    buffer.get(0, bytes);
    return new String(bytes, StandardCharsets.UTF_8);
  }
}
