// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine.network;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashSet;
import java.util.HexFormat;
import java.util.Set;
import net.backhaul.engine.peer.PacketRun;
import net.backhaul.protocol.identity.Identity;
import net.backhaul.protocol.network.NetworkConfig;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Frames of one connection have one flow, others another. */
class FrameFlowTest {
  private static final Identity ALICE = RecordedIdentities.all().get("alice");
  private static final long AD_HOC = 0xff00_00ff_ff00_0000L;
  private static final long NOW_MS = 1_700_000_000_000L;
  private static final String MACS = "000102030405060708090a0b";

  private final FrameView view = new FrameView();

  FrameFlowTest() {
    long self = ALICE.address();
    NetworkConfig config = AdHocConfigs.configure(AD_HOC, self, NOW_MS).orElseThrow();
    view.begin(new Network(AD_HOC, self, NOW_MS), new Policy(config, self), NOW_MS);
  }

  private int flow(String frame) {
    byte[] bytes = HexFormat.of().parseHex(MACS + frame);
    view.wrapEthernet(bytes, 0, bytes.length);
    var packets = new PacketRun();
    view.classify(packets);
    return packets.flow();
  }

  private static String ipv4(String fragment, int protocol, int host, int port, String data) {
    return String.format(
        "0800450000640001%s40%02x00000a010001c0a801%02x%04x01bb%s",
        fragment, protocol, host, port, data);
  }

  private static String ipv6(int nextHeader, int host, int port, String data) {
    return String.format(
        "86dd600000000020%02x40fd000000000000000000000000000001fd0000000000000000000000000000%02x"
            + "%04x01bb%s",
        nextHeader, host, port, data);
  }

  @ParameterizedTest
  @ValueSource(ints = {6, 17})
  void separatesConnections(int protocol) {
    Set<Integer> flows = new HashSet<>();
    for (int host = 1; host <= 16; host++) {
      for (int port = 50_000; port < 50_016; port++) {
        int v4 = flow(ipv4("4000", protocol, host, port, "00".repeat(20)));
        assertEquals(v4, flow(ipv4("4000", protocol, host, port, "ff".repeat(40))));
        assertEquals(v4, flow("81000064" + ipv4("4000", protocol, host, port, "")));
        int v6 = flow(ipv6(protocol, host, port, "00".repeat(20)));
        assertEquals(v6, flow(ipv6(protocol, host, port, "ff".repeat(40))));
        flows.add(v4);
        flows.add(v6);
      }
    }
    assertEquals(2 * 16 * 16, flows.size());
    assertTrue(flows.stream().map(flow -> flow & 0xff).distinct().count() > 150);
  }

  @Test
  void keepsFragmentsOfADatagramTogether() {
    int first = flow(ipv4("2000", 17, 1, 50_000, "00".repeat(20)));

    assertEquals(first, flow(ipv4("20b9", 17, 1, 0x1234, "00".repeat(20))));
    assertNotEquals(first, flow(ipv4("2000", 17, 2, 50_000, "00".repeat(20))));
  }

  @Test
  void acceptsFramesThatAreNoIpPackets() {
    assertEquals(flow("0806" + "00".repeat(28)), flow("0806" + "11".repeat(28)));
    assertEquals(0, flow("0800" + "45".repeat(19)) - flow("0800" + "45".repeat(18)));
  }
}
