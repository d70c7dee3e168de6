// SPDX-License-Identifier: Apache-2.0
/**
 * The protocols by which a router maps a port of its public address to this host: NAT-PMP (RFC
 * 6886), PCP (RFC 6887) and UPnP IGD; time and bytes are arguments.
 */
@NullMarked
package net.backhaul.service.portmapping.protocol;

import org.jspecify.annotations.NullMarked;
