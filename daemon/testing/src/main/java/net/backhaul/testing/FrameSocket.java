// SPDX-License-Identifier: Apache-2.0
package net.backhaul.testing;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

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

  private final NativeSocket socket;

  /** Opens a socket of a device in the calling thread's network namespace. */
  public FrameSocket(String device) {
    socket = new NativeSocket(AF_PACKET, SOCK_RAW, MAX_BYTES);
    NativeSocket.check(socket.option(SOL_PACKET, PACKET_VNET_HDR, 1), "setsockopt");
    ByteBuffer address = ByteBuffer.allocate(ADDRESS_BYTES).order(ByteOrder.nativeOrder());
    address.putShort(0, (short) AF_PACKET);
    address.putInt(DEVICE_INDEX, NativeSocket.deviceIndex(device));
    NativeSocket.check(socket.bind(address.array()), "bind");
  }

  /** Sends a frame behind its header. */
  public void send(byte[] headerAndFrame) {
    NativeSocket.check(socket.send(headerAndFrame) == headerAndFrame.length, "send");
  }

  @Override
  public void close() {
    socket.close();
  }
}
