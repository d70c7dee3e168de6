// SPDX-License-Identifier: Apache-2.0
/**
 * MAC addresses, EtherTypes, multicast groups and managed IPv6 addresses; segmentation and
 * coalescing of the super-frames of devices with offloads.
 */
@NullMarked
package net.backhaul.protocol.ethernet;

import org.jspecify.annotations.NullMarked;
