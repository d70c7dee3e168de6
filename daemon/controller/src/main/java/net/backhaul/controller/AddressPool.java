// SPDX-License-Identifier: Apache-2.0
package net.backhaul.controller;

import java.net.InetAddress;

/**
 * A range of addresses of one family for automatic assignment (04 section 5.8.1).
 *
 * @param end may be below the start: the order is not checked
 */
public record AddressPool(InetAddress start, InetAddress end) {}
