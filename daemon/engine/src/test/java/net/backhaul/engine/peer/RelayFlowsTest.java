// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine.peer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import net.backhaul.engine.DatagramRun;
import net.backhaul.engine.Traffic;
import net.backhaul.protocol.message.Nop;
import net.backhaul.protocol.packet.FragmentView;
import org.junit.jupiter.api.Test;

/** What a root relays to one node shares its socket by sender. */
class RelayFlowsTest {
  private static final long START_MS = 1_700_000_000_000L;
  private static final InetSocketAddress AT_X = RecordedNodes.endpoint("10.0.8.8/9993");

  /** As many as the queues of a socket among which flows are divided. */
  private static final int QUEUES = 256;

  private final List<Integer> flows = new ArrayList<>();
  private final List<Traffic> traffics = new ArrayList<>();
  private final Vl1 root = RecordedNodes.nodeA("planet-root-A", new FlowRecorder(), START_MS);

  private final class FlowRecorder extends RecordingOutput {
    @Override
    public void sendDatagrams(DatagramRun run) {
      if (run.endpoint().equals(AT_X)) {
        flows.add(run.flow());
        traffics.add(run.traffic());
      }
    }
  }

  RelayFlowsTest() {
    root.attach(new NoHandler());
    RecordedNodes.addPeer(root, "X", AT_X, START_MS);
  }

  private int relayedPacket(String from) {
    byte[] packet = Datagrams.sealed("B", "X", new Nop());
    return relayed(from, packet);
  }

  private int relayedFragment(String from) {
    byte[] fragment = new byte[200];
    FragmentView.writeHeader(fragment, 0, 5, RecordedNodes.identity("X").address(), 3, 2);
    return relayed(from, fragment);
  }

  private int relayed(String from, byte[] datagram) {
    flows.clear();
    Datagrams.receive(root, RecordedNodes.endpoint(from), datagram, START_MS);
    assertEquals(1, flows.size());
    assertEquals(Traffic.DATA, traffics.getLast());
    return flows.getFirst();
  }

  @Test
  void separatesSenders() {
    int flow = relayedPacket("10.0.2.2/9993");

    assertNotEquals(flow, relayedPacket("10.0.2.3/9993"));
    assertNotEquals(flow, relayedPacket("10.0.3.2/9993"));
    assertNotEquals(flow, relayedPacket("10.0.2.2/9994"));
    assertNotEquals(flow, relayedPacket("2001:db8::2/9993"));
  }

  @Test
  void keepsPacketsAndFragmentsOfOneSenderTogether() {
    int flow = relayedPacket("10.0.2.2/9993");

    assertEquals(flow, relayedFragment("10.0.2.2/9993"));
    assertEquals(flow, relayedPacket("10.0.2.2/9993"));
  }

  @Test
  void dividesNeighboursAmongQueues() {
    for (String format : List.of("10.0.2.%d/9993", "10.0.%d.2/9993", "10.%d.2.2/9993")) {
      Set<Integer> queues = new HashSet<>();
      for (int i = 0; i < 64; i++) {
        queues.add(relayedFragment(String.format(format, i)) & (QUEUES - 1));
      }
      assertTrue(queues.size() > 48, format + ": " + queues.size() + " queues for 64 senders");
    }
  }
}
