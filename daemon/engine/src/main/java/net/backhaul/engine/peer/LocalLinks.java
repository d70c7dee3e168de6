// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine.peer;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import net.backhaul.engine.LocalSocket;

/** The sockets of the node by number, with the interfaces that they are bound to. */
final class LocalLinks {
  /** Maximum sockets that are recorded, open or closed; beyond it the closed ones are evicted. */
  private static final int MAX_RECORDED = 1_024;

  private final Map<Integer, LocalSocket> byNumber = new HashMap<>();
  private List<LocalSocket> usable = List.of();

  /** Sets the usable sockets; paths of others may exist until their sockets are back. */
  void sockets(List<LocalSocket> sockets) {
    usable = sockets;
    for (LocalSocket each : sockets) {
      byNumber.put(each.number(), each);
    }
    if (byNumber.size() > MAX_RECORDED) {
      byNumber.values().retainAll(sockets);
    }
  }

  List<LocalSocket> usable() {
    return usable;
  }

  /** Returns the interface of a socket; empty for none, or for one that was temporary. */
  String device(int socket) {
    LocalSocket found = byNumber.get(socket);
    return found == null ? "" : found.device();
  }

  /** Returns the port of a socket, or 0. */
  int port(int socket) {
    LocalSocket found = byNumber.get(socket);
    return found == null ? 0 : found.address().getPort();
  }
}
