// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.state;

import java.util.List;

/**
 * What this host is for a network besides a member: a bridge, a gateway, or neither.
 *
 * @param bridge the bridge that the network's device is a port of; empty for none
 * @param bridgePorts further devices that are made ports of the bridge
 * @param gatewayOut the device through which packets of members leave; empty for none
 */
public record HostRole(String bridge, List<String> bridgePorts, String gatewayOut) {
  /** Neither a bridge nor a gateway. */
  public static final HostRole NONE = new HostRole("", List.of(), "");

  /** The maximum number of further ports. */
  public static final int MAX_PORTS = 16;

  private static final int MAX_NAME_LENGTH = 15;

  public HostRole {
    bridgePorts = List.copyOf(bridgePorts);
  }

  /** Returns whether a text can be the name of a device. */
  public static boolean isDeviceName(String name) {
    return !name.isEmpty()
        && name.length() <= MAX_NAME_LENGTH
        && name.matches("[A-Za-z0-9_][A-Za-z0-9_.@-]*");
  }
}
