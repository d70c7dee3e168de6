// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.udp;

import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import net.backhaul.protocol.packet.Ecn;

/**
 * Memory for what one system call receives: several messages, each of which may be many datagrams
 * of one sender that the kernel has coalesced. Shared by all sockets of a loop.
 */
final class MessageReader {
  /** Maximum messages received by one call. */
  static final int MESSAGES = 8;

  /** Maximum that the kernel coalesces. */
  private static final int MESSAGE_BYTES = 65_536;

  private final ByteBuffer data =
      ByteBuffer.allocateDirect(MESSAGES * MESSAGE_BYTES).order(ByteOrder.nativeOrder());
  private final MessageArray messages = new MessageArray(MESSAGES, data);
  private final SocketAddressCodec addresses = new SocketAddressCodec();
  private int received = MESSAGES;

  /**
   * Receives without blocking and returns the number of messages.
   *
   * @param atMost maximum messages, up to {@link #MESSAGES}
   */
  int read(int fd, int atMost) {
    for (int i = 0; i < received; i++) {
      messages.receive(i, i * MESSAGE_BYTES, MESSAGE_BYTES);
    }
    received = 0;
    int count =
        SocketCalls.recvmmsg(fd, messages.addressOf(0), atMost, SocketCalls.MSG_DONTWAIT, 0);
    received = Math.max(0, count);
    return received;
  }

  /** Returns the length of a message, all coalesced datagrams together. */
  int length(int message) {
    return messages.length(message);
  }

  /**
   * Adds a message to the queue and returns how many datagrams it holds.
   *
   * @param run a view of the socket, which is pointed at the message
   */
  int take(int message, ReceivedRun run, ReceiveQueue receiveQueue) {
    int length = messages.length(message);
    int segmentBytes = messages.segmentBytes(message);
    InetSocketAddress from = addresses.read(messages.names(), messages.nameAt(message));
    if (from != null && length > 0) {
      receiveQueue.take(
          run.from(from, addresses.hash())
              .ecn(messages.trafficClass(message) & Ecn.MASK)
              .wrap(data, message * MESSAGE_BYTES, length, segmentBytes));
    }
    return length == 0 ? 1 : Math.ceilDiv(length, segmentBytes);
  }
}
