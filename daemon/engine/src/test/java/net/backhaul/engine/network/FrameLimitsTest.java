// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine.network;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import net.backhaul.engine.Drop;
import net.backhaul.protocol.ethernet.Macs;
import net.backhaul.protocol.ethernet.MulticastGroup;
import net.backhaul.protocol.message.Verb;
import net.backhaul.protocol.network.NetworkConfig;
import net.backhaul.protocol.packet.WireWriter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Limits of frames that no recording reaches (03 sections 6.3, 6.4 and 7.4). */
class FrameLimitsTest {
  private static final long UNKNOWN_MAC = 0x06_00_00_00_00_07L;

  private final RecordingOutput output = new RecordingOutput();
  private final JoinedNetwork network = new JoinedNetwork(output);

  private void join(int bridges) {
    for (long bridge = 1; bridge <= bridges; bridge++) {
      network.controller.specialists.add(bridge | NetworkConfig.ACTIVE_BRIDGE);
    }
    network.join();
  }

  @ParameterizedTest
  @CsvSource({"1, 1", "32, 32", "33, 32", "256, 32"})
  void sendsUnknownDestinationToLimitedBridges(int bridges, int recipients) {
    join(bridges);

    network.send(JoinedNetwork.frame(UNKNOWN_MAC, JoinedNetwork.ALICES_MAC, new byte[60]));

    assertEquals(
        recipients,
        network.link.sent.stream()
            .filter(sent -> sent.verb() == Verb.EXT_FRAME)
            .map(RecordingLink.Sent::to)
            .distinct()
            .count());
  }

  @ParameterizedTest
  @CsvSource({"2800, true", "2801, false", "9900, false"})
  void deliversFramesUpToTheMtu(int bytes, boolean delivered) {
    join(0);
    byte[] payload =
        new WireWriter().u64(JoinedNetwork.ID).u16(0x0800).bytes(new byte[bytes]).toByteArray();

    network.receive(Verb.FRAME, payload);

    assertTrue(bytes > JoinedNetwork.MTU_BYTES != delivered);
    assertEquals(delivered ? 1 : 0, output.frames.size());
    assertEquals(delivered ? null : 1, network.link.drops.get(Drop.FRAME_TOO_LONG));
  }

  @Test
  void doesNotStoreOwnAddressAsGroupMember() {
    var groups = new MulticastGroups(network.link);
    var group = new MulticastGroup(Macs.BROADCAST, 7);

    assertFalse(
        groups.add(JoinedNetwork.ID, group, JoinedNetwork.ALICE.address(), JoinedNetwork.NOW_MS));
    assertTrue(groups.isEmpty());
    assertTrue(
        groups.add(JoinedNetwork.ID, group, JoinedNetwork.BOB.address(), JoinedNetwork.NOW_MS));
    assertEquals(1, groups.size());
  }
}
