// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.udp;

import java.net.InetAddress;

/**
 * An address of the host to bind a socket to.
 *
 * @param device the interface that has it; empty where the socket may use any
 */
public record LocalAddress(InetAddress address, int port, String device) {}
