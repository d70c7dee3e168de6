// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine.peer;

import java.net.InetSocketAddress;
import java.util.Arrays;
import net.backhaul.engine.DatagramBatch;

/** Passes single datagrams to a node, as received by its first socket. */
final class Datagrams {
  private Datagrams() {}

  static void receive(Vl1 vl1, InetSocketAddress from, byte[] datagram, long nowMs) {
    var batch = new DatagramBatch(datagram.length);
    add(batch, from, datagram, datagram.length);
    vl1.receive(batch, nowMs);
  }

  static void receive(Vl1 vl1, InetSocketAddress from, byte[] bytes, int length, long nowMs) {
    receive(vl1, from, Arrays.copyOf(bytes, length), nowMs);
  }

  /** Makes a datagram the only one of a batch, and allocates nothing. */
  static void add(DatagramBatch batch, InetSocketAddress from, byte[] bytes, int length) {
    batch.clear();
    System.arraycopy(bytes, 0, batch.bytes(), 0, length);
    batch.add(0, from, length);
  }
}
