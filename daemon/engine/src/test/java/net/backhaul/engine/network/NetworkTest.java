// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine.network;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.charset.StandardCharsets;
import java.util.List;
import net.backhaul.protocol.ethernet.MulticastGroup;
import net.backhaul.protocol.identity.Identity;
import net.backhaul.protocol.network.NetworkConfig;
import org.junit.jupiter.api.Test;

class NetworkTest {
  private static final Identity CONTROLLER = Vectors.identities().get("controller");
  private static final Identity ALICE = Vectors.identities().get("alice");
  private static final long NETWORK_ID = CONTROLLER.address() << 24 | 1;
  private static final long NOW_MS = 1_700_000_000_000L;
  private static final MulticastGroup ONE = new MulticastGroup(0x3333_0000_0001L, 0);
  private static final MulticastGroup OTHER = new MulticastGroup(0x3333_0000_0002L, 0);

  private final Network network = new Network(NETWORK_ID, ALICE.address(), NOW_MS);

  private static Policy policy(String more) {
    String text =
        String.format("v=7\nnwid=%016x\nid=%010x\nt=1\n%s", NETWORK_ID, ALICE.address(), more);
    NetworkConfig config = NetworkConfig.decode(text.getBytes(StandardCharsets.UTF_8));
    return new Policy(config, ALICE.address());
  }

  @Test
  void aGroupThatIsNamedTwiceHidesNoneThatIsGone() {
    network.subscribe(List.of(ONE, OTHER));

    network.subscribe(List.of(ONE, ONE));

    assertEquals(List.of(ONE), List.copyOf(network.announcedGroups()));
  }

  @Test
  void theMulticastLimitIsUnsigned() {
    assertEquals(32, policy("ml=20").multicastLimit);
    assertEquals(Integer.MAX_VALUE, policy("ml=ffffffff").multicastLimit);
  }
}
