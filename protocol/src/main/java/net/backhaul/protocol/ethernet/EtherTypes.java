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

  /** A VLAN tag, before the EtherType of the frame. */
  public static final int VLAN = 0x8100;

  /** A VLAN tag of a service provider, before another tag or the EtherType of the frame. */
  public static final int SERVICE_VLAN = 0x88a8;

  /** The length of a VLAN tag with the EtherType behind it. */
  public static final int VLAN_TAG_BYTES = 4;

  /** How many VLAN tags of a frame are parsed: as many as by Linux (VLAN_MAX_DEPTH). */
  public static final int MAX_VLAN_TAGS = 8;

  private EtherTypes() {}

  /** Returns whether an EtherType announces a VLAN tag, of a customer or a service provider. */
  public static boolean isVlanTag(int etherType) {
    return etherType == VLAN || etherType == SERVICE_VLAN;
  }
}
