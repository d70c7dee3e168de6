// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine.peer;

import java.net.InetSocketAddress;
import net.backhaul.engine.Event;
import net.backhaul.protocol.address.Endpoints;
import net.backhaul.protocol.address.IpScope;
import net.backhaul.protocol.message.Verb;

/** Decides which physical addresses become paths (02 sections 3.4 and 3.9). */
final class PathLearning {
  private static final long SAVE_SPACING_MS = 60_000;

  private final Vl1 vl1;

  PathLearning(Vl1 vl1) {
    this.vl1 = vl1;
  }

  /** Does what every counted packet asks for. */
  void received(InboundPacket packet, Verb verb, boolean trusted) {
    Peer peer = packet.peer();
    long nowMs = packet.nowMs();
    peer.lastReceiveMs = nowMs;
    peer.counters.received++;
    if (isNonTrivial(verb)) {
      peer.lastNonTrivialMs = nowMs;
    }
    if (packet.hops() == 0) {
      learn(packet, verb == Verb.OK);
    }
    if (trusted) {
      peer.lastTrustMs = nowMs;
      Path path = packet.path();
      if (path != null) {
        vl1.trustedPaths.trusted(path, nowMs);
      }
    }
    if (vl1.roots.isUpstream(peer.address)) {
      vl1.keepalive.rootHeard(packet, verb);
    }
    if (peer.isTrusted(nowMs)) {
      vl1.directPaths.pushIfDue(packet);
    }
  }

  private void learn(InboundPacket packet, boolean isAnswer) {
    Peer peer = packet.peer();
    long nowMs = packet.nowMs();
    Path known = packet.path();
    if (known != null) {
      known.lastInMs = nowMs;
      known.lastValidMs = nowMs;
      return;
    }
    if (peer.hasLivePathLike(packet.socket(), packet.endpoint().getAddress(), nowMs)
        || !permits(peer, packet.endpoint())) {
      return;
    }
    if (isAnswer) {
      var path = new Path(packet.socket(), packet.endpoint());
      path.lastInMs = nowMs;
      path.lastValidMs = nowMs;
      if (packet.roundTripMs >= 0) {
        path.measured(packet.roundTripMs);
      }
      peer.learn(path, nowMs);
      saveIfDue(peer, nowMs);
      vl1.output.event(new Event.PathLearned(peer.address, packet.endpoint()));
      vl1.retryPending(nowMs);
    } else if (peer.confirmations.admits(packet.socket(), packet.endpoint(), nowMs)) {
      vl1.hellos.sendHello(peer, packet.socket(), packet.endpoint(), nowMs);
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
      vl1.sender.sendEcho(peer, socket, endpoint, nowMs);
    } else {
      vl1.hellos.sendHello(peer, -1, endpoint, nowMs);
    }
  }

  /** Our surroundings have changed: paths of this kind are unusable until they speak again. */
  void reset(InboundPacket shownBy, IpScope scope, int ipBytes) {
    long nowMs = shownBy.nowMs();
    for (Peer peer : vl1.peers.all()) {
      for (Path path : peer.paths) {
        boolean same =
            path.scope == scope.number()
                && path.ipBytes == ipBytes
                && !(peer == shownBy.peer() && path.is(shownBy.socket(), shownBy.endpoint()));
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
