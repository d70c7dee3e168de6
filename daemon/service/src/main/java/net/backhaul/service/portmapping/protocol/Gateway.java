// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.portmapping.protocol;

import java.net.InetAddress;
import java.net.InetSocketAddress;

/**
 * A router that may map a port of this host.
 *
 * @param address the router's address on the link, IPv4
 * @param local the address and port of this host that is to be mapped
 */
public record Gateway(InetAddress address, InetSocketAddress local) {}
