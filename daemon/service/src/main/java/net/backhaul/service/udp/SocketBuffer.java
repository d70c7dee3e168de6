// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.udp;

import com.sun.jna.Native;
import com.sun.jna.Pointer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** The send buffer of a socket in the kernel, in the bytes that the kernel counts (socket(7)). */
final class SocketBuffer {
  private static final int SOL_SOCKET = 1;
  private static final int SO_SNDBUF = 7;
  private static final long SIOCOUTQ = 0x5411;

  private final int fd;
  private final IntSocketOption size;
  private final ByteBuffer values =
      ByteBuffer.allocateDirect(Integer.BYTES).order(ByteOrder.nativeOrder());
  private final long value = Pointer.nativeValue(Native.getDirectBufferPointer(values));

  SocketBuffer(int fd) {
    this.fd = fd;
    this.size = new IntSocketOption(fd, SOL_SOCKET, SO_SNDBUF);
  }

  /** Returns how much the kernel holds that its device has not sent; 0 if it is not known. */
  int unsentBytes() {
    return SocketCalls.ioctl(fd, SIOCOUTQ, value) == 0 ? values.getInt(0) : 0;
  }

  /** Returns the size of the buffer. */
  int bytes() {
    int bytes = size.get();
    return bytes == IntSocketOption.UNKNOWN ? Integer.MAX_VALUE : bytes;
  }

  /** Sets the size of the buffer. */
  void bytes(int bytes) {
    size.set(bytes / 2); // The kernel doubles it.
  }
}
