// SPDX-License-Identifier: Apache-2.0
package net.backhaul.protocol.ethernet;

/** The EtherType values that the protocol interprets. */
public final class EtherTypes {
  /** IPv4. */
  public static final int IPV4 = 0x0800;

  /** ARP for IPv4. */
  public static final int ARP = 0x0806;

  /** IPv6. */
  public static final int IPV6 = 0x86dd;

  private EtherTypes() {}
}
