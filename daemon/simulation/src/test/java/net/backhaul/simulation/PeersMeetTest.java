// SPDX-License-Identifier: Apache-2.0
package net.backhaul.simulation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Random;
import net.backhaul.crypto.KeyPair;
import net.backhaul.engine.Drop;
import net.backhaul.engine.StateKey;
import net.backhaul.protocol.message.ExtFrame;
import net.backhaul.protocol.message.Message;
import net.backhaul.protocol.packet.Bytes;
import net.backhaul.protocol.packet.WireWriter;
import net.backhaul.protocol.world.World;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PeersMeetTest {
  private static final Message FRAME =
      new ExtFrame(1, 0, null, 2, 3, 0x0800, Bytes.of(new byte[100]));
  private static final Message LONG_FRAME =
      new ExtFrame(1, 0, null, 2, 3, 0x0800, Bytes.of(new byte[2_800]));

  private SimulatedInternet internet = new SimulatedInternet(1);
  private SimulatedHost root = internet.host("192.88.99.1");

  private SimulatedHost started(SimulatedHost host) {
    var signer = KeyPair.generate(new Random(5));
    var planet =
        World.make(
            World.Type.PLANET,
            77,
            1,
            signer.publicKey(),
            List.of(new World.Root(root.identity().withoutPrivateKey(), List.of(root.endpoint()))),
            signer);
    var bytes = new WireWriter();
    planet.writeTo(bytes);
    return host.save(new StateKey(StateKey.Kind.PLANET, 0), bytes.toByteArray()).start();
  }

  @Test
  void aNodeIsOnlineOneRoundTripAfterItsStart() {
    started(root);
    SimulatedHost alice = started(internet.host("192.88.99.10"));

    internet.run(25);

    assertTrue(alice.status().online());
    assertTrue(root.status().online());
    assertTrue(alice.isDirectTo(root));
  }

  @Test
  void twoNodesMeetThroughTheRootAndThenTalkDirectly() {
    started(root);
    SimulatedHost alice = started(internet.host("192.88.99.10"));
    SimulatedHost bob = started(internet.host("192.88.99.20"));
    internet.run(100);

    alice.send(bob, FRAME);
    internet.run(200);

    assertEquals(1, bob.received().size());
    assertTrue(alice.isDirectTo(bob));
    assertTrue(bob.isDirectTo(alice));
  }

  @Test
  void twoNodesBehindConeNatsTalkDirectly() {
    started(root);
    SimulatedNat left = internet.nat("192.88.99.10", SimulatedNat.Kind.CONE);
    SimulatedNat right = internet.nat("192.88.99.20", SimulatedNat.Kind.CONE);
    SimulatedHost alice = started(internet.host("10.1.0.2", left));
    SimulatedHost bob = started(internet.host("10.2.0.2", right));
    internet.run(100);

    alice.send(bob, FRAME);
    internet.run(500);

    assertEquals(1, bob.received().size());
    assertTrue(alice.isDirectTo(bob));
    assertTrue(bob.isDirectTo(alice));
  }

  @Test
  void nodesBehindSymmetricNatsAreRelayed() {
    started(root);
    SimulatedNat left = internet.nat("192.88.99.10", SimulatedNat.Kind.SYMMETRIC);
    SimulatedNat right = internet.nat("192.88.99.20", SimulatedNat.Kind.SYMMETRIC);
    SimulatedHost alice = started(internet.host("10.1.0.2", left));
    SimulatedHost bob = started(internet.host("10.2.0.2", right));
    internet.run(100);

    for (int i = 0; i < 20; i++) {
      alice.send(bob, LONG_FRAME);
      bob.send(alice, FRAME);
      internet.run(1_000);
    }

    assertEquals(20, bob.received().size());
    assertEquals(20, alice.received().size());
    assertFalse(alice.isDirectTo(bob));
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void aLossyNetworkDelaysButDoesNotPrevent(long seed) {
    internet = new SimulatedInternet(seed).delay(25).loss(0.3);
    root = internet.host("192.88.99.1");
    started(root);
    SimulatedHost alice = started(internet.host("192.88.99.10"));
    SimulatedHost bob = started(internet.host("192.88.99.20"));

    for (int i = 0; i < 60; i++) {
      internet.run(1_000);
      alice.send(bob, FRAME);
    }

    assertTrue(alice.isDirectTo(bob), () -> "seed " + seed);
    assertTrue(bob.received().size() > 20, () -> "seed " + seed + ": " + bob.received().size());
  }

  @Test
  void talkGoesOnWhenTheRootVanishes() {
    started(root);
    SimulatedHost alice = started(internet.host("192.88.99.10"));
    SimulatedHost bob = started(internet.host("192.88.99.20"));
    internet.run(100);
    alice.send(bob, FRAME);
    internet.run(1_000);

    root.kill();
    for (int i = 0; i < 600; i++) {
      alice.send(bob, FRAME);
      bob.send(alice, FRAME);
      internet.run(1_000);
    }

    assertEquals(601, bob.received().size());
    assertFalse(alice.status().online());
  }

  @Test
  void aNodeThatWasKilledComesBackAndIsFound() {
    started(root);
    SimulatedHost alice = started(internet.host("192.88.99.10"));
    SimulatedHost bob = started(internet.host("192.88.99.20"));
    internet.run(100);
    alice.send(bob, FRAME);
    internet.run(1_000);

    bob.kill();
    internet.run(20_000);
    bob.start();
    internet.run(1_000);
    bob.send(alice, FRAME);
    internet.run(1_000);

    assertEquals(1, alice.received().size());
    assertTrue(bob.isDirectTo(alice));
  }

  @Test
  void aSilentPeerIsForgottenAndRemembered() {
    started(root);
    SimulatedHost alice = started(internet.host("192.88.99.10"));
    SimulatedHost bob = started(internet.host("192.88.99.20"));
    internet.run(100);
    alice.send(bob, FRAME);
    internet.run(1_000);
    assertNotNull(alice.peer(bob));

    bob.kill();
    internet.run(700_000);
    assertNull(alice.peer(bob));

    bob.start();
    internet.run(1_000);
    alice.send(bob, FRAME);
    internet.run(1_000);
    assertTrue(alice.isDirectTo(bob));
  }

  @Test
  void noBytesCanHurtANode() {
    started(root);
    SimulatedHost alice = started(internet.host("192.88.99.10"));
    internet.run(1_000);
    var random = new Random(9);
    int peers = alice.running().peerStatuses(internet.nowMs()).size();

    for (int i = 0; i < 200_000; i++) {
      byte[] bytes = new byte[random.nextInt(200)];
      random.nextBytes(bytes);
      if (bytes.length > 28 && i % 2 == 0) {
        byte[] mine = new WireWriter().address(alice.identity().address()).toByteArray();
        System.arraycopy(mine, 0, bytes, 8, mine.length);
      }
      alice.receive(root.endpoint(), alice.endpoint(), bytes, internet.nowMs());
    }

    assertEquals(peers, alice.running().peerStatuses(internet.nowMs()).size());
    assertTrue(alice.dropped(Drop.TOO_SHORT) > 0);
    assertTrue(alice.dropped(Drop.NOT_FOR_US) > 0);
    assertTrue(alice.dropped(Drop.UNKNOWN_SENDER) > 0);
  }
}
