// SPDX-License-Identifier: Apache-2.0
/**
 * Opens Ethernet devices of the host, moves their frames through native memory, and sets their
 * addresses, MTU and routes. Independent of networks and nodes.
 */
@NullMarked
package net.backhaul.tap;

import org.jspecify.annotations.NullMarked;
