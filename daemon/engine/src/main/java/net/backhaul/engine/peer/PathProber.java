// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine.peer;

import java.net.InetSocketAddress;
import java.util.List;
import net.backhaul.engine.Output;

/** Probes paths and endpoints of peers with ECHO or HELLO: an answer makes an endpoint a path. */
final class PathProber {
  private static final long HINT_SPACING_MS = 30_000;

  private final PeerContext context;
  private final PathPermissions permissions;
  private final EndpointSender endpoints;
  private final HelloSender hellos;

  PathProber(
      PeerContext context,
      PathPermissions permissions,
      EndpointSender endpoints,
      HelloSender hellos) {
    this.context = context;
    this.permissions = permissions;
    this.endpoints = endpoints;
    this.hellos = hellos;
  }

  /** Returns whether an endpoint may be contacted for a peer. */
  boolean permits(Peer peer, InetSocketAddress endpoint, long nowMs) {
    return permissions.permits(peer, endpoint, nowMs);
  }

  /** Probes an endpoint, from one socket or all of its family. */
  void probe(Peer peer, int socket, InetSocketAddress endpoint, long nowMs) {
    if (peer.answersEcho()) {
      endpoints.sendEcho(peer, socket, endpoint, nowMs);
    } else {
      hellos.send(peer, Output.ALL_SOCKETS, endpoint, nowMs);
    }
  }

  /** Probes a path unless that was done lately; returns whether a probe was sent. */
  boolean probeIfDue(Peer peer, Path path, long nowMs) {
    if (!path.startProbe(nowMs)) {
      return false;
    }
    endpoints.sendEcho(peer, path, nowMs);
    return true;
  }

  /**
   * Probes a path that takes packets and brings none: a peer that was restarted has other ports.
   * All paths of the peer are probed at once, so that they do not have to fail one after another.
   */
  void probeSuspect(Peer peer, Path suspect, long nowMs) {
    if (!probeIfDue(peer, suspect, nowMs)) {
      return;
    }
    for (Path other : peer.paths) {
      if (other != suspect && other.isQuiet(nowMs)) {
        probeIfDue(peer, other, nowMs);
      }
    }
    if (suspect.shouldSearchElsewhere(nowMs)) {
      search(peer, suspect, nowMs);
    }
  }

  /**
   * Sends a HELLO to each endpoint that the peer has pushed except that of the dead path: after a
   * restart it has the same address with another port, and may have lost all state about us.
   */
  private void search(Peer peer, Path dead, long nowMs) {
    for (InetSocketAddress endpoint : peer.pushedEndpoints) {
      if (!endpoint.equals(dead.endpoint) && permissions.permits(peer, endpoint, nowMs)) {
        hellos.send(peer, Output.ALL_SOCKETS, endpoint, nowMs);
      }
    }
  }

  /** Sends a HELLO to one of the endpoints that local.conf lists for a peer (02 section 4.5). */
  void tryHints(Peer peer, long nowMs) {
    if (context.options().hints().isEmpty()) {
      return;
    }
    List<InetSocketAddress> hints = context.options().hints().getOrDefault(peer.address, List.of());
    if (hints.isEmpty() || nowMs - peer.lastHintTriedMs < HINT_SPACING_MS) {
      return;
    }
    peer.lastHintTriedMs = nowMs;
    InetSocketAddress hint = hints.get(context.random.nextInt(hints.size()));
    if (permissions.permits(peer, hint, nowMs)) {
      hellos.send(peer, Output.ALL_SOCKETS, hint, nowMs);
    }
  }
}
