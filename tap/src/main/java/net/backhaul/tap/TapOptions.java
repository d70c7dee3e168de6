// SPDX-License-Identifier: Apache-2.0
package net.backhaul.tap;

/**
 * What a device shall be like.
 *
 * @param id a number from which the device's name follows (04 section 6.1.1)
 * @param wantedName a name to take if it is free; empty where there is no wish
 * @param mac the hardware address, 48 bits
 * @param mtuBytes the longest payload of a frame
 * @param offloads whether super-frames and unfinished checksums are wanted, as far as the host has
 *     them; {@link TapDevice#offloads} says what came of it
 */
public record TapOptions(long id, String wantedName, long mac, int mtuBytes, boolean offloads) {
  /** Wants offloads. */
  public TapOptions(long id, String wantedName, long mac, int mtuBytes) {
    this(id, wantedName, mac, mtuBytes, true);
  }

  /** Returns the same, but for plain frames. */
  public TapOptions withoutOffloads() {
    return new TapOptions(id, wantedName, mac, mtuBytes, false);
  }
}
