// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.udp;

import java.util.ArrayDeque;
import net.backhaul.engine.DatagramRun;

/**
 * Sends datagrams of one socket which neither this host nor a router may fragment (ip(7), {@code
 * IP_PMTUDISC_PROBE}). While the socket takes no more, a few of them wait.
 */
final class MtuProbes {
  /** Maximum that wait; each is a path whose measurement is due. */
  static final int MAX_QUEUED = 16;

  private static final int IP_MTU_DISCOVER = 10;
  private static final int IPV6_MTU_DISCOVER = 23;
  private static final int PROBE = 3;

  private final IntSocketOption option;

  /** What the system had set. */
  private final int usual;

  private final DatagramRun view = new DatagramRun();
  private final ArrayDeque<QueuedProbe> queue = new ArrayDeque<>();

  @SuppressWarnings("ArrayRecordComponent") // Never compared.
  private record QueuedProbe(Destination to, int trafficClass, byte[] datagram) {}

  MtuProbes(int fd, boolean v4) {
    option =
        v4
            ? new IntSocketOption(fd, MessageArray.IPPROTO_IP, IP_MTU_DISCOVER)
            : new IntSocketOption(fd, MessageArray.IPPROTO_IPV6, IPV6_MTU_DISCOVER);
    usual = option.get();
  }

  /** Returns whether the system knows such datagrams. */
  boolean areSupported() {
    return usual != IntSocketOption.UNKNOWN;
  }

  /** Queues a datagram until {@link #send}; the oldest is dropped where too many wait. */
  void add(Destination to, DatagramRun datagram) {
    if (queue.size() >= MAX_QUEUED) {
      queue.remove();
    }
    byte[] bytes = new byte[datagram.length()];
    System.arraycopy(datagram.bytes(), datagram.start(), bytes, 0, bytes.length);
    queue.add(new QueuedProbe(to, datagram.trafficClass(), bytes));
  }

  /**
   * Sends what is queued.
   *
   * @param batch empty; it is used, and empty again afterwards
   * @return false if the socket does not take all; the rest stays queued
   */
  boolean send(OpenSocket from, SendBatch batch, BatchSender sender) {
    if (queue.isEmpty()) {
      return true;
    }
    option.set(PROBE);
    try {
      while (!queue.isEmpty()) {
        QueuedProbe next = queue.element();
        int length = next.datagram().length;
        view.trafficClass(next.trafficClass()).wrap(next.datagram(), 0, length);
        batch.add(next.to(), false, view, 0);
        int sent = sender.send(from);
        batch.clear();
        if (sent == 0) {
          return false;
        }
        queue.remove();
      }
      return true;
    } finally {
      option.set(usual);
    }
  }
}
