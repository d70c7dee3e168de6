// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine.peer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetSocketAddress;
import java.util.HashSet;
import java.util.Set;
import net.backhaul.engine.BondPolicy;
import net.backhaul.engine.BondPolicy.Base;
import net.backhaul.engine.BondingOptions;
import net.backhaul.engine.DatagramRun;
import net.backhaul.engine.NodeOptions;
import net.backhaul.protocol.message.Verb;
import net.backhaul.protocol.packet.Packets;
import net.backhaul.testing.AllocationMeter;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Sending frames to a bonded peer allocates nothing. */
@Tag("alone")
class BondAllocationTest {
  private static final long START_MS = 1_700_000_000_000L;
  private static final int FRAME_BYTES = 1_300;
  private static final int FLOWS = 300;

  /** Records where datagrams go. */
  private static final class Destinations extends RecordingOutput {
    final Set<InetSocketAddress> all = new HashSet<>();

    @Override
    public void sendDatagrams(DatagramRun run) {
      all.add(run.endpoint());
    }
  }

  private final Destinations output = new Destinations();
  private final Vl1 node = RecordedNodes.nodeA("planet", output, START_MS);
  private final byte[] packet = new byte[Packets.HEADER_BYTES + FRAME_BYTES];
  private final PacketRun run = new PacketRun();
  private int flow;

  @ParameterizedTest
  @EnumSource(Base.class)
  void sendsFrameWithoutAllocation(Base base) {
    Peer peer = RecordedNodes.addPeer(node, "B", RecordedNodes.endpoint("10.0.2.2/9993"), START_MS);
    var second = new Path(1, RecordedNodes.endpoint("10.0.3.2/9993"));
    second.lastInMs = START_MS;
    second.lastValidMs = START_MS;
    peer.addPath(second, START_MS);
    peer.lastPathPushSentMs = START_MS;
    node.options(
        NodeOptions.DEFAULT.withBonding(new BondingOptions(BondPolicy.of(base))), START_MS);
    assertNotNull(peer.bond);
    output.all.clear();

    long bytes =
        AllocationMeter.bytesPerRun(
            () -> {
              flow = (flow + 1) % FLOWS;
              run.to(peer.address, Verb.FRAME).flow(FlowTable.mix(flow));
              node.send(run.wrapPayload(packet, Packets.HEADER_BYTES, FRAME_BYTES), START_MS);
            });

    assertEquals(0, bytes);
    boolean isSpread = base != Base.ACTIVE_BACKUP;
    assertEquals(isSpread ? 2 : 1, output.all.size());
    assertTrue(peer.counters.sent > FLOWS);
  }
}
