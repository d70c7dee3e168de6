// SPDX-License-Identifier: Apache-2.0
package net.backhaul.controller;

import java.net.InetAddress;

/** Addresses that members may be given, of one family; their order is not checked. */
public record AddressPool(InetAddress start, InetAddress end) {}
