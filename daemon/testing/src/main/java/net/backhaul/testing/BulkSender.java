// SPDX-License-Identifier: Apache-2.0
package net.backhaul.testing;

import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;
import com.sun.jna.Platform;
import com.sun.jna.Pointer;
import java.net.Inet4Address;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** A UDP socket that sends many datagrams in one system call, for the kernel to segment. */
public final class BulkSender implements AutoCloseable {
  private static final int SOCK_DGRAM = 2;
  private static final int AF_INET = 2;
  private static final int AF_INET6 = 10;
  private static final int SOL_UDP = 17;
  private static final int UDP_SEGMENT = 103;
  private static final int MAX_BYTES = 65_536;

  private final int fd;
  private final Memory memory = new Memory(MAX_BYTES);

  /** The JDK has no name for the UDP_SEGMENT option. */
  private static final class NativeCalls {
    static {
      Native.register(NativeCalls.class, NativeLibrary.getInstance(Platform.C_LIBRARY_NAME));
    }

    static native int socket(int family, int type, int protocol);

    static native int setsockopt(int fd, int level, int name, long value, int length);

    static native int connect(int fd, long address, int length);

    static native long send(int fd, long address, long length, int flags);

    static native int close(int fd);
  }

  /** Opens a socket in the calling thread's network namespace and connects it. */
  public BulkSender(InetSocketAddress to) {
    boolean v4 = to.getAddress() instanceof Inet4Address;
    int family = v4 ? AF_INET : AF_INET6;
    fd = NativeCalls.socket(family, SOCK_DGRAM, 0);
    ByteBuffer address = ByteBuffer.allocate(28).order(ByteOrder.nativeOrder());
    address.putShort((short) family).order(ByteOrder.BIG_ENDIAN).putShort((short) to.getPort());
    address.put(v4 ? 4 : 8, to.getAddress().getAddress());
    memory.write(0, address.array(), 0, address.capacity());
    if (NativeCalls.connect(fd, Pointer.nativeValue(memory), v4 ? 16 : address.capacity()) < 0) {
      throw new AssertionError("connect: errno " + Native.getLastError());
    }
  }

  /**
   * Sends datagrams of equal size in one call; the last may be smaller.
   *
   * @return 0, or the errno of the call
   */
  public int send(byte[] bytes, int datagramBytes) {
    memory.setInt(0, datagramBytes);
    if (NativeCalls.setsockopt(fd, SOL_UDP, UDP_SEGMENT, Pointer.nativeValue(memory), Integer.BYTES)
        < 0) {
      return Native.getLastError();
    }
    memory.write(0, bytes, 0, bytes.length);
    return NativeCalls.send(fd, Pointer.nativeValue(memory), bytes.length, 0) < 0
        ? Native.getLastError()
        : 0;
  }

  @Override
  public void close() {
    NativeCalls.close(fd);
    memory.close();
  }
}
