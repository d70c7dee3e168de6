// SPDX-License-Identifier: Apache-2.0
/** Has MAC addresses, ether types, multicast groups and managed IPv6 addresses. */
@NullMarked
package net.backhaul.protocol.ethernet;

import org.jspecify.annotations.NullMarked;
