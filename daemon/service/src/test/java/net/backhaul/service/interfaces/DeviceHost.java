// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.interfaces;

import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;
import com.sun.jna.Platform;
import com.sun.jna.Pointer;
import java.io.IOException;
import java.net.BindException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.DatagramChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import net.backhaul.tap.TapAddress;
import net.backhaul.tap.TapDevice;
import net.backhaul.tap.TapOptions;
import net.backhaul.tap.linux.LinuxTaps;

/** A host of the test: a thread with a network of its own, one device and its addresses. */
final class DeviceHost implements AutoCloseable {
  private static final long WITHIN_S = 10;
  private static final Path DUPLICATES = Path.of("/proc/sys/net/ipv6/conf/default/accept_dad");
  private static final Path ECN = Path.of("/proc/sys/net/ipv4/tcp_ecn");
  private static final int SOCK_DGRAM = 2;
  private static final int SOL_UDP = 17;
  private static final int UDP_SEGMENT = 103;

  final TapDevice tap;
  final InetAddress v4;
  final InetAddress v6;
  private final ExecutorService thread;

  /** A datagram socket whose datagrams the kernel cuts, which Java has no name for. */
  private static final class Sockets {
    static {
      Native.register(Sockets.class, NativeLibrary.getInstance(Platform.C_LIBRARY_NAME));
    }

    static native int socket(int family, int type, int protocol);

    static native int setsockopt(int fd, int level, int name, long value, int length);

    static native int connect(int fd, long address, int length);

    static native long send(int fd, long address, long length, int flags);

    static native int close(int fd);
  }

  private DeviceHost(ExecutorService thread, TapDevice tap, InetAddress v4, InetAddress v6) {
    this.thread = thread;
    this.tap = tap;
    this.v4 = v4;
    this.v6 = v6;
  }

  /** Returns one of the hosts of 10.230.0.0/24 and fd30::/64. */
  static DeviceHost open(int number, int mtuBytes, boolean offloads) throws Exception {
    OwnNamespace.assumePossible();
    ExecutorService thread =
        Executors.newSingleThreadExecutor(Thread.ofPlatform().daemon().factory());
    InetAddress v4 = InetAddress.getByName("10.230.0." + number);
    InetAddress v6 = InetAddress.getByName("fd30::" + number);
    TapDevice tap =
        within(
            thread,
            () -> {
              OwnNamespace.enter();
              Files.writeString(DUPLICATES, "0");
              Files.writeString(ECN, "1");
              var options =
                  new TapOptions(number, "", 0x020000000000L + number, mtuBytes, offloads);
              TapDevice made = new LinuxTaps().open(options);
              // What the host has sent is lost only where the test wants it.
              new ProcessBuilder("ip", "link", "set", made.name(), "txqueuelen", "30000")
                  .start()
                  .waitFor();
              made.addAddress(new TapAddress(v4, 24));
              made.addAddress(new TapAddress(v6, 64));
              awaitUsable(v6);
              return made;
            });
    return new DeviceHost(thread, tap, v4, v6);
  }

  /** Opens a socket in this host's network. */
  <T> T here(Callable<T> work) throws Exception {
    return within(thread, work);
  }

  /** Returns a socket that sends many datagrams with one call, for the kernel to cut. */
  BulkSender bulkSender(InetSocketAddress to) throws Exception {
    return here(() -> new BulkSender(to));
  }

  /** Sends datagrams of equal size, but the last, with one call. */
  static final class BulkSender implements AutoCloseable {
    private final int fd;
    private final Memory memory = new Memory(65_536);

    private BulkSender(InetSocketAddress to) {
      boolean v4 = to.getAddress() instanceof Inet4Address;
      short family = (short) (v4 ? 2 : 10);
      fd = Sockets.socket(family, SOCK_DGRAM, 0);
      ByteBuffer address = ByteBuffer.allocate(28).order(ByteOrder.nativeOrder());
      address.putShort(family).order(ByteOrder.BIG_ENDIAN).putShort((short) to.getPort());
      address.put(v4 ? 4 : 8, to.getAddress().getAddress());
      memory.write(0, address.array(), 0, 28);
      check(Sockets.connect(fd, Pointer.nativeValue(memory), v4 ? 16 : 28));
    }

    void send(byte[] bytes, int eachBytes) {
      memory.setInt(0, eachBytes);
      check(Sockets.setsockopt(fd, SOL_UDP, UDP_SEGMENT, Pointer.nativeValue(memory), 4));
      memory.write(0, bytes, 0, bytes.length);
      check(Sockets.send(fd, Pointer.nativeValue(memory), bytes.length, 0));
    }

    @Override
    public void close() {
      Sockets.close(fd);
      memory.close();
    }

    private static void check(long result) {
      if (result < 0) {
        throw new AssertionError("errno " + Native.getLastError());
      }
    }
  }

  @Override
  public void close() {
    tap.close();
    thread.close();
  }

  private static void awaitUsable(InetAddress address) throws IOException {
    long endNanos = System.nanoTime() + TimeUnit.SECONDS.toNanos(WITHIN_S);
    while (true) {
      try (DatagramChannel socket = DatagramChannel.open()) {
        socket.bind(new InetSocketAddress(address, 0));
        return;
      } catch (BindException e) {
        if (System.nanoTime() > endNanos) {
          throw e;
        }
        Thread.onSpinWait();
      }
    }
  }

  private static <T> T within(ExecutorService thread, Callable<T> work) throws Exception {
    return thread.submit(work).get(WITHIN_S, TimeUnit.SECONDS);
  }
}
