// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine.network;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import java.util.Random;
import net.backhaul.engine.Drop;
import net.backhaul.engine.FrameBatch;
import net.backhaul.protocol.ethernet.Macs;
import net.backhaul.protocol.ethernet.MulticastGroup;
import net.backhaul.protocol.identity.Identity;
import net.backhaul.protocol.message.Verb;
import net.backhaul.protocol.network.MembershipCertificate;
import net.backhaul.protocol.network.NetworkConfig;
import net.backhaul.protocol.packet.WireWriter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Limits of frames that no recording reaches (03 sections 6.3, 6.4 and 7.4). */
class FrameLimitsTest {
  private static final Identity CONTROLLER = RecordedIdentities.all().get("controller");
  private static final Identity ALICE = RecordedIdentities.all().get("alice");
  private static final Identity BOB = RecordedIdentities.all().get("bob");
  private static final long NETWORK_ID = CONTROLLER.address() << 24 | 1;
  private static final long UNKNOWN_MAC = 0x06_00_00_00_00_07L;
  private static final long NOW_MS = 1_700_000_000_000L;
  private static final int MTU_BYTES = 2_800;

  private final RecordingLink link = new RecordingLink(ALICE);
  private final RecordingOutput output = new RecordingOutput();
  private final Networks networks =
      new Networks(new NodeContext(link, output, new Random(1)), null, Map.of(), NOW_MS);

  private void join(int bridges) {
    link.known.put(CONTROLLER.address(), CONTROLLER);
    link.known.put(BOB.address(), BOB);
    var controller = new TestController(CONTROLLER, NETWORK_ID);
    for (long bridge = 1; bridge <= bridges; bridge++) {
      controller.specialists.add(bridge | NetworkConfig.ACTIVE_BRIDGE);
    }
    networks.join(NETWORK_ID, NOW_MS);
    networks.exchange.apply(
        networks.networks.get(NETWORK_ID), controller.config(ALICE, NOW_MS), false, NOW_MS);
    link.sent.clear();
  }

  @ParameterizedTest
  @CsvSource({"1, 1", "32, 32", "33, 32", "256, 32"})
  void sendsUnknownDestinationToLimitedBridges(int bridges, int recipients) {
    join(bridges);
    byte[] frame =
        new WireWriter()
            .mac(UNKNOWN_MAC)
            .mac(Macs.of(ALICE.address(), NETWORK_ID))
            .u16(0x0800)
            .bytes(new byte[60])
            .toByteArray();
    var batch = new FrameBatch(12_000);
    System.arraycopy(frame, 0, batch.bytes(), batch.nextStart(), frame.length);
    batch.add(frame.length);

    networks.sendFrames(NETWORK_ID, batch, NOW_MS);

    assertEquals(
        recipients,
        link.sent.stream()
            .filter(sent -> sent.verb() == Verb.EXT_FRAME)
            .map(RecordingLink.Sent::to)
            .distinct()
            .count());
  }

  @ParameterizedTest
  @CsvSource({"2800, true", "2801, false", "9900, false"})
  void deliversFramesUpToTheMtu(int bytes, boolean delivered) {
    join(0);
    networks.credentials.accept(
        MembershipCertificate.issue(CONTROLLER, NETWORK_ID, NOW_MS, TestController.WINDOW_MS, BOB),
        BOB.address(),
        NOW_MS);
    byte[] payload =
        new WireWriter().u64(NETWORK_ID).u16(0x0800).bytes(new byte[bytes]).toByteArray();

    networks.receive(link.packet(BOB, 7, Verb.FRAME, payload, NOW_MS), Verb.FRAME);

    assertTrue(bytes > MTU_BYTES != delivered);
    assertEquals(delivered ? 1 : 0, output.frames.size());
    assertEquals(delivered ? null : 1, link.drops.get(Drop.FRAME_TOO_LONG));
  }

  @Test
  void doesNotStoreOwnAddressAsGroupMember() {
    var groups = new MulticastGroups(link);
    var group = new MulticastGroup(Macs.BROADCAST, 7);

    assertFalse(groups.add(NETWORK_ID, group, ALICE.address(), NOW_MS));
    assertTrue(groups.isEmpty());
    assertTrue(groups.add(NETWORK_ID, group, BOB.address(), NOW_MS));
    assertEquals(1, groups.size());
  }
}
