// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine.network;

import java.util.Map;
import java.util.Random;
import net.backhaul.engine.FrameBatch;
import net.backhaul.engine.Output;
import net.backhaul.engine.peer.PeerLink;
import net.backhaul.protocol.ethernet.Macs;
import net.backhaul.protocol.identity.Identity;
import net.backhaul.protocol.message.Verb;
import net.backhaul.protocol.network.MembershipCertificate;
import net.backhaul.protocol.packet.WireWriter;

/**
 * Alice's node without VL1 and one network, which has a controller of its own and Bob as a further
 * member, or Bob's with Alice. Tests change the controller's settings before {@link #join}.
 */
final class JoinedNetwork {
  static final Identity CONTROLLER = RecordedIdentities.all().get("controller");
  static final Identity ALICE = RecordedIdentities.all().get("alice");
  static final Identity BOB = RecordedIdentities.all().get("bob");
  static final long ID = CONTROLLER.address() << 24 | 1;
  static final long NOW_MS = 1_700_000_000_000L;
  static final long ALICES_MAC = Macs.of(ALICE.address(), ID);
  static final long BOBS_MAC = Macs.of(BOB.address(), ID);
  static final int MTU_BYTES = 2_800;

  final RecordingLink link;
  final TestController controller = new TestController(CONTROLLER, ID);
  final Networks networks;
  private final Identity self;
  private final Identity other;

  JoinedNetwork(Output output) {
    this(output, ALICE, BOB);
  }

  private JoinedNetwork(Output output, Identity self, Identity other) {
    this.self = self;
    this.other = other;
    link = new RecordingLink(self);
    networks = networks(link, output);
  }

  /** Returns the node of Bob, for whom Alice is the further member. */
  static JoinedNetwork ofBob(Output output) {
    return new JoinedNetwork(output, BOB, ALICE);
  }

  /** Returns the networks of a node that has joined none. */
  static Networks networks(PeerLink link, Output output) {
    return new Networks(new NodeContext(link, output, new Random(1)), null, Map.of(), NOW_MS);
  }

  /** Joins the network, and accepts its configuration and the other's certificate of membership. */
  void join() {
    link.known.put(CONTROLLER.address(), CONTROLLER);
    networks.join(ID, NOW_MS);
    networks.exchange.apply(
        networks.networks.get(ID), controller.config(self, NOW_MS), false, NOW_MS);
    networks.credentials.accept(
        MembershipCertificate.issue(CONTROLLER, ID, NOW_MS, TestController.WINDOW_MS, other),
        other.address(),
        NOW_MS);
    link.sent.clear();
  }

  /** Sends a frame from the device. */
  void send(byte[] frame) {
    networks.sendFrames(ID, batch(frame), NOW_MS);
  }

  /** Receives a packet from the other member. */
  void receive(Verb verb, byte[] payload) {
    networks.receive(link.packet(other, 7, verb, payload, NOW_MS), verb);
  }

  /** Returns a frame of IPv4 from one MAC to another. */
  static byte[] frame(long to, long from, byte[] packet) {
    return new WireWriter().mac(to).mac(from).u16(0x0800).bytes(packet).toByteArray();
  }

  static FrameBatch batch(byte[]... frames) {
    var batch = new FrameBatch(40_000);
    for (byte[] frame : frames) {
      System.arraycopy(frame, 0, batch.bytes(), batch.nextStart(), frame.length);
      batch.add(frame.length);
    }
    return batch;
  }
}
