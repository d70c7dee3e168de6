// SPDX-License-Identifier: Apache-2.0
package net.backhaul.tap.macos;

import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;
import com.sun.jna.Platform;

/** Functions of macOS's C library by JNA direct mapping; not yet run on macOS. */
final class MacLibC {
  static final int O_RDWR = 0x2;
  static final int O_CLOEXEC = 0x1000000;
  static final int SOCK_RAW = 3;
  static final int SOL_SOCKET = 0xffff;
  static final int SO_SNDBUF = 0x1001;
  static final int EINTR = 4;
  static final int EBUSY = 16;
  static final int EAGAIN = 35;
  static final int ENOBUFS = 55;

  static {
    Native.register(MacLibC.class, NativeLibrary.getProcess());
  }

  private MacLibC() {}

  static native int open(String path, int flags);

  static native int close(int fd);

  static native long read(int fd, long address, long count);

  static native long write(int fd, long address, long count);

  static native int socket(int family, int type, int protocol);

  static native int bind(int fd, long address, int length);

  static native int setsockopt(int fd, int level, int option, long value, int length);

  static native int connect(int fd, long address, int length);

  static native int getifmaddrs(long result);

  static native void freeifmaddrs(long list);

  private static native String strerror(int errno);

  private static native int ioctl(int fd, long request, long argument);

  private static native int ioctl(
      int fd, long request, long a, long b, long c, long d, long e, long f, long argument);

  /**
   * Calls ioctl, whose third argument is variadic: on ARM, macOS passes variadic arguments on the
   * stack, as it does the ninth fixed argument.
   */
  static int control(int fd, long request, long argument) {
    return Platform.isARM()
        ? ioctl(fd, request, 0, 0, 0, 0, 0, 0, argument)
        : ioctl(fd, request, argument);
  }

  static int errno() {
    return Native.getLastError();
  }

  static String errorText(int errno) {
    return strerror(errno);
  }
}
