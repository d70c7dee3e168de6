// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine.network;

import static net.backhaul.engine.network.JoinedNetwork.ALICES_MAC;
import static net.backhaul.engine.network.JoinedNetwork.BOBS_MAC;
import static net.backhaul.engine.network.JoinedNetwork.NOW_MS;
import static net.backhaul.engine.network.JoinedNetwork.frame;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import net.backhaul.engine.Deadline;
import net.backhaul.engine.Deadlines;
import net.backhaul.protocol.ethernet.EtherTypes;
import net.backhaul.protocol.ethernet.Macs;
import net.backhaul.protocol.message.Verb;
import net.backhaul.protocol.packet.WireWriter;
import org.junit.jupiter.api.Test;

/** An internal error costs one frame or the work for one network, never what is handled with it. */
class NetworkErrorsTest {
  private static final long OTHER = JoinedNetwork.ID + 1;
  private static final int DATA_BYTES = 60;

  private final RecordingOutput output = new RecordingOutput();
  private final JoinedNetwork network = new JoinedNetwork(output);
  private final RecordingLink link = network.link;

  private static byte[] frameTo(long mac) {
    return frame(mac, ALICES_MAC, new byte[DATA_BYTES]);
  }

  private void assertErrors(String... activities) {
    List<String> expected =
        List.of(activities).stream().map(each -> each + ": as the test demands").toList();
    assertEquals(expected, link.errors);
  }

  @Test
  void dropsOneFrameOfABatch() {
    network.join();
    link.failing.add(JoinedNetwork.CONTROLLER.address());
    long failing = Macs.of(JoinedNetwork.CONTROLLER.address(), JoinedNetwork.ID);

    network.networks.sendFrames(
        JoinedNetwork.ID,
        JoinedNetwork.batch(frameTo(BOBS_MAC), frameTo(failing), frameTo(BOBS_MAC)),
        NOW_MS);

    assertErrors("sending a frame");
    assertEquals(2, link.sent.stream().filter(sent -> sent.verb() == Verb.FRAME).count());
  }

  @Test
  void requestsTheConfigurationOfOtherNetworks() {
    long unrelated = (JoinedNetwork.BOB.address() << 24) | 5;
    for (long failing : List.of(JoinedNetwork.CONTROLLER.address(), JoinedNetwork.BOB.address())) {
      var each = new JoinedNetwork(new RecordingOutput());
      each.networks.join(OTHER, NOW_MS);
      each.networks.join(unrelated, NOW_MS);
      each.link.sent.clear();
      each.link.failing.add(failing);
      long later = NOW_MS + 600_000;

      each.networks.advance(later);

      assertEquals(List.of("keeping a network up to date: as the test demands"), each.link.errors);
      assertEquals(
          1,
          each.link.sent.stream().filter(at -> at.verb() == Verb.NETWORK_CONFIG_REQUEST).count());
      assertNothingIsDue(each.networks, later);
    }
  }

  @Test
  void stopsGatheringMembersAfterAnError() {
    network.join();
    network.send(arpRequest());
    link.failing.add(JoinedNetwork.CONTROLLER.address());
    long later = NOW_MS + 1_000;

    network.networks.advance(later);

    assertErrors("gathering the members of a group");
    assertNothingIsDue(network.networks, later);
  }

  /** A deadline that stays in the past would keep a CPU busy. */
  private static void assertNothingIsDue(Networks networks, long nowMs) {
    var deadlines = new Deadlines();
    networks.updateDeadlines(deadlines);
    for (Deadline deadline : Deadline.values()) {
      assertTrue(!deadlines.isDue(deadline, nowMs), () -> deadline + " stays due");
    }
  }

  private static byte[] arpRequest() {
    return new WireWriter()
        .mac(Macs.BROADCAST)
        .mac(ALICES_MAC)
        .u16(EtherTypes.ARP)
        .u16(1)
        .u16(EtherTypes.IPV4)
        .u8(6)
        .u8(4)
        .u16(1)
        .bytes(new byte[16])
        .u32(0x0a01_0002L)
        .toByteArray();
  }
}
