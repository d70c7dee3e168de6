// SPDX-License-Identifier: Apache-2.0
/**
 * Has MAC addresses, ether types, multicast groups and managed IPv6 addresses, and what devices
 * with offloads leave to us: super-frames that are cut into packets, and segments that are joined.
 */
@NullMarked
package net.backhaul.protocol.ethernet;

import org.jspecify.annotations.NullMarked;
