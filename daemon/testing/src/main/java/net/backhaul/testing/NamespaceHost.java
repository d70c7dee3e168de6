// SPDX-License-Identifier: Apache-2.0
package net.backhaul.testing;

import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.DatagramChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * A host in a test: a thread in a network namespace, and the addresses that its device is to have.
 * Subclasses open the device, because this module has none.
 */
public abstract class NamespaceHost implements AutoCloseable {
  /** The time in seconds within which a call on the host has to end. */
  public static final long WITHIN_S = 60;

  private static final Path DUPLICATE_ADDRESS_DETECTION =
      Path.of("/proc/sys/net/ipv6/conf/default/accept_dad");
  private static final Path ECN = Path.of("/proc/sys/net/ipv4/tcp_ecn");

  /** The host's address in 10.230.0.0/24. */
  public final InetAddress v4;

  /** The host's address in fd30::/64. */
  public final InetAddress v6;

  private final ExecutorService thread;
  private final String threadDirectory;

  /**
   * Creates the namespace; its devices do no duplicate address detection, and its TCP uses ECN.
   *
   * @param number 1 to 254, the last part of both addresses
   */
  protected NamespaceHost(int number) throws Exception {
    v4 = InetAddress.getByName("10.230.0." + number);
    v6 = InetAddress.getByName("fd30::" + number);
    thread = NetworkNamespace.thread();
    threadDirectory =
        here(
            () -> {
              Files.writeString(DUPLICATE_ADDRESS_DETECTION, "0");
              Files.writeString(ECN, "1");
              return Files.readSymbolicLink(Path.of("/proc/thread-self")).toString();
            });
  }

  /** Runs code on the host's thread, such as opening a socket in its namespace. */
  public final <T> T here(Callable<T> work) throws Exception {
    return thread.submit(work).get(WITHIN_S, TimeUnit.SECONDS);
  }

  /** Runs the ip program in the namespace; returns its output, errors included. */
  public final String ip(String... arguments) throws IOException {
    return NetworkNamespace.ip(threadDirectory, arguments);
  }

  /** Assigns both addresses to a device, and returns once sockets can be bound to them. */
  protected final void assignAddresses(String device) throws Exception {
    ip("address", "add", v4.getHostAddress() + "/24", "dev", device);
    ip("address", "add", v6.getHostAddress() + "/64", "dev", device);
    here(
        () -> {
          awaitUsable();
          return v6;
        });
  }

  /** Returns once sockets can be bound to {@link #v6}: even without detection not at once. */
  private void awaitUsable() throws IOException {
    long endNanos = System.nanoTime() + TimeUnit.SECONDS.toNanos(WITHIN_S);
    while (true) {
      try (DatagramChannel socket = DatagramChannel.open()) {
        socket.bind(new InetSocketAddress(v6, 0));
        return;
      } catch (BindException e) {
        if (System.nanoTime() > endNanos) {
          throw e;
        }
        Thread.onSpinWait();
      }
    }
  }

  /** Closes the device, if one was opened. */
  protected abstract void closeDevice();

  @Override
  public final void close() {
    closeDevice();
    thread.close();
  }
}
