// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.portmapping.protocol;

/** A protocol by which a router maps ports, in the order in which they are tried. */
public enum MappingProtocol {
  PCP("PCP"),
  NAT_PMP("NAT-PMP"),
  UPNP("UPnP");

  private final String text;

  MappingProtocol(String text) {
    this.text = text;
  }

  /** Returns its usual name. */
  public String text() {
    return text;
  }
}
