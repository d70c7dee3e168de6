// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.udp;

import java.net.InetSocketAddress;
import java.nio.ByteBuffer;

/**
 * Datagrams of one size, of which the last may be shorter, that one system call has received from
 * one sender.
 *
 * <p>A mutable view that its owner reuses; it owns no bytes.
 */
final class ReceivedRun {
  final int socket;
  InetSocketAddress sender = new InetSocketAddress(0);

  /** The same for all datagrams of one sender. */
  int senderHash;

  ByteBuffer memory = ByteBuffer.allocate(0);
  int start;
  int length;
  int segmentBytes;

  /** The ECN field of their IP headers; 0 where it is not known. */
  int ecn;

  ReceivedRun(int socket) {
    this.socket = socket;
  }

  ReceivedRun from(InetSocketAddress newSender, int newSenderHash) {
    sender = newSender;
    senderHash = newSenderHash;
    return this;
  }

  ReceivedRun ecn(int newEcn) {
    ecn = newEcn;
    return this;
  }

  /**
   * Points this view at datagrams.
   *
   * @param newMemory holds them from the absolute index {@code newStart}; borrowed
   * @param newLength of all datagrams together, in bytes
   */
  ReceivedRun wrap(ByteBuffer newMemory, int newStart, int newLength, int newSegmentBytes) {
    memory = newMemory;
    start = newStart;
    length = newLength;
    segmentBytes = newSegmentBytes;
    return this;
  }
}
