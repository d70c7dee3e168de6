// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine.network;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.backhaul.engine.Drop;
import net.backhaul.protocol.ethernet.MulticastGroup;
import net.backhaul.protocol.identity.Identity;
import net.backhaul.protocol.message.MulticastFrame;
import net.backhaul.protocol.message.Verb;
import net.backhaul.protocol.packet.Bytes;
import org.junit.jupiter.api.Test;

/** The limits of multicast groups are fair: per network, per member and per peer. */
class MulticastGroupsTest {
  private static final long NOW_MS = 1_700_000_000_000L;
  private static final Identity ALICE = RecordedIdentities.all().get("alice");
  private static final Identity BOB = RecordedIdentities.all().get("bob");
  private static final long PUBLIC = 1;
  private static final long OTHER = 2;
  private static final int FLOODERS = 64;

  private final RecordingLink link = new RecordingLink(ALICE);
  private final MulticastGroups groups = new MulticastGroups(link);

  private static MulticastGroup group(int number) {
    return new MulticastGroup(0x0100_0000_0000L | number, 0);
  }

  private static long flooder(int number) {
    return 0x10_0000_0000L + number;
  }

  /** Adds a member to as many groups of its own as it may be in, and to some more. */
  private void flood(long networkId, int number) {
    for (int i = 0; i < MulticastQuota.MAX_GROUPS_OF_MEMBER + 100; i++) {
      groups.add(networkId, group(number << 16 | i), flooder(number), NOW_MS);
    }
  }

  @Test
  void limitsTheGroupsOfAMember() {
    flood(PUBLIC, 0);

    assertEquals(MulticastQuota.MAX_GROUPS_OF_MEMBER, groups.size());
    assertEquals(100, link.drops.get(Drop.TOO_MANY_GROUPS));
  }

  /** A peer may announce groups and leave them again as fast as it can send. */
  @Test
  void removesGroupsWithTheirLastMember() {
    for (int i = 0; i < 10_000; i++) {
      groups.add(PUBLIC, group(i), BOB.address(), NOW_MS);
      groups.remove(PUBLIC, group(i), BOB.address());
    }

    assertTrue(groups.isEmpty());
  }

  @Test
  void keepsSpaceForOthersWhileManyMembersFillANetwork() {
    groups.add(PUBLIC, group(7), BOB.address(), NOW_MS);
    for (int i = 0; i < FLOODERS; i++) {
      flood(PUBLIC, i);
    }
    long late = 0x20_0000_0000L;

    for (int i = 0; i < 20; i++) {
      assertTrue(groups.add(PUBLIC, group(i), late, NOW_MS), "a member with few groups");
      assertTrue(groups.add(OTHER, group(i), late, NOW_MS), "another network");
    }
    assertTrue(groups.size() <= MulticastQuota.MAX_ENTRIES_OF_NETWORK + 20);
    MulticastGroups.Group known = groups.get(PUBLIC, group(7));
    assertNotNull(known);
    assertTrue(
        Map.of(BOB.address(), true, late, true).keySet().stream()
            .allMatch(member -> contains(known, member)),
        "neither an early nor a late member with few groups is evicted");
    assertTrue(link.drops.get(Drop.TOO_MANY_GROUPS) > 0);
  }

  private static boolean contains(MulticastGroups.Group group, long member) {
    return drawAll(group, new Random(1)).contains(member);
  }

  private static List<Long> drawAll(MulticastGroups.Group group, Random random) {
    var all = new ArrayList<Long>();
    for (int i = 0; i < group.memberCount(); i++) {
      all.add(group.drawMember(i, random));
    }
    return all;
  }

  @Test
  void drawsEachMemberOnceInRandomOrder() {
    var members = new ArrayList<Long>();
    for (int i = 0; i < 100; i++) {
      groups.add(PUBLIC, group(1), flooder(i), NOW_MS);
      members.add(flooder(i));
    }
    for (int i = 30; i < 60; i++) {
      groups.remove(PUBLIC, group(1), flooder(i));
      members.remove(flooder(i));
    }
    MulticastGroups.Group group = groups.get(PUBLIC, group(1));
    assertNotNull(group);
    var random = new Random(7);
    List<Long> first = drawAll(group, random);
    List<Long> second = drawAll(group, random);

    assertNotEquals(first, second);
    first.sort(null);
    second.sort(null);
    assertEquals(members, first);
    assertEquals(members, second);
  }

  /** A scan takes milliseconds for each entry of a packet, so this would take minutes. */
  @Test
  void evictsFromFullTableWithoutScanningIt() {
    for (int network = 1; network <= 4; network++) {
      for (int i = 0; i < MulticastQuota.MAX_ENTRIES_OF_NETWORK; i++) {
        groups.add(network, group(i), flooder(network << 20 | i / 2), NOW_MS);
      }
    }
    assertEquals(MulticastQuota.MAX_ENTRIES, groups.size());
    int added = 200_000;

    assertTimeoutPreemptively(
        Duration.ofSeconds(20),
        () -> {
          for (int i = 0; i < added; i++) {
            int network = i % 4 + 1;
            groups.add(network, group(0x100_0000 | i), flooder(0x1000_0000 | i), NOW_MS);
          }
        });

    assertEquals(MulticastQuota.MAX_ENTRIES, groups.size());
  }

  @Test
  void evictsOldestAnnouncementOfLargestMember() {
    for (int i = 0; i < MulticastQuota.MAX_ENTRIES_OF_NETWORK; i++) {
      groups.add(PUBLIC, group(i), flooder(i / MulticastQuota.MAX_GROUPS_OF_MEMBER), NOW_MS + i);
    }
    groups.add(PUBLIC, group(0), flooder(0), NOW_MS + 100_000);
    for (int i = 1; i < MulticastQuota.MAX_ENTRIES_OF_NETWORK; i++) {
      if (i / MulticastQuota.MAX_GROUPS_OF_MEMBER > 0) {
        groups.remove(PUBLIC, group(i), flooder(i / MulticastQuota.MAX_GROUPS_OF_MEMBER));
        groups.add(PUBLIC, group(i), flooder(0x1_0000 | i), NOW_MS);
      }
    }

    assertTrue(groups.add(PUBLIC, group(0), BOB.address(), NOW_MS + 100_001));

    MulticastGroups.Group refreshed = groups.get(PUBLIC, group(0));
    assertNotNull(refreshed);
    assertTrue(contains(refreshed, flooder(0)), "announced again");
    assertEquals(null, groups.get(PUBLIC, group(1)), "the oldest of the member with most groups");
    assertNotNull(groups.get(PUBLIC, group(2)));
  }

  @Test
  void keepsSpaceForOthersWhilePeersFillTheWholeTable() {
    for (int network = 10; network < 20; network++) {
      for (int i = 0; i < FLOODERS; i++) {
        flood(network, i);
      }
    }

    assertTrue(groups.size() > MulticastQuota.MAX_ENTRIES * 3 / 4, "" + groups.size());
    assertTrue(groups.size() <= MulticastQuota.MAX_ENTRIES, "" + groups.size());
    for (int i = 0; i < 500; i++) {
      assertTrue(groups.add(OTHER, group(i), BOB.address(), NOW_MS));
    }
    assertTrue(groups.size() <= MulticastQuota.MAX_ENTRIES);
  }

  @Test
  void limitsTheEntriesOfAPeerInAllNetworks() {
    for (int network = 1; network <= 2 * MulticastQuota.MAX_ENTRIES_OF_PEER; network++) {
      groups.add(network, group(1), BOB.address(), NOW_MS);
    }

    assertEquals(MulticastQuota.MAX_ENTRIES_OF_PEER, groups.size());
  }

  @Test
  void rejectsAMemberOfAFullNetworkThatHasAsManyGroupsAsOthers() {
    int members = MulticastQuota.MAX_ENTRIES_OF_NETWORK;
    for (int i = 0; i < members; i++) {
      assertTrue(groups.add(PUBLIC, group(1), flooder(i), NOW_MS));
    }

    assertFalse(groups.add(PUBLIC, group(1), flooder(members), NOW_MS));
    assertEquals(members, groups.size());
    assertTrue(groups.add(OTHER, group(1), flooder(members), NOW_MS));
  }

  @Test
  void expiresEverything() {
    for (int i = 0; i < FLOODERS; i++) {
      flood(PUBLIC, i);
    }
    groups.addPending(groups.toSend(PUBLIC, group(1)), frame());

    groups.expire(NOW_MS + MulticastGroups.MEMBER_LIFE_MS - 1);
    assertFalse(groups.isEmpty());
    groups.expire(NOW_MS + MulticastGroups.MEMBER_LIFE_MS);

    assertTrue(groups.isEmpty());
    assertEquals(0, groups.size());
    assertTrue(groups.add(PUBLIC, group(1), flooder(1), NOW_MS));
  }

  private static OutboundMulticast frame() {
    var message =
        new MulticastFrame(1, false, null, 1, 0, 0x0100_0000_0000L, 0, 0x0800, Bytes.EMPTY);
    return new OutboundMulticast(message, new byte[0], 1, NOW_MS);
  }

  @Test
  void limitsPendingFramesPerNetwork() {
    for (int i = 0; i < MulticastGroups.MAX_SENT_GROUPS_OF_NETWORK; i++) {
      groups.addPending(groups.toSend(PUBLIC, group(i)), frame());
    }
    assertTrue(
        groups.get(PUBLIC, group(MulticastGroups.MAX_PENDING_OF_NETWORK)).pending().isEmpty());
    int beyond = MulticastGroups.MAX_SENT_GROUPS_OF_NETWORK;
    groups.addPending(groups.toSend(PUBLIC, group(beyond)), frame());

    assertEquals(null, groups.get(PUBLIC, group(beyond)));
    assertEquals(1, link.drops.get(Drop.TOO_MANY_GROUPS));
    groups.addPending(groups.toSend(OTHER, group(1)), frame());
    assertEquals(1, groups.get(OTHER, group(1)).pending().size());
  }

  @Test
  void countsFramesWithoutRecipient() {
    groups.addPending(groups.toSend(PUBLIC, group(1)), frame());
    OutboundMulticast sent = frame();
    sent.mark(BOB.address());
    groups.addPending(groups.toSend(PUBLIC, group(2)), sent);

    groups.expire(NOW_MS + OutboundMulticast.LIFE_MS);

    assertEquals(1, link.drops.get(Drop.NO_RECIPIENT));
  }

  @Test
  void limitsLikesOfRandomNetworksOnARoot() {
    link.upstream = true;
    var output = new RecordingOutput();
    var networks =
        new Networks(new NodeContext(link, output, new Random(1)), null, Map.of(), NOW_MS);
    var random = new Random(1);
    byte[] payload = new byte[18 * 500];
    for (int i = 0; i < 20; i++) {
      random.nextBytes(payload);
      networks.receive(
          link.packet(BOB, 1, Verb.MULTICAST_LIKE, payload, NOW_MS), Verb.MULTICAST_LIKE);
    }

    assertEquals(MulticastQuota.MAX_ENTRIES_OF_PEER, networks.groups.size());
  }
}
