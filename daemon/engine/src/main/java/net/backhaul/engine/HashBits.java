// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine;

/** Spreads the bits of numbers, for tables whose indexes are a part of them. */
public final class HashBits {
  private HashBits() {}

  /**
   * Returns a number of which every bit depends on all bits of another: MurmurHash3's finalizer.
   */
  public static int mixed(int bits) {
    int mixed = (bits ^ bits >>> 16) * 0x85ebca6b;
    mixed = (mixed ^ mixed >>> 13) * 0xc2b2ae35;
    return mixed ^ mixed >>> 16;
  }
}
