// SPDX-License-Identifier: Apache-2.0
package net.backhaul.simulation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import net.backhaul.protocol.address.Endpoints;
import org.junit.jupiter.api.Test;

/** Peers get the endpoints that a router has mapped to the sockets of a node (02 section 4.2). */
class MappedAddressTest extends ScenarioTest {
  private static final InetSocketAddress MAPPED = Endpoints.parse("192.88.99.77/24000");

  private final List<Long> probes = new ArrayList<>();

  private void startAndPing() {
    startMembers();
    internet.observe(
        (from, to, bytes, nowMs) -> {
          if (from.equals(bob.endpoint()) && to.equals(MAPPED)) {
            probes.add(nowMs);
          }
        });
    ping(alice, bob, AD_HOC, 15, 1_000);
    assertEquals(List.of(), probes);
  }

  @Test
  void pushesMappedAddressToPeersAtOnce() {
    startAndPing();
    long mappedMs = internet.nowMs();

    alice.running().mappedAddresses(List.of(MAPPED), mappedMs);
    ping(alice, bob, AD_HOC, 2, 1_000);

    assertTrue(!probes.isEmpty() && probes.getFirst() < mappedMs + 2_000, probes::toString);
  }

  @Test
  void pushesNoAddressThatIsNoLongerMapped() {
    startAndPing();

    alice.running().mappedAddresses(List.of(MAPPED), internet.nowMs());
    alice.running().mappedAddresses(List.of(), internet.nowMs());
    ping(alice, bob, AD_HOC, 150, 1_000);

    assertEquals(List.of(), probes);
  }
}
