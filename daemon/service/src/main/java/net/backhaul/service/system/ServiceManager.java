// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.system;

import io.netty.channel.epoll.Epoll;
import io.netty.channel.unix.Socket;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Notifies systemd of the state of the daemon, as {@code sd_notify(3)} does, for {@code
 * Type=notify}. Has no effect in a process that systemd did not start. From any thread.
 */
public final class ServiceManager implements AutoCloseable {
  /** Longest text of a status in characters; systemd shows it as one line. */
  static final int MAX_STATUS = 1_000;

  private static final Logger log = LoggerFactory.getLogger(ServiceManager.class);

  private final String path;
  private final long watchdogMs;
  private @Nullable Socket socket;
  private boolean failed;

  private ServiceManager(String path, long watchdogMs) {
    this.path = path;
    this.watchdogMs = watchdogMs;
  }

  /** Returns the service manager that started this process, if there is one. */
  public static ServiceManager ofProcess() {
    return of(System.getenv(), ProcessHandle.current().pid());
  }

  /** Reads the variables {@code NOTIFY_SOCKET}, {@code WATCHDOG_USEC} and {@code WATCHDOG_PID}. */
  static ServiceManager of(Map<String, String> environment, long pid) {
    String path = environment.getOrDefault("NOTIFY_SOCKET", "");
    return new ServiceManager(path, path.isEmpty() ? 0 : watchdogMs(environment, pid));
  }

  private static long watchdogMs(Map<String, String> environment, long pid) {
    String other = environment.getOrDefault("WATCHDOG_PID", "");
    if (!other.isEmpty() && !other.equals(Long.toString(pid))) {
      return 0;
    }
    try {
      return Math.max(0, Long.parseLong(environment.getOrDefault("WATCHDOG_USEC", "0")) / 1_000);
    } catch (NumberFormatException e) {
      return 0;
    }
  }

  /** Returns within which time {@link #feedWatchdog} has to be called; 0 for no watchdog. */
  public long watchdogMs() {
    return watchdogMs;
  }

  /** The daemon works: systemd ends and restarts it if this is not repeated in time. */
  public void feedWatchdog() {
    send("WATCHDOG=1");
  }

  /** The start, or a reload, is complete. */
  public void ready(String status) {
    send("READY=1\nSTATUS=" + printable(status));
  }

  /** Shows a text as the status of the service. */
  public void status(String status) {
    send("STATUS=" + printable(status));
  }

  /** A reload of the settings begins, which ends with {@link #ready}. */
  public void reloading() {
    // Java's nanoTime reads the clock that systemd compares, CLOCK_MONOTONIC.
    send("RELOADING=1\nMONOTONIC_USEC=" + System.nanoTime() / 1_000);
  }

  /** The end begins. */
  public void stopping() {
    send("STOPPING=1\nSTATUS=stopping");
  }

  private static String printable(String status) {
    String text = status.length() > MAX_STATUS ? status.substring(0, MAX_STATUS) : status;
    return text.replaceAll("\\p{Cntrl}", "?");
  }

  private synchronized void send(String message) {
    if (path.isEmpty() || !Epoll.isAvailable()) {
      return;
    }
    byte[] address = path.getBytes(StandardCharsets.UTF_8);
    if (address[0] == '@') {
      address[0] = 0; // The abstract namespace.
    }
    byte[] bytes = message.getBytes(StandardCharsets.UTF_8);
    ByteBuffer content = ByteBuffer.allocateDirect(bytes.length).put(bytes).flip();
    try {
      Socket opened = socket;
      if (opened == null) {
        opened = Socket.newSocketDomainDgram();
        socket = opened;
      }
      opened.sendToDomainSocket(content, 0, bytes.length, address);
      failed = false;
    } catch (IOException e) {
      if (!failed) {
        log.warn(
            "cannot notify systemd at {} ({}); it may restart this service as not started or hung",
            path,
            e.getMessage());
      }
      failed = true;
    }
  }

  @Override
  public synchronized void close() {
    Socket opened = socket;
    socket = null;
    if (opened == null) {
      return;
    }
    try {
      opened.close();
    } catch (IOException e) {
      log.debug("cannot close the socket to {}: {}", path, e.getMessage());
    }
  }
}
