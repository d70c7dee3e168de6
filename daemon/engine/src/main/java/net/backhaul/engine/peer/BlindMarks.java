// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine.peer;

import java.net.InetSocketAddress;
import java.util.LinkedHashSet;
import net.backhaul.protocol.message.Verb;
import net.backhaul.protocol.packet.Ecn;

/**
 * Endpoints from which CE says nothing about congestion (02 section 1.9): a device on the path
 * writes it into all datagrams, also into HELLO and OK, which are never ECN-capable.
 *
 * <p>The one recorded first is evicted.
 */
final class BlindMarks {
  static final int MAX_ENDPOINTS = 256;

  private final LinkedHashSet<InetSocketAddress> endpoints = new LinkedHashSet<>();

  int size() {
    return endpoints.size();
  }

  /** Returns the ECN field of a datagram as it is to be used. */
  int meaningful(int ecn, InetSocketAddress from) {
    return ecn == Ecn.CE && endpoints.contains(from) ? Ecn.NOT_ECT : ecn;
  }

  /** Records what an authentic packet, which came directly, shows about its path. */
  void received(InboundPacket packet, Verb verb) {
    if (verb != Verb.OK && verb != Verb.HELLO) {
      return;
    }
    if (!packet.cameWithMark()) {
      endpoints.remove(packet.endpoint());
      return;
    }
    if (endpoints.add(packet.endpoint()) && endpoints.size() > MAX_ENDPOINTS) {
      endpoints.removeFirst();
    }
  }
}
