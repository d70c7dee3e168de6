// SPDX-License-Identifier: Apache-2.0
package net.backhaul.tap;

/**
 * The route by which the host reaches an address.
 *
 * @param bits the prefix length of its target
 * @param device the kernel's number of the device it leads to; 0 where it leads to several
 */
public record HostRoute(int bits, int device, int metric, int table) {}
