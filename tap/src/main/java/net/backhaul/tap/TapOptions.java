// SPDX-License-Identifier: Apache-2.0
package net.backhaul.tap;

/**
 * The properties of a device to open.
 *
 * @param id the network id, from which the name derives (04 section 6.1.1)
 * @param wantedName a name to use if it is free; empty for none
 * @param mac the hardware address, 48 bits
 * @param mtuBytes the longest payload of a frame
 * @param offloads whether to request offloads; {@link TapDevice#offloads} returns the granted ones
 */
public record TapOptions(long id, String wantedName, long mac, int mtuBytes, boolean offloads) {
  /** Creates options that request offloads. */
  public TapOptions(long id, String wantedName, long mac, int mtuBytes) {
    this(id, wantedName, mac, mtuBytes, true);
  }

  /** Returns the same options for plain frames. */
  public TapOptions withoutOffloads() {
    return new TapOptions(id, wantedName, mac, mtuBytes, false);
  }
}
