// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.udp;

import com.sun.jna.Native;
import com.sun.jna.Pointer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** An option of a socket whose value is a C {@code int}, by direct system calls. */
final class IntSocketOption {
  /** What {@link #get} returns where the system does not know the option. */
  static final int UNKNOWN = Integer.MIN_VALUE;

  private final int fd;
  private final int level;
  private final int name;
  private final ByteBuffer values =
      ByteBuffer.allocateDirect(2 * Integer.BYTES).order(ByteOrder.nativeOrder());
  private final long value = Pointer.nativeValue(Native.getDirectBufferPointer(values));
  private final long length = value + Integer.BYTES;

  IntSocketOption(int fd, int level, int name) {
    this.fd = fd;
    this.level = level;
    this.name = name;
  }

  int get() {
    values.putInt(Integer.BYTES, Integer.BYTES);
    int status = SocketCalls.getsockopt(fd, level, name, value, length);
    return status == 0 ? values.getInt(0) : UNKNOWN;
  }

  /** Sets the value; returns whether the system accepts it. */
  boolean set(int newValue) {
    values.putInt(0, newValue);
    return SocketCalls.setsockopt(fd, level, name, value, Integer.BYTES) == 0;
  }
}
