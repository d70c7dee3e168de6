// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import net.backhaul.engine.Drop;
import net.backhaul.engine.HelloCheck;
import net.backhaul.protocol.identity.Identity;
import net.backhaul.protocol.message.Verb;
import net.backhaul.protocol.packet.PacketCipher;
import net.backhaul.protocol.packet.PacketView;
import net.backhaul.protocol.packet.Packets;
import net.backhaul.protocol.packet.WireWriter;
import org.junit.jupiter.api.Test;

/** The threads that check identities. */
class IdentityChecksTest {
  private static final Identity SELF = Identity.generate(new Random(1));
  private static final Identity OTHER = Identity.generate(new Random(2));

  private static HelloCheck check(boolean authentic) {
    var payload = new WireWriter();
    OTHER.writeTo(payload);
    byte[] packet = new byte[Packets.HEADER_BYTES + payload.size()];
    System.arraycopy(payload.array(), 0, packet, Packets.HEADER_BYTES, payload.size());
    PacketView.writeHeader(packet, 0, 7, SELF.address(), OTHER.address(), Verb.HELLO.number());
    PacketCipher.of(OTHER.agree(SELF).orElseThrow())
        .seal(Packets.SUITE_POLY, packet, 0, packet.length);
    packet[40] ^= (byte) (authentic ? 0 : 1);
    return new HelloCheck(SELF, OTHER.withoutPrivateKey(), packet);
  }

  @Test
  void checksOnOtherThreads() throws InterruptedException {
    Set<String> threads = ConcurrentHashMap.newKeySet();
    List<HelloCheck> all = List.of(check(true), check(false), check(true), check(false));
    var results = new CountDownLatch(all.size());
    try (var checks = new IdentityChecks()) {
      for (HelloCheck each : all) {
        checks.run(
            each,
            result -> {
              threads.add(Thread.currentThread().getName());
              results.countDown();
            });
      }
      assertTrue(results.await(60, TimeUnit.SECONDS));
    }

    assertNull(all.get(0).failure());
    assertEquals(Drop.BAD_MAC, all.get(1).failure());
    assertNull(all.get(2).failure());
    assertTrue(threads.stream().allMatch(name -> name.startsWith("identity")), threads::toString);
  }

  @Test
  void ignoresChecksAfterClose() {
    var checks = new IdentityChecks();
    checks.close();
    HelloCheck late = check(true);
    checks.run(late, result -> {});

    assertEquals(Drop.INTERNAL_ERROR, late.failure());
  }

  @Test
  void restsHalfOfTheTimeAfterLongWork() {
    try (var checks = new IdentityChecks()) {
      long nowMs = 1_000_000;
      assertEquals(0, checks.restMs(25, nowMs));
      long endMs = nowMs + IdentityChecks.MAX_BUSY_MS - 25;
      while (nowMs < endMs) {
        nowMs += 25;
        assertEquals(0, checks.restMs(25, nowMs));
      }
      nowMs += 25;
      assertEquals(25, checks.restMs(25, nowMs));
      nowMs += 2_000;
      assertEquals(0, checks.restMs(25, nowMs));
    }
  }
}
