// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine.network;

import java.util.random.RandomGenerator;
import net.backhaul.engine.Drop;
import net.backhaul.engine.FrameBatch;
import net.backhaul.engine.Output;
import net.backhaul.protocol.ethernet.Macs;
import net.backhaul.protocol.identity.Addresses;
import net.backhaul.protocol.message.Verb;
import net.backhaul.protocol.packet.Packets;

/** Sends what comes from the device of a network to whom it is for (03 section 6.3). */
final class FramesOut {
  static final int ETHERNET_BYTES = 14;

  private static final int FRAME_HEADER_BYTES = 10;
  private static final int EXT_FRAME_HEADER_BYTES = 23;
  private static final int MAX_BRIDGES = 32;

  private final PeerLink link;
  private final Output output;
  private final RandomGenerator random;
  private final RuleEngine rules;
  private final CredentialDesk credentials;
  private final Multicasts multicasts;
  private final long self;
  private final FrameView view = new FrameView();
  private final byte[] copy = new byte[Packets.MAX_BYTES];

  FramesOut(
      PeerLink link,
      Output output,
      RandomGenerator random,
      RuleEngine rules,
      CredentialDesk credentials,
      Multicasts multicasts) {
    this.link = link;
    this.output = output;
    this.random = random;
    this.rules = rules;
    this.credentials = credentials;
    this.multicasts = multicasts;
    this.self = link.self().address();
  }

  /** Sends all frames of a batch; their bytes are clobbered. */
  void send(Network network, FrameBatch frames, long nowMs) {
    for (int i = 0; i < frames.count(); i++) {
      if (frames.length(i) >= ETHERNET_BYTES) {
        send(network, frames.bytes(), frames.start(i), frames.length(i), nowMs);
      }
    }
  }

  private void send(Network network, byte[] bytes, int start, int length, long nowMs) {
    Policy policy = network.policy;
    if (policy == null) {
      return;
    }
    long destination = BigEndian.mac(bytes, start);
    long source = BigEndian.mac(bytes, start + 6);
    boolean bridged = source != network.mac;
    if (bridged && !policy.amBridge) {
      return;
    }
    view.wrap(bytes, start + ETHERNET_BYTES, length - ETHERNET_BYTES);
    view.ethernet(destination, source, BigEndian.u16(bytes, start + 12));
    if (Macs.isMulticast(destination)) {
      multicasts.send(network, policy, view, bridged, nowMs);
    } else if (destination == network.mac) {
      output.deliverFrame(network.id, bytes, start, length);
    } else if (Macs.firstOctetOf(destination) == network.firstOctet) {
      long to = Macs.addressOf(destination, network.id);
      sendToMember(network, policy, to, bridged, nowMs);
    } else {
      sendToBridges(network, policy, nowMs);
    }
  }

  private void sendToMember(Network network, Policy policy, long to, boolean bridged, long nowMs) {
    if (Addresses.isReserved(to)) {
      return;
    }
    Member member = network.members.touch(to, nowMs);
    view.outbound(self, to, member);
    if (!rules.admitsOutbound(network.id, policy, view, false, nowMs)) {
      return;
    }
    credentials.showIfDue(network, member, nowMs);
    byte[] bytes = view.array();
    int data = view.at(0);
    if (bridged) {
      sendExtFrame(network, bytes, data, view.length(), to, nowMs);
      return;
    }
    int payload = data - FRAME_HEADER_BYTES;
    BigEndian.put64(bytes, payload, network.id);
    BigEndian.put16(bytes, payload + 8, view.etherType);
    link.sendSealedInPlace(
        to, Verb.FRAME, bytes, payload, FRAME_HEADER_BYTES + view.length(), nowMs);
  }

  private void sendExtFrame(
      Network network, byte[] bytes, int data, int length, long to, long nowMs) {
    int payload = data - EXT_FRAME_HEADER_BYTES;
    BigEndian.put64(bytes, payload, network.id);
    bytes[payload + 8] = 0;
    BigEndian.putMac(bytes, payload + 9, view.destinationMac);
    BigEndian.putMac(bytes, payload + 15, view.sourceMac);
    BigEndian.put16(bytes, payload + 21, view.etherType);
    link.sendSealedInPlace(
        to, Verb.EXT_FRAME, bytes, payload, EXT_FRAME_HEADER_BYTES + length, nowMs);
  }

  /** The destination is not a member: it must be behind a bridge. */
  private void sendToBridges(Network network, Policy policy, long nowMs) {
    view.outbound(self, 0, null);
    if (!rules.admitsOutbound(network.id, policy, view, false, nowMs)) {
      return;
    }
    long learned = network.bridgeRoutes.bridgeTo(view.destinationMac);
    if (learned != 0 && learned != self && policy.isActiveBridge(learned)) {
      sendToBridge(network, policy, learned, nowMs);
      return;
    }
    long[] bridges = policy.bridges();
    if (bridges.length > MAX_BRIDGES) {
      bridges = bridges.clone();
      LongArrays.shuffle(bridges, random);
    }
    for (int i = 0; i < Math.min(bridges.length, MAX_BRIDGES); i++) {
      sendToBridge(network, policy, bridges[i], nowMs);
    }
  }

  private void sendToBridge(Network network, Policy policy, long bridge, long nowMs) {
    if (bridge == self) {
      return;
    }
    int data = Packets.HEADER_BYTES + EXT_FRAME_HEADER_BYTES;
    int length = view.length();
    if (length > copy.length - data) {
      link.drop(Drop.TOO_LONG);
      return;
    }
    view.outbound(self, bridge, network.members.get(bridge));
    if (rules.admitsOutbound(network.id, policy, view, true, nowMs)) {
      System.arraycopy(view.array(), view.at(0), copy, data, length);
      sendExtFrame(network, copy, data, length, bridge, nowMs);
    }
  }
}
