// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine.network;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.backhaul.engine.StateKey;
import net.backhaul.protocol.address.IpPrefix;
import net.backhaul.protocol.ethernet.MulticastGroup;
import net.backhaul.protocol.identity.Identity;
import net.backhaul.protocol.network.DictionaryWriter;
import net.backhaul.protocol.network.NetworkConfig;
import net.backhaul.protocol.packet.WireWriter;
import org.junit.jupiter.api.Test;

class NetworkTest {
  private static final Identity CONTROLLER = RecordedIdentities.all().get("controller");
  private static final Identity ALICE = RecordedIdentities.all().get("alice");
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
  void detectsAnUnsubscribedGroupBesideARepeatedOne() {
    network.subscribe(List.of(ONE, OTHER));

    network.subscribe(List.of(ONE, ONE));

    assertEquals(List.of(ONE), List.copyOf(network.announcedGroups()));
  }

  @Test
  void readsTheMulticastLimitAsUnsigned() {
    assertEquals(32, policy("ml=20").multicastLimit);
    assertEquals(Integer.MAX_VALUE, policy("ml=ffffffff").multicastLimit);
  }

  @Test
  void excludesDefaultRoutesFromManagedAddresses() {
    var dictionary = new DictionaryWriter(1_000);
    dictionary.addU64("v", 7);
    dictionary.addU64("nwid", NETWORK_ID);
    dictionary.addAddress("id", ALICE.address());
    var addresses = new WireWriter();
    IpPrefix.parse("10.1.1.1/0").writeTo(addresses);
    IpPrefix.parse("10.2.2.2/16").writeTo(addresses);
    dictionary.add("I", addresses.toByteArray());
    var saved = Map.of(new StateKey(StateKey.Kind.NETWORK, NETWORK_ID), dictionary.toByteArray());

    var networks =
        new Networks(
            new NodeContext(new RecordingLink(ALICE), new RecordingOutput(), new Random(1)),
            null,
            saved,
            NOW_MS);

    assertTrue(networks.isManagedAddress(IpPrefix.parse("10.2.7.7").address()));
    assertFalse(networks.isManagedAddress(IpPrefix.parse("192.0.2.1").address()));
  }
}
