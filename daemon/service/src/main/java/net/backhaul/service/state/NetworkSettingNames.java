// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.state;

/**
 * The names of the settings of a network on this host, in its file and in the API (04 section 2.1).
 * Those after {@link #DNS} are not known to the reference.
 */
public final class NetworkSettingNames {
  public static final String MANAGED = "allowManaged";
  public static final String GLOBAL = "allowGlobal";
  public static final String DEFAULT = "allowDefault";
  public static final String DNS = "allowDNS";
  public static final String BRIDGE = "hostBridge";
  public static final String BRIDGE_PORTS = "hostBridgePorts";
  public static final String GATEWAY = "gatewayOut";

  /** Appended to the name of a permission for its list of prefixes. */
  public static final String WITHIN = "Within";

  private NetworkSettingNames() {}
}
