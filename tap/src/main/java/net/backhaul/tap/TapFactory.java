// SPDX-License-Identifier: Apache-2.0
package net.backhaul.tap;

/** Opens devices; called by one thread. */
@FunctionalInterface
public interface TapFactory {
  /** Opens a device, which is up and has no addresses but its link-local one. */
  TapDevice open(TapOptions options) throws TapException;
}
