// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import net.backhaul.json.Json;
import net.backhaul.testing.Await;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Bonds between daemons on hosts of their own with two links each. The limit is more than what is
 * aimed at, one second, since machines that run tests are busy.
 */
class BondHostsTest {
  private static final long LIMIT_MS = 3_000;
  private static final long FIRST_REPLY_MS = 60_000;
  private static final String SETTINGS =
      """
      {"settings": {"portMappingEnabled": false, "allowSecondaryPort": false%s}}
      """;
  private static final String BACKUP = ", \"defaultBondingPolicy\": \"active-backup\"";

  @TempDir Path directory;
  private List<NamespaceNode> nodes = List.of();
  private @Nullable EchoPair pair;
  private NamespaceNode alice;
  private NamespaceNode bob;

  @AfterEach
  void stop() {
    if (pair != null) {
      pair.close();
    }
    nodes.forEach(NamespaceNode::close);
  }

  private void start(String aliceSettings, String bobSettings) throws Exception {
    RequiredProgram.assume("nft");
    nodes = NamespaceNode.create(directory, 3);
    NamespaceNode controller = nodes.getFirst();
    alice = nodes.get(1);
    bob = nodes.get(2);
    controller.ip("link", "add", "second", "type", "bridge");
    controller.ip("link", "set", "second", "up");
    addSecondLink(controller, alice, 2);
    addSecondLink(controller, bob, 3);
    Files.writeString(alice.home().resolve("local.conf"), SETTINGS.formatted(aliceSettings));
    Files.writeString(bob.home().resolve("local.conf"), SETTINGS.formatted(bobSettings));
    NamespaceNode.start(nodes, 1);
    pair = new EchoPair(nodes);
    assertTrue(pair.msToReply(FIRST_REPLY_MS) < FIRST_REPLY_MS);
    Await.until(() -> aliveLinks() == 2);
  }

  private static void addSecondLink(NamespaceNode controller, NamespaceNode member, int host)
      throws IOException {
    String peer = "second" + host;
    controller.ip("link", "add", peer, "type", "veth", "peer", "name", "eth1");
    controller.ip("link", "set", "eth1", "netns", "/proc/" + member.namespace() + "/ns/net");
    controller.ip("link", "set", peer, "master", "second", "up");
    member.ip("address", "add", "10.8.0." + host + "/24", "dev", "eth1");
    member.ip("link", "set", "eth1", "up");
  }

  private static Map<?, ?> bond(NamespaceNode of, NamespaceNode to) {
    try {
      return (Map<?, ?>) Json.parse(of.request("GET", "/peer/" + to.address(), ""));
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  private int aliveLinks() {
    return bond(alice, bob).get("numAliveLinks") instanceof Number alive ? alive.intValue() : 0;
  }

  /** Returns the interface that Alice uses. */
  private String used() {
    for (Object each : (List<?>) bond(alice, bob).get("paths")) {
      var path = (Map<?, ?>) each;
      if (Boolean.TRUE.equals(path.get("preferred"))) {
        return (String) path.get("ifname");
      }
    }
    throw new AssertionError("no path is preferred");
  }

  private void dropSilently(String device) throws Exception {
    for (NamespaceNode member : List.of(alice, bob)) {
      member.nft("add table ip t");
      member.nft("add chain ip t in { type filter hook prerouting priority -500; }");
      member.nft("add rule ip t in iifname " + device + " drop");
    }
  }

  private void stopDropping() throws Exception {
    for (NamespaceNode member : List.of(alice, bob)) {
      member.nft("delete table ip t");
    }
  }

  private void assertGap(EchoPair.Conversation measured, String what) {
    assertTrue(measured.longestGapMs() <= LIMIT_MS, () -> what + ": " + measured);
    System.out.println(what + ": " + measured);
  }

  @Test
  void trafficContinuesOverTheOtherLink() throws Exception {
    start(BACKUP, BACKUP);
    assertEquals("active-backup", bond(alice, bob).get("bondingPolicyStr"));
    String first = used();
    EchoPair.Conversation silent =
        pair.converse(
            5_000,
            () -> {
              dropSilently(first);
              return null;
            });
    assertGap(silent, "a link that dies silently");
    assertNotEquals(first, used());
    stopDropping();
    Await.until(() -> aliveLinks() == 2);

    String second = used();
    EchoPair.Conversation down =
        pair.converse(
            5_000,
            () -> {
              alice.ip("link", "set", second, "down");
              return null;
            });
    assertGap(down, "a link that goes down");
    assertNotEquals(second, used());
    alice.ip("link", "set", second, "up");
    pair.converse(3_000);
    Await.until(() -> aliveLinks() == 2);
  }

  /** The other end has one path at a time, as the reference by default. */
  @Test
  void peerWithoutBondIsReached() throws Exception {
    start(BACKUP, "");
    // The reference sends over a dead link for much longer than ours.
    boolean isOurs = bob.programs() == null;
    long limitMs = isOurs ? 2 * LIMIT_MS : 16_000;
    for (int i = 0; i < 2; i++) {
      String first = used();
      EchoPair.Conversation silent =
          pair.converse(
              isOurs ? 6_000 : 20_000,
              () -> {
                dropSilently(first);
                return null;
              });
      assertTrue(silent.longestGapMs() <= limitMs, silent::toString);
      System.out.println("a peer without a bond: " + silent);
      stopDropping();
      Await.until(() -> aliveLinks() == 2);
    }
  }

  @Test
  void commandLineShowsAndRotatesBond() throws Exception {
    start(BACKUP, BACKUP);

    String list = alice.cli("bond", "list");
    assertTrue(list.contains(bob.address()) && list.contains("active-backup"), list);
    assertTrue(list.contains("2/2"), list);
    String shown = alice.cli("bond", bob.address(), "show");
    assertTrue(shown.contains("eth0") && shown.contains("eth1"), shown);
    String before = used();
    assertEquals("0\n200 rotate OK\n", alice.cli("bond", bob.address(), "rotate"));
    assertNotEquals(before, used());
    String remote = used().equals("eth0") ? "10.9.0.3" : "10.8.0.3";
    assertEquals("0\n200 setmtu OK\n", alice.cli("bond", "setmtu", "1300", used(), remote));
    assertTrue(alice.cli("bond", "setmtu", "1300", "eth9", remote).contains("find specified link"));
  }
}
