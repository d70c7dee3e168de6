// SPDX-License-Identifier: Apache-2.0
package net.backhaul.testing;

import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;
import com.sun.jna.Pointer;

/**
 * A socket of the calling thread's network namespace, for families and options that the JDK lacks.
 * The methods return what the system calls do; {@link #errno} says why one failed.
 */
final class NativeSocket implements AutoCloseable {
  private final int fd;
  private final Memory memory;

  private static final class NativeCalls {
    static {
      Native.register(NativeCalls.class, NativeLibrary.getProcess());
    }

    static native int socket(int family, int type, int protocol);

    static native int setsockopt(int fd, int level, int name, long value, int length);

    static native int bind(int fd, long address, int length);

    static native int connect(int fd, long address, int length);

    static native long send(int fd, long address, long length, int flags);

    static native long recvmsg(int fd, long message, int flags);

    static native int if_nametoindex(String name);

    static native int close(int fd);
  }

  /**
   * Opens a socket.
   *
   * @param maxBytes of what is sent at once
   */
  NativeSocket(int family, int type, int maxBytes) {
    memory = new Memory(maxBytes);
    fd = NativeCalls.socket(family, type, 0);
    check(fd >= 0, "socket");
  }

  static int deviceIndex(String name) {
    return NativeCalls.if_nametoindex(name);
  }

  static int errno() {
    return Native.getLastError();
  }

  static void check(boolean succeeded, String call) {
    if (!succeeded) {
      throw new AssertionError(call + ": errno " + errno());
    }
  }

  boolean option(int level, int name, int value) {
    memory.setInt(0, value);
    return NativeCalls.setsockopt(fd, level, name, Pointer.nativeValue(memory), Integer.BYTES) == 0;
  }

  boolean bind(byte[] address) {
    return NativeCalls.bind(fd, copy(address), address.length) == 0;
  }

  boolean connect(byte[] address) {
    return NativeCalls.connect(fd, copy(address), address.length) == 0;
  }

  /** Returns how many bytes were sent, or -1. */
  long send(byte[] bytes) {
    return NativeCalls.send(fd, copy(bytes), bytes.length, 0);
  }

  /** Receives into a {@code struct msghdr}; returns how many bytes, or -1. */
  long receive(Memory message, int flags) {
    return NativeCalls.recvmsg(fd, Pointer.nativeValue(message), flags);
  }

  private long copy(byte[] bytes) {
    memory.write(0, bytes, 0, bytes.length);
    return Pointer.nativeValue(memory);
  }

  @Override
  public void close() {
    NativeCalls.close(fd);
    memory.close();
  }
}
