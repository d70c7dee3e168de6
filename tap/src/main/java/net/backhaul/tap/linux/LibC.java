// SPDX-License-Identifier: Apache-2.0
package net.backhaul.tap.linux;

import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;

/**
 * Functions of the C library by JNA direct mapping; addresses are {@code long}s.
 *
 * <p>All return -1 on failure; {@link #errno} has the reason.
 */
final class LibC {
  static final int O_RDWR = 2;
  static final int O_NONBLOCK = 0x800;
  static final int O_CLOEXEC = 0x80000;
  static final int F_GETFL = 3;
  static final int F_SETFL = 4;

  static final int AF_INET = 2;
  static final int AF_INET6 = 10;
  static final int AF_NETLINK = 16;
  static final int SOCK_DGRAM = 2;
  static final int SOCK_RAW = 3;
  static final int SOCK_CLOEXEC = 0x80000;

  static final int POLLIN = 1;
  static final int MSG_DONTWAIT = 0x40;

  static final int EPERM = 1;
  static final int ENOENT = 2;
  static final int ESRCH = 3;
  static final int EINTR = 4;
  static final int EIO = 5;
  static final int ENXIO = 6;
  static final int EAGAIN = 11;
  static final int ENOMEM = 12;
  static final int EACCES = 13;
  static final int EBUSY = 16;
  static final int EEXIST = 17;
  static final int ENODEV = 19;
  static final int EINVAL = 22;
  static final int EMFILE = 24;
  static final int ERANGE = 34;
  static final int EOPNOTSUPP = 95;
  static final int EAFNOSUPPORT = 97;
  static final int EADDRNOTAVAIL = 99;
  static final int ENOBUFS = 105;

  static {
    Native.register(LibC.class, NativeLibrary.getProcess());
  }

  private LibC() {}

  static native int open(String path, int flags);

  static native int close(int fd);

  static native int ioctl(int fd, long request, long argument);

  static native int fcntl(int fd, int command, long argument);

  static native long read(int fd, long address, long count);

  static native long write(int fd, long address, long count);

  static native int poll(long entries, long count, int timeoutMs);

  static native int socket(int family, int type, int protocol);

  static native int bind(int fd, long address, int length);

  static native long send(int fd, long address, long length, int flags);

  static native long recv(int fd, long address, long length, int flags);

  private static native String strerror(int errno);

  /** Returns the error number of the last call of this thread. */
  static int errno() {
    return Native.getLastError();
  }

  /** Returns the description of an error number. */
  static String errorText(int errno) {
    return strerror(errno);
  }
}
