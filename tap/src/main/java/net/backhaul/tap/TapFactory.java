// SPDX-License-Identifier: Apache-2.0
package net.backhaul.tap;

/** Opens devices. Devices are opened one at a time, by one thread. */
@FunctionalInterface
public interface TapFactory {
  /** Opens a device that is up and has no addresses but those that the kernel gives it. */
  TapDevice open(TapOptions options) throws TapException;
}
