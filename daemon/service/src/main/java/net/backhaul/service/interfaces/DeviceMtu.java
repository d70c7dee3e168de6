// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.interfaces;

import net.backhaul.protocol.network.NetworkConfig;
import net.backhaul.protocol.packet.Packets;
import org.jspecify.annotations.Nullable;

/**
 * The MTU of a network's device: that of the configuration, up to the longest frames that packets
 * can carry (02 section 1.6). A device with a larger one would accept frames that cannot be sent.
 */
public final class DeviceMtu {
  /** Two VLAN tags, which the MTU of a device does not count. */
  private static final int VLAN_TAGS_BYTES = 8;

  /** The maximum MTU of a device. */
  public static final int MAX_BYTES = Packets.MAX_FRAME_DATA_BYTES - VLAN_TAGS_BYTES;

  private DeviceMtu() {}

  /** Returns the MTU of the device of a network with this configuration. */
  public static int of(@Nullable NetworkConfig config) {
    return config == null
        ? NetworkConfig.DEFAULT_MTU_BYTES
        : Math.min(config.mtuBytes(), MAX_BYTES);
  }

  /** Returns whether the device has a smaller MTU than the configuration requires. */
  static boolean isLimited(@Nullable NetworkConfig config) {
    return config != null && config.mtuBytes() > MAX_BYTES;
  }
}
