// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine.peer;

import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;

/**
 * Limits how often a peer has to confirm an endpoint that its packets come from: once a second for
 * each endpoint (02 section 3.8), and for a few endpoints at a time, since any sender can replay a
 * packet from any number of forged ones.
 */
final class Confirmations {
  static final long SPACING_MS = 1_000;

  /** Maximum endpoints of one peer that are confirmed in a second. */
  static final int MAX_ENDPOINTS = 8;

  private final List<SentRequest> requests = new ArrayList<>(0);

  private record SentRequest(int socket, InetSocketAddress endpoint, long atMs) {}

  /** Returns whether to request a confirmation of an endpoint now, and counts it. */
  boolean mayRequest(int socket, InetSocketAddress endpoint, long nowMs) {
    requests.removeIf(one -> nowMs - one.atMs >= SPACING_MS);
    if (requests.size() >= MAX_ENDPOINTS) {
      return false;
    }
    for (SentRequest one : requests) {
      if (one.socket == socket && one.endpoint.equals(endpoint)) {
        return false;
      }
    }
    requests.add(new SentRequest(socket, endpoint, nowMs));
    return true;
  }
}
