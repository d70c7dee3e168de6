// SPDX-License-Identifier: Apache-2.0
package net.backhaul.protocol.ethernet;

/** The ether types that the protocol looks at. */
public final class EtherTypes {
  public static final int IPV4 = 0x0800;
  public static final int ARP = 0x0806;
  public static final int IPV6 = 0x86dd;

  private EtherTypes() {}
}
