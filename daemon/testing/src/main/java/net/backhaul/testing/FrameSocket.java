// SPDX-License-Identifier: Apache-2.0
package net.backhaul.testing;

import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;
import com.sun.jna.Platform;
import com.sun.jna.Pointer;

/**
 * A packet socket that sends Ethernet frames by a device, each behind a {@code struct
 * virtio_net_hdr}: the kernel segments super-frames and completes checksums as far as the device
 * does not.
 */
public final class FrameSocket implements AutoCloseable {
  private static final int AF_PACKET = 17;
  private static final int SOCK_RAW = 3;
  private static final int SOL_PACKET = 263;
  private static final int PACKET_VNET_HDR = 15;
  private static final int ADDRESS_BYTES = 20;
  private static final int DEVICE_INDEX = 4;
  private static final int MAX_BYTES = 65_700;

  private final int fd;
  private final Memory memory = new Memory(MAX_BYTES);

  /** The JDK has no packet sockets. */
  private static final class NativeCalls {
    static {
      Native.register(NativeCalls.class, NativeLibrary.getInstance(Platform.C_LIBRARY_NAME));
    }

    static native int socket(int family, int type, int protocol);

    static native int setsockopt(int fd, int level, int name, long value, int length);

    static native int bind(int fd, long address, int length);

    static native int if_nametoindex(String name);

    static native long send(int fd, long address, long length, int flags);

    static native int close(int fd);
  }

  /** Opens a socket of a device in the calling thread's network namespace. */
  public FrameSocket(String device) {
    fd = NativeCalls.socket(AF_PACKET, SOCK_RAW, 0);
    check(fd >= 0, "socket");
    long address = Pointer.nativeValue(memory);
    memory.setInt(0, 1);
    check(
        NativeCalls.setsockopt(fd, SOL_PACKET, PACKET_VNET_HDR, address, Integer.BYTES) == 0,
        "setsockopt");
    memory.clear(ADDRESS_BYTES);
    memory.setShort(0, (short) AF_PACKET);
    memory.setInt(DEVICE_INDEX, NativeCalls.if_nametoindex(device));
    check(NativeCalls.bind(fd, address, ADDRESS_BYTES) == 0, "bind");
  }

  /** Sends a frame behind its header. */
  public void send(byte[] headerAndFrame) {
    memory.write(0, headerAndFrame, 0, headerAndFrame.length);
    long sent = NativeCalls.send(fd, Pointer.nativeValue(memory), headerAndFrame.length, 0);
    check(sent == headerAndFrame.length, "send");
  }

  private static void check(boolean right, String call) {
    if (!right) {
      throw new AssertionError(call + ": errno " + Native.getLastError());
    }
  }

  @Override
  public void close() {
    NativeCalls.close(fd);
    memory.close();
  }
}
