// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine.network;

/**
 * The MTUs of hosts of a network, as the MSS of their latest SYNs implies them: the segments that a
 * host sends are limited by its own MTU, too, and not only by the MSS that the other end states.
 *
 * <p>A host that is not recorded, or whose entry another one took, counts as unlimited.
 */
final class StatedMtus {
  private static final int MAX_HOSTS_LOG2 = 6;
  private static final int MAX_HOSTS = 1 << MAX_HOSTS_LOG2;
  private static final long HASH = 0x9e37_79b9_7f4a_7c15L;

  private final long[] macs = new long[MAX_HOSTS];
  private final int[] mtus = new int[MAX_HOSTS];

  void record(long mac, int mtuBytes) {
    int index = indexOf(mac);
    macs[index] = mac;
    mtus[index] = mtuBytes;
  }

  /** Returns the MTU of a host in bytes. */
  int mtuBytesOf(long mac) {
    int index = indexOf(mac);
    return macs[index] == mac && mac != 0 ? mtus[index] : Integer.MAX_VALUE;
  }

  private static int indexOf(long mac) {
    return (int) (mac * HASH >>> Long.SIZE - MAX_HOSTS_LOG2);
  }
}
