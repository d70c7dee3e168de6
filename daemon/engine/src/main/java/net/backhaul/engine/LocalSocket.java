// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine;

import java.net.InetSocketAddress;

/**
 * An open UDP socket of this node whose device is up.
 *
 * @param number what datagrams name it by; a socket that was closed leaves its number unused
 * @param address the IP address and port that it is bound to
 */
public record LocalSocket(int number, InetSocketAddress address) {}
