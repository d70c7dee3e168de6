// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine.peer;

import net.backhaul.engine.Drop;
import net.backhaul.engine.PeerReach.Verdict;
import net.backhaul.protocol.address.IpScope;
import net.backhaul.protocol.message.Nop;
import net.backhaul.protocol.message.Verb;
import net.backhaul.protocol.packet.WireReader;

/** Answers the beacons by which old nodes search for each other on a LAN (02 section 4.6). */
final class LanBeacons {
  static final int BEACON_BYTES = 13;

  private static final int ADDRESS_AT = 8;
  private static final long SPACING_MS = 2_500;

  private final PeerContext context;
  private final PeerLookup peers;
  private final PathPermissions permissions;
  private long lastAnsweredMs = Peer.NEVER;

  LanBeacons(PeerContext context, PeerLookup peers, PathPermissions permissions) {
    this.context = context;
    this.peers = peers;
    this.permissions = permissions;
  }

  void receive(InboundPacket beacon) {
    int start = beacon.start() + ADDRESS_AT;
    long address = new WireReader(beacon.bytes(), start, BEACON_BYTES - ADDRESS_AT).address();
    Peer peer = peers.known(address);
    if (peer == null) {
      context.drop(Drop.UNKNOWN_SENDER);
    } else if (beacon.nowMs() - lastAnsweredMs < SPACING_MS) {
      context.drop(Drop.RATE_LIMITED);
    } else if (IpScope.of(beacon.endpoint().getAddress()) != IpScope.PRIVATE) {
      context.drop(Drop.UNPROVEN_ADDRESS); // The answer is longer than a beacon, which is of a LAN.
    } else if (permissions.verdict(peer, beacon.endpoint()) != Verdict.TRIED) {
      context.drop(Drop.NOT_FOR_US);
    } else {
      lastAnsweredMs = beacon.nowMs();
      context.counters.received(Verb.NOP.number());
      beacon.from(peer);
      beacon.reply(new Nop());
    }
  }
}
