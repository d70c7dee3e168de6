// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine.peer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.backhaul.crypto.KeyPair;
import net.backhaul.engine.Drop;
import net.backhaul.engine.HelloCheck;
import net.backhaul.engine.NodeOptions;
import net.backhaul.engine.StateKey;
import net.backhaul.protocol.identity.Addresses;
import net.backhaul.protocol.identity.Identity;
import net.backhaul.protocol.message.Verb;
import net.backhaul.protocol.packet.PacketCipher;
import net.backhaul.protocol.packet.PacketView;
import net.backhaul.protocol.packet.Packets;
import net.backhaul.protocol.packet.WireWriter;
import org.junit.jupiter.api.Test;

/** HELLOs of unknown nodes, whose identities are checked on other threads. */
class PendingHellosTest {
  private static final long START_MS = 1_700_000_000_000L;

  private final Random random = new Random(1);
  private final List<HelloCheck> requested = new ArrayList<>();
  private final RecordingOutput output =
      new RecordingOutput() {
        @Override
        public IdentityChecker identityChecker() {
          return requested::add;
        }
      };
  private final Identity self = RecordedNodes.identity("A");
  private final Vl1 node =
      new Vl1(
          self,
          NodeOptions.DEFAULT,
          output,
          new Random(2),
          Map.of(new StateKey(StateKey.Kind.PLANET, 0), RecordedNodes.world("planet")),
          START_MS);
  private final int peersAtStart = node.peers.all().size();

  /** Makes an identity whose address does not derive from its key. */
  private Identity invalid() {
    KeyPair pair = KeyPair.generate(random);
    HexFormat hex = HexFormat.of();
    return Identity.parse(
        Addresses.text(0x1000000000L + random.nextInt(Integer.MAX_VALUE))
            + ":0:"
            + hex.formatHex(pair.publicKey())
            + ":"
            + hex.formatHex(pair.privateKey()));
  }

  private byte[] hello(Identity from) {
    var payload = new WireWriter();
    payload.u8(12).u8(1).u8(14).u16(1).u64(START_MS);
    from.writeTo(payload);
    byte[] packet = new byte[Packets.HEADER_BYTES + payload.size()];
    System.arraycopy(payload.array(), 0, packet, Packets.HEADER_BYTES, payload.size());
    PacketView.writeHeader(
        packet, 0, random.nextLong(), self.address(), from.address(), Verb.HELLO.number());
    PacketCipher.of(from.agree(self).orElseThrow())
        .seal(Packets.SUITE_POLY, packet, 0, packet.length);
    return packet;
  }

  private static InetSocketAddress source(int number) {
    return RecordedNodes.endpoint(
        "20." + number / 250 % 250 + "." + number % 250 + ".1/" + (1 + number / 62_500));
  }

  private void receive(InetSocketAddress from, byte[] hello, long nowMs) {
    Datagrams.receive(node, from, hello.clone(), nowMs);
  }

  /** Runs the checks that were requested, in order, and what follows from them. */
  private int runChecks(boolean valid, long nowMs) {
    int run = 0;
    while (!requested.isEmpty()) {
      HelloCheck check = requested.removeFirst();
      check.run(identity -> valid);
      node.identityChecked(check, nowMs);
      run++;
    }
    return run;
  }

  private long dropped(Drop reason) {
    return node.counters().dropped(reason);
  }

  @Test
  void boundsWhatFloodOfHellosFromForgedAddressesCosts() {
    int count = PendingHellos.MAX_PENDING + 300;
    Identity one = invalid();
    byte[] hello = hello(one);
    var view = new PacketView();
    for (int i = 0; i < count; i++) { // Of other nodes, as far as can be known without a check.
      long address = 0x1000000000L + i;
      byte[] other = hello.clone();
      view.wrap(other, 0, other.length);
      PacketView.writeHeader(other, 0, i, self.address(), address, Verb.HELLO.number());
      new WireWriter().address(address);
      System.arraycopy(
          new WireWriter().address(address).toByteArray(), 0, other, Packets.HEADER_BYTES + 13, 5);
      receive(source(i), other, START_MS + i / 10);
    }

    assertEquals(PendingHellos.MAX_CHECKS, requested.size());
    assertEquals(PendingHellos.MAX_PENDING, node.pendingInbound());
    assertEquals(300, dropped(Drop.RATE_LIMITED));
    assertEquals(PendingHellos.MAX_PENDING, runChecks(true, START_MS + 500));
    assertEquals(PendingHellos.MAX_PENDING, dropped(Drop.BAD_MAC));
    assertEquals(0, node.pendingInbound());
    assertEquals(List.of(), output.datagrams);
    assertEquals(peersAtStart, node.peers.all().size());
  }

  @Test
  void answersNoInvalidIdentity() {
    for (int i = 0; i < 50; i++) {
      receive(source(i), hello(invalid()), START_MS);
    }

    assertEquals(50, runChecks(false, START_MS + 100));
    assertEquals(50, dropped(Drop.INVALID_IDENTITY));
    assertEquals(List.of(), output.datagrams);
    assertEquals(peersAtStart, node.peers.all().size());
  }

  @Test
  void answersLatestHelloOfIdentityAfterOneCheck() {
    Identity one = invalid();
    for (int i = 0; i < 20; i++) {
      receive(source(i), hello(one), START_MS + 10 * i);
    }

    assertEquals(1, runChecks(true, START_MS + 300));
    assertNotNull(node.peers.get(one.address()));
    assertTrue(output.datagrams.size() <= 2, "OK, and perhaps a HELLO to confirm the path");
    assertTrue(output.datagrams.stream().allMatch(each -> each.to().equals(source(19))));
    receive(source(20), hello(one), START_MS + 400);
    assertEquals(0, requested.size());
  }

  @Test
  void checksLaterHelloWhereAnEarlierOneWasForged() {
    Identity one = invalid();
    byte[] forged = hello(one);
    forged[30] ^= 1;
    receive(source(1), forged, START_MS);
    receive(source(2), hello(one), START_MS + 1);

    runChecks(true, START_MS + 2);
    assertEquals(1, dropped(Drop.BAD_MAC));
    assertNotNull(node.peers.get(one.address()));
    assertEquals(source(2), output.datagrams.getFirst().to());
  }

  @Test
  void limitsChecksOfOneSource() {
    for (int i = 0; i < 100; i++) {
      receive(RecordedNodes.endpoint("20.1.1." + i + "/9993"), hello(invalid()), START_MS);
    }
    assertEquals(IdentityRateLimiter.BURST, node.pendingInbound());
    assertEquals(100 - IdentityRateLimiter.BURST, dropped(Drop.RATE_LIMITED));

    receive(source(1_000), hello(invalid()), START_MS);
    assertEquals(IdentityRateLimiter.BURST + 1, runChecks(true, START_MS + 1));
  }

  @Test
  void dropsHelloThatWasNotCheckedInTime() {
    Identity last = invalid();
    for (int i = 0; i < PendingHellos.MAX_CHECKS; i++) {
      receive(source(i), hello(invalid()), START_MS);
    }
    receive(source(100), hello(last), START_MS);

    assertEquals(
        PendingHellos.MAX_CHECKS, runChecks(true, START_MS + PendingHellos.MAX_AGE_MS + 1));
    assertNull(node.peers.get(last.address()));
    assertEquals(1, dropped(Drop.PENDING_EXPIRED));
    assertEquals(0, node.pendingInbound());
  }

  @Test
  void ignoresCheckThatItHasNotRequested() {
    Identity one = invalid();
    var check = new HelloCheck(self, one, hello(one));
    check.run(identity -> true);
    node.identityChecked(check, START_MS);

    assertNull(node.peers.get(one.address()));
    assertEquals(List.of(), output.datagrams);
  }
}
