// SPDX-License-Identifier: Apache-2.0
package net.backhaul.controller;

/**
 * The kinds of addresses that are assigned to members automatically (04 section 5.3).
 *
 * @param v4 one of an IPv4 pool
 * @param v6 one of an IPv6 pool
 * @param sixPlane the 6PLANE address
 * @param rfc4193 the RFC 4193 address
 */
public record AssignModes(boolean v4, boolean v6, boolean sixPlane, boolean rfc4193) {
  public static final AssignModes NONE = new AssignModes(false, false, false, false);
}
