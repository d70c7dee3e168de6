// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.udp;

import java.net.InetAddress;

/**
 * An address of the host to bind a socket to.
 *
 * @param device the interface that has it; empty where the socket may use any
 * @param deviceIndex the system's number of the interface: one that was removed and made again
 *     under its old name is another, which sockets bound to the first do not reach; 0 where it may
 *     be any
 */
public record BindAddress(InetAddress address, int port, String device, int deviceIndex) {}
