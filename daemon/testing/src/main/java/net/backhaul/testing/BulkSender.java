// SPDX-License-Identifier: Apache-2.0
package net.backhaul.testing;

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

  private final NativeSocket socket;

  /** Opens a socket in the calling thread's network namespace and connects it. */
  public BulkSender(InetSocketAddress to) {
    boolean v4 = to.getAddress() instanceof Inet4Address;
    int family = v4 ? AF_INET : AF_INET6;
    socket = new NativeSocket(family, SOCK_DGRAM, MAX_BYTES);
    ByteBuffer address = ByteBuffer.allocate(v4 ? 16 : 28).order(ByteOrder.nativeOrder());
    address.putShort((short) family).order(ByteOrder.BIG_ENDIAN).putShort((short) to.getPort());
    address.put(v4 ? 4 : 8, to.getAddress().getAddress());
    NativeSocket.check(socket.connect(address.array()), "connect");
  }

  /**
   * Sends datagrams of equal size in one call; the last may be smaller.
   *
   * @return 0, or the errno of the call
   */
  public int send(byte[] bytes, int datagramBytes) {
    boolean sent = socket.option(SOL_UDP, UDP_SEGMENT, datagramBytes) && socket.send(bytes) >= 0;
    return sent ? 0 : NativeSocket.errno();
  }

  @Override
  public void close() {
    socket.close();
  }
}
