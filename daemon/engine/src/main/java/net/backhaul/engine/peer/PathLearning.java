// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine.peer;

import net.backhaul.engine.Event;
import net.backhaul.engine.LocalSocket;
import net.backhaul.protocol.address.IpScope;
import net.backhaul.protocol.message.Verb;
import org.jspecify.annotations.Nullable;

/** Makes endpoints that packets come from paths of their peers (02 sections 3.4 and 3.9). */
final class PathLearning {
  private static final long SAVE_SPACING_MS = 60_000;

  /** How long after a search for its ports a peer may get paths over temporary sockets. */
  private static final long SEARCHED_MS = 300_000;

  private final PeerContext context;
  private final PeerTable peers;
  private final PathPermissions permissions;
  private final HelloSender hellos;
  private final PathProber prober;
  private final RelayFallback relays;
  private final Bonds bonds;

  PathLearning(
      PeerContext context,
      PeerTable peers,
      PathPermissions permissions,
      HelloSender hellos,
      PathProber prober,
      RelayFallback relays,
      Bonds bonds) {
    this.context = context;
    this.peers = peers;
    this.permissions = permissions;
    this.hellos = hellos;
    this.prober = prober;
    this.relays = relays;
    this.bonds = bonds;
  }

  /**
   * Records that a packet came directly over a path; a new path is learned, or a confirmation is
   * requested.
   *
   * @param verb OK answers a packet of ours, which confirms the path if that was sent there
   * @return the path, or null where it is not one of the sender's
   */
  @Nullable Path received(InboundPacket packet, Verb verb) {
    if (LocalSocket.isRelay(packet.socket())) {
      relays.received(packet);
    } else {
      context.blindMarks.received(packet, verb);
      if (context.udpAnswers.received(packet, verb)) {
        relays.answeredOverUdp(packet.nowMs());
      }
    }
    Peer peer = packet.peer();
    long nowMs = packet.nowMs();
    Path known = packet.path();
    if (known != null) {
      known.lastInMs = nowMs;
      known.lastValidMs = nowMs;
      if (verb == Verb.HELLO) {
        peer.supersedeOthers(known, nowMs);
      } else if (verb == Verb.OK) {
        recordAnswer(packet, known);
      }
      return known;
    }
    if (LocalSocket.isTemporary(packet.socket()) && nowMs - peer.searchedMs >= SEARCHED_MS) {
      return null;
    }
    boolean portChanged =
        peer.bond == null
            && peer.hasLivePathToIp(packet.socket(), packet.endpoint().getAddress(), nowMs);
    if (portChanged || !permissions.permits(peer, packet.endpoint(), nowMs)) {
      return null;
    }
    if (verb == Verb.OK
        && context.expectedReplies.wasSentTo(packet.inRePacketId(), packet.endpoint())) {
      learn(packet);
      return packet.path();
    }
    if (peer.confirmations.mayRequest(packet.socket(), packet.endpoint(), nowMs)) {
      hellos.send(peer, packet.socket(), packet.endpoint(), nowMs);
    }
    return null;
  }

  /** Records that a packet came through a root. */
  void receivedRelayed(InboundPacket packet, Verb verb) {
    if (!LocalSocket.isRelay(packet.socket())) {
      context.udpAnswers.receivedRelayed(packet, verb);
    }
  }

  /** Records that a probe was answered over the path over which it was sent. */
  private void recordAnswer(InboundPacket packet, Path path) {
    if (!context.expectedReplies.wasSentTo(packet.inRePacketId(), path.endpoint)) {
      return;
    }
    ProbeLog probes = path.probeLog();
    long sentMs = probes == null ? -1 : probes.sentMs(packet.inRePacketId());
    if (sentMs >= 0) {
      path.probeAnswered(sentMs);
    } else if (packet.roundTripMs >= 0) {
      path.probeAnswered(packet.nowMs() - packet.roundTripMs);
    }
  }

  private void learn(InboundPacket packet) {
    Peer peer = packet.peer();
    long nowMs = packet.nowMs();
    var path = new Path(packet.socket(), packet.endpoint());
    path.sinceMs = nowMs;
    path.lastInMs = nowMs;
    path.lastValidMs = nowMs;
    if (packet.roundTripMs >= 0) {
      path.recordRoundTrip(packet.roundTripMs);
    }
    recordAnswer(packet, path);
    peer.addPath(path, nowMs);
    peer.supersedeOthers(path, nowMs);
    bonds.pathsChanged(peer, nowMs);
    saveIfDue(peer, nowMs);
    context.output.event(new Event.PathLearned(peer.address, packet.endpoint()));
    context.retryPending(nowMs);
  }

  /** Saves a peer while it is here, and not only when it expires: a node may be killed. */
  private void saveIfDue(Peer peer, long nowMs) {
    if (nowMs - peer.lastSavedMs >= SAVE_SPACING_MS) {
      peer.lastSavedMs = nowMs;
      peers.save(peer);
    }
  }

  /**
   * Makes paths of one scope and family unusable until they are confirmed again: our surface
   * address has changed.
   *
   * @param report the packet that has shown the change; its own path stays
   */
  void reset(InboundPacket report, IpScope scope, int ipBytes) {
    long nowMs = report.nowMs();
    for (Peer peer : peers.all()) {
      for (Path path : peer.paths) {
        boolean affected =
            path.scope == scope.number()
                && path.ipBytes == ipBytes
                && !(peer == report.peer() && path.is(report.socket(), report.endpoint()));
        if (affected) {
          path.lastValidMs = Peer.NEVER;
          prober.probe(peer, path.socket, path.endpoint, nowMs);
        }
      }
    }
  }
}
