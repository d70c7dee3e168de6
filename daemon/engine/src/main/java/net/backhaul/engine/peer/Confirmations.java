// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine.peer;

import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;

/**
 * Limits how often a peer is asked whether it is where its packets come from: once a second for
 * each place (02 section 3.8), and for a few places at a time, since anybody may repeat a packet
 * from any number of forged ones.
 */
final class Confirmations {
  static final long SPACING_MS = 1_000;

  /** How many places of one peer are asked in a second. */
  static final int MAX_PLACES = 8;

  private final List<Asked> asked = new ArrayList<>(0);

  private record Asked(int socket, InetSocketAddress endpoint, long atMs) {}

  /** Returns whether to ask at a place now, and takes it as asked. */
  boolean admits(int socket, InetSocketAddress endpoint, long nowMs) {
    asked.removeIf(one -> nowMs - one.atMs >= SPACING_MS);
    if (asked.size() >= MAX_PLACES) {
      return false;
    }
    for (Asked one : asked) {
      if (one.socket == socket && one.endpoint.equals(endpoint)) {
        return false;
      }
    }
    asked.add(new Asked(socket, endpoint, nowMs));
    return true;
  }
}
