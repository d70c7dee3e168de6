// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine;

import java.net.Inet4Address;
import java.net.InetSocketAddress;
import net.backhaul.protocol.address.IpScope;

/**
 * An open UDP socket of this node whose device is up, or an open connection to a TCP relay.
 *
 * @param number what datagrams name it by, from {@link #FIRST_RELAY} on for relays, from {@link
 *     #FIRST_TEMPORARY} on for temporary sockets; a socket that was closed leaves its number unused
 * @param address the IP address and port that it is bound to; that of the relay
 * @param device the interface that it is bound to, empty for any
 */
public record LocalSocket(int number, InetSocketAddress address, String device) {
  /** The first number of connections to TCP relays; UDP sockets have lower ones. */
  public static final int FIRST_RELAY = 1 << 30;

  /** The first number of temporary sockets ({@link Output#openSockets}). */
  public static final int FIRST_TEMPORARY = 1 << 29;

  /** Maximum temporary sockets of a node at a time. */
  public static final int MAX_TEMPORARY = 256;

  /** Creates a socket that is not bound to an interface. */
  public LocalSocket(int number, InetSocketAddress address) {
    this(number, address, "");
  }

  /** Returns whether a number is that of a temporary socket. */
  public static boolean isTemporary(int number) {
    return number >= FIRST_TEMPORARY && number < FIRST_RELAY;
  }

  /** Returns whether a number is that of a connection to a TCP relay. */
  public static boolean isRelay(int number) {
    return number >= FIRST_RELAY;
  }

  /**
   * Returns whether a TCP relay forwards to an endpoint: one of the internet or, for a relay on
   * another network, of the same scope as its own; IPv4 only (02 section 4.7).
   */
  public static boolean relays(InetSocketAddress relay, InetSocketAddress to) {
    IpScope scope = IpScope.of(to.getAddress());
    return to.getAddress() instanceof Inet4Address
        && (scope == IpScope.GLOBAL
            || (scope.usableForPath() && scope == IpScope.of(relay.getAddress())));
  }
}
