// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine.peer;

import java.net.InetSocketAddress;
import net.backhaul.engine.Event;
import net.backhaul.protocol.address.Endpoints;
import net.backhaul.protocol.address.IpScope;
import net.backhaul.protocol.message.Echo;
import net.backhaul.protocol.message.Verb;
import net.backhaul.protocol.packet.Bytes;

/** Decides which physical addresses become paths (02 sections 3.4 and 3.9). */
final class PathLearning {
  private static final long SAVE_SPACING_MS = 60_000;

  private final Vl1 vl1;

  PathLearning(Vl1 vl1) {
    this.vl1 = vl1;
  }

  /** Does what every counted packet asks for. */
  void received(ArrivalNow from, Verb verb, boolean trusted, long nowMs) {
    Peer peer = from.peer;
    peer.lastReceiveMs = nowMs;
    if (isNonTrivial(verb)) {
      peer.lastNonTrivialMs = nowMs;
    }
    if (from.hops == 0) {
      learn(from, verb == Verb.OK, nowMs);
    }
    if (trusted) {
      peer.lastTrustMs = nowMs;
      Path path = peer.path(from.socket, from.endpoint);
      if (path != null) {
        vl1.trustedPaths.trusted(path, nowMs);
      }
    }
    if (vl1.roots.isUpstream(peer.address)) {
      vl1.keepalive.rootHeard(peer, verb, from.hops, nowMs);
    }
    if (peer.isTrusted(nowMs)) {
      vl1.directPaths.pushIfDue(from, nowMs);
    }
  }

  private void learn(ArrivalNow from, boolean isAnswer, long nowMs) {
    Peer peer = from.peer;
    Path known = peer.path(from.socket, from.endpoint);
    if (known != null) {
      known.lastInMs = nowMs;
      known.lastValidMs = nowMs;
      return;
    }
    if (peer.hasLivePathLike(from.socket, from.endpoint.getAddress(), nowMs)
        || !permits(peer, from.endpoint)) {
      return;
    }
    if (isAnswer) {
      var path = new Path(from.socket, from.endpoint);
      path.lastInMs = nowMs;
      path.lastValidMs = nowMs;
      if (from.measuredMs >= 0) {
        path.measured(from.measuredMs);
      }
      peer.learn(path, nowMs);
      saveIfDue(peer, nowMs);
      vl1.output.event(new Event.PathLearned(peer.address, from.endpoint));
      vl1.wayFound();
    } else if (peer.confirmations.admits(from.socket, from.endpoint, nowMs)) {
      vl1.hellos.greet(peer, from.socket, from.endpoint, nowMs);
    }
  }

  /** Saves a peer while it is here, and not only when it goes: a node may be killed. */
  private void saveIfDue(Peer peer, long nowMs) {
    if (nowMs - peer.lastSavedMs >= SAVE_SPACING_MS) {
      peer.lastSavedMs = nowMs;
      vl1.peers.save(peer);
    }
  }

  /** Returns whether a physical address may be contacted or learned for a peer. */
  boolean permits(Peer peer, InetSocketAddress endpoint) {
    return Endpoints.usableForPath(endpoint)
        && vl1.roots.permits(peer.address, endpoint.getAddress())
        && !vl1.networks.isManagedAddress(endpoint.getAddress())
        && !vl1.options.forbids(peer.address, endpoint.getAddress());
  }

  /** Asks whether the peer is at an address: the answer makes it a path. */
  void probe(Peer peer, int socket, InetSocketAddress endpoint, long nowMs) {
    if (peer.answersEcho()) {
      vl1.sender.sendTo(peer, socket, endpoint, new Echo(Bytes.EMPTY), nowMs);
    } else {
      vl1.hellos.greet(peer, -1, endpoint, nowMs);
    }
  }

  /** Our surroundings have changed: paths of this kind are unusable until they speak again. */
  void reset(IpScope scope, int ipBytes, ArrivalNow shownBy, long nowMs) {
    for (Peer peer : vl1.peers.all()) {
      for (Path path : peer.paths) {
        boolean same =
            path.scope == scope.number()
                && path.ipBytes == ipBytes
                && !(peer == shownBy.peer && path.is(shownBy.socket, shownBy.endpoint));
        if (same) {
          path.lastValidMs = Peer.NEVER;
          probe(peer, path.socket, path.endpoint, nowMs);
        }
      }
    }
  }

  private static boolean isNonTrivial(Verb verb) {
    return switch (verb) {
      case FRAME, EXT_FRAME, NETWORK_CONFIG_REQUEST, NETWORK_CONFIG, MULTICAST_FRAME -> true;
      default -> false;
    };
  }
}
