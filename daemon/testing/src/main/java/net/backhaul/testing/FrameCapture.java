// SPDX-License-Identifier: Apache-2.0
package net.backhaul.testing;

import com.sun.jna.Memory;
import com.sun.jna.Pointer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A packet socket that receives the Ethernet frames of a device, sent and received ones, with their
 * VLAN tags: the kernel takes the outer tag out of a frame, and reports it beside the frame.
 */
public final class FrameCapture implements AutoCloseable {
  private static final int AF_PACKET = 17;
  private static final int SOCK_RAW = 3;
  private static final int SOL_PACKET = 263;
  private static final int PACKET_AUXDATA = 8;
  private static final byte ETH_P_ALL = 3;
  private static final int MSG_DONTWAIT = 0x40;
  private static final int TP_STATUS_VLAN_VALID = 0x10;
  private static final int ADDRESS_BYTES = 20;
  private static final int MAX_BYTES = 65_536;
  private static final int MACS_BYTES = 12;

  /** The parts of the memory: {@code struct msghdr}, {@code struct iovec}, control, frame. */
  private static final int IOVEC = 64;

  private static final int CONTROL = 96;
  private static final int CONTROL_BYTES = 160;
  private static final int FRAME = 256;

  /** In the control message: its header has 16 bytes, then {@code struct tpacket_auxdata}. */
  private static final int STATUS = CONTROL + 16;

  private static final int TAG_CONTROL = CONTROL + 32;
  private static final int TAG_PROTOCOL = CONTROL + 34;

  private final NativeSocket socket;
  private final Memory memory = new Memory(FRAME + MAX_BYTES);

  /** Opens a socket of a device in the calling thread's network namespace. */
  public FrameCapture(String device) {
    socket = new NativeSocket(AF_PACKET, SOCK_RAW, ADDRESS_BYTES);
    NativeSocket.check(socket.option(SOL_PACKET, PACKET_AUXDATA, 1), "setsockopt");
    ByteBuffer address = ByteBuffer.allocate(ADDRESS_BYTES).order(ByteOrder.nativeOrder());
    address.putShort(0, (short) AF_PACKET);
    address.put(3, ETH_P_ALL);
    address.putInt(4, NativeSocket.deviceIndex(device));
    NativeSocket.check(socket.bind(address.array()), "bind");
  }

  /** Returns the next frame that has arrived, as on the wire; null if there is none. */
  public byte @Nullable [] receive() {
    long start = Pointer.nativeValue(memory);
    memory.clear(FRAME);
    memory.setLong(16, start + IOVEC);
    memory.setLong(24, 1);
    memory.setLong(32, start + CONTROL);
    memory.setLong(40, CONTROL_BYTES);
    memory.setLong(IOVEC, start + FRAME);
    memory.setLong(IOVEC + 8, MAX_BYTES);
    int length = (int) socket.receive(memory, MSG_DONTWAIT);
    if (length < 0) {
      return null;
    }
    byte[] frame = memory.getByteArray(FRAME, length);
    if ((memory.getInt(STATUS) & TP_STATUS_VLAN_VALID) == 0) {
      return frame;
    }
    return ByteBuffer.allocate(length + 4)
        .put(Arrays.copyOf(frame, MACS_BYTES))
        .putShort(memory.getShort(TAG_PROTOCOL))
        .putShort(memory.getShort(TAG_CONTROL))
        .put(frame, MACS_BYTES, length - MACS_BYTES)
        .array();
  }

  @Override
  public void close() {
    socket.close();
    memory.close();
  }
}
