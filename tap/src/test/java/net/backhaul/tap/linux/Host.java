// SPDX-License-Identifier: Apache-2.0
package net.backhaul.tap.linux;

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
import java.nio.channels.DatagramChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import net.backhaul.tap.TapAddress;
import net.backhaul.tap.TapDevice;
import net.backhaul.tap.TapOptions;

/** A host of the test: a thread with a network of its own, one device and its addresses. */
final class Host implements AutoCloseable {
  static final long WITHIN_S = 10;

  private static final long ID = 0x8056c2e21c000001L;
  private static final Path IPV6 = Path.of("/proc/sys/net/ipv6/conf/default/accept_dad");
  private static final Path ECN = Path.of("/proc/sys/net/ipv4/tcp_ecn");

  final TapDevice tap;
  final InetAddress v4;
  final InetAddress v6;
  private final ExecutorService thread;

  /** What only tests call: a datagram socket that has its datagrams cut by the kernel. */
  private static final class Sockets {
    static {
      Native.register(Sockets.class, NativeLibrary.getInstance(Platform.C_LIBRARY_NAME));
    }

    static native int setsockopt(int fd, int level, int name, long value, int length);

    static native int connect(int fd, long address, int length);
  }

  private Host(ExecutorService thread, TapDevice tap, InetAddress v4, InetAddress v6) {
    this.thread = thread;
    this.tap = tap;
    this.v4 = v4;
    this.v6 = v6;
  }

  /** Returns one of the hosts of 10.230.0.0/24 and fd30::/64. */
  static Host open(int number, int mtuBytes, boolean offloads) throws Exception {
    ExecutorService thread = OwnNamespace.thread();
    InetAddress v4 = InetAddress.getByName("10.230.0." + number);
    InetAddress v6 = InetAddress.getByName("fd30::" + number);
    try {
      TapDevice tap =
          within(
              thread,
              () -> {
                Files.writeString(IPV6, "0");
                Files.writeString(ECN, "1");
                var options = new TapOptions(ID, "", 0x020000000000L + number, mtuBytes, offloads);
                TapDevice made = new LinuxTaps().open(options);
                made.addAddress(new TapAddress(v4, 24));
                made.addAddress(new TapAddress(v6, 64));
                awaitUsable(v6);
                return made;
              });
      return new Host(thread, tap, v4, v6);
    } catch (Exception e) {
      thread.close();
      throw e;
    }
  }

  /** Does something in this host's network, such as opening a socket. */
  <T> T here(Callable<T> work) throws Exception {
    return within(thread, work);
  }

  /** Runs the ip program here. */
  String ip(String... arguments) throws Exception {
    return here(
        () -> {
          String[] words = new String[arguments.length + 1];
          words[0] = "ip";
          System.arraycopy(arguments, 0, words, 1, arguments.length);
          Process ip = new ProcessBuilder(words).redirectErrorStream(true).start();
          return new String(ip.getInputStream().readAllBytes());
        });
  }

  /**
   * Sends many datagrams in one call, for the kernel to cut.
   *
   * @return 0, or the number of the error
   */
  int sendDatagrams(InetSocketAddress to, byte[] bytes, int eachBytes) throws Exception {
    return here(
        () -> {
          boolean v4 = to.getAddress() instanceof Inet4Address;
          int fd = LibC.socket(v4 ? LibC.AF_INET : LibC.AF_INET6, LibC.SOCK_DGRAM, 0);
          try (var memory = new Memory(bytes.length + 64)) {
            byte[] address = socketAddress(to, v4);
            memory.write(0, address, 0, address.length);
            check(Sockets.connect(fd, Pointer.nativeValue(memory), address.length));
            memory.setInt(0, eachBytes);
            check(Sockets.setsockopt(fd, 17, 103, Pointer.nativeValue(memory), Integer.BYTES));
            memory.write(0, bytes, 0, bytes.length);
            long sent = LibC.send(fd, Pointer.nativeValue(memory), bytes.length, 0);
            return sent < 0 ? LibC.errno() : 0;
          } finally {
            LibC.close(fd);
          }
        });
  }

  @Override
  public void close() {
    tap.close();
    thread.close();
  }

  /** Even an address that nobody asks the link about can be bound to soon after, not at once. */
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

  private static byte[] socketAddress(InetSocketAddress to, boolean v4) {
    ByteBuffer address = ByteBuffer.allocate(28);
    address.order(java.nio.ByteOrder.nativeOrder());
    address.putShort((short) (v4 ? LibC.AF_INET : LibC.AF_INET6));
    address.order(java.nio.ByteOrder.BIG_ENDIAN).putShort((short) to.getPort());
    address.position(v4 ? 4 : 8).put(to.getAddress().getAddress());
    return v4 ? Arrays.copyOf(address.array(), 16) : address.array();
  }

  private static void check(int result) {
    if (result < 0) {
      throw new AssertionError(LibC.words(LibC.errno()));
    }
  }

  private static <T> T within(ExecutorService thread, Callable<T> work) throws Exception {
    return thread.submit(work).get(WITHIN_S, TimeUnit.SECONDS);
  }
}
