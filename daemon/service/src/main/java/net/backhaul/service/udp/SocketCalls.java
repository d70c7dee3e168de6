// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.udp;

import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;
import com.sun.jna.Platform;

/**
 * The socket calls of Linux's C library that Netty lacks, mapped directly; native addresses are
 * {@code long}s.
 *
 * <p>All return -1 on failure and set {@link #errno}.
 */
final class SocketCalls {
  static final int MSG_DONTWAIT = 0x40;

  static final int EINTR = 4;
  static final int EIO = 5;
  static final int EAGAIN = 11;
  static final int EINVAL = 22;
  static final int EMSGSIZE = 90;

  private static final int F_DUPFD_CLOEXEC = 1030;

  static {
    Native.register(SocketCalls.class, NativeLibrary.getProcess());
  }

  private SocketCalls() {}

  /**
   * Returns whether this system has the calls and the layout of their structures.
   *
   * @throws LinkageError if JNA does not load
   */
  static boolean areSupported() {
    return Platform.isLinux() && Native.POINTER_SIZE == Long.BYTES;
  }

  static native int sendmmsg(int fd, long messages, int count, int flags);

  static native int recvmmsg(int fd, long messages, int count, int flags, long timeout);

  static native int ioctl(int fd, long request, long argument);

  static native int getsockopt(int fd, int level, int option, long value, long length);

  static native int setsockopt(int fd, int level, int option, long value, int length);

  private static native int fcntl(int fd, int command, long argument);

  /** Returns a second descriptor of the same socket. */
  static int duplicate(int fd) {
    return fcntl(fd, F_DUPFD_CLOEXEC, 0);
  }

  static int errno() {
    return Native.getLastError();
  }
}
