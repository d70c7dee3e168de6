// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine.peer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import net.backhaul.crypto.KeyPair;
import net.backhaul.engine.Drop;
import net.backhaul.engine.NodeOptions;
import net.backhaul.engine.StateKey;
import net.backhaul.protocol.identity.Identity;
import net.backhaul.protocol.message.Features;
import net.backhaul.protocol.message.Hello;
import net.backhaul.protocol.message.HelloOk;
import net.backhaul.protocol.message.Verb;
import net.backhaul.protocol.packet.PacketView;
import net.backhaul.protocol.packet.Packets;
import net.backhaul.protocol.packet.WireReader;
import net.backhaul.protocol.packet.WireWriter;
import net.backhaul.protocol.world.World;
import net.backhaul.protocol.world.World.Type;
import org.junit.jupiter.api.Test;

/** Planets and moons that no signer makes: none is accepted, and each is counted. */
class AbsurdWorldsTest {
  private static final long START_MS = 1_700_000_000_000L;
  private static final long FAR_FUTURE_MS = -1; // The largest timestamp: it is unsigned.
  private static final long OK_TO = 0x7777777700000001L;
  private static final long PLANET_ID = 7;
  private static final long MOON_ID = 8;
  private static final InetSocketAddress AT_B = RecordedNodes.endpoint("10.0.2.2/9993");
  private static final InetSocketAddress AT_ROOT = RecordedNodes.endpoint("10.0.0.1/9993");
  private static final Identity ROOT = RecordedNodes.identity("R").withoutPrivateKey();
  private static final Identity SELF = RecordedNodes.identity("A");
  private static final KeyPair SIGNER = KeyPair.generate(new Random(3));
  private static final KeyPair FORGER = KeyPair.generate(new Random(4));

  /** Where the roots of a serialized world begin: their number. */
  private static final int ROOTS_AT = 177;

  private static final int ROOT_BYTES = Identity.PUBLIC_BYTES + 1 + 7;

  private final Random random = new Random(5);
  private final RecordingOutput output = new RecordingOutput();
  private final World planet = planet(START_MS, SIGNER, root(ROOT, AT_ROOT));
  private final Vl1 node =
      new Vl1(
          SELF,
          NodeOptions.DEFAULT,
          output,
          new Random(1),
          Map.of(new StateKey(StateKey.Kind.PLANET, PLANET_ID), bytes(planet)),
          START_MS);

  AbsurdWorldsTest() {
    RecordedNodes.addPeer(node, "R", AT_ROOT, START_MS);
    node.context.expectedReplies.expect(OK_TO);
  }

  private static World planet(long timestampMs, KeyPair signer, World.Root... roots) {
    return World.make(
        Type.PLANET, PLANET_ID, timestampMs, SIGNER.publicKey(), List.of(roots), signer);
  }

  private static World moon(long id, long timestampMs, KeyPair signer, KeyPair next) {
    return World.make(
        Type.MOON, id, timestampMs, next.publicKey(), List.of(root(ROOT, AT_ROOT)), signer);
  }

  private static World.Root root(Identity identity, InetSocketAddress... endpoints) {
    return new World.Root(identity, List.of(endpoints));
  }

  /** Returns an identity whose address is not that of its key; roots are not validated. */
  private Identity inventedIdentity(long address) {
    byte[] key = new byte[KeyPair.KEY_BYTES];
    random.nextBytes(key);
    byte[] bytes = new WireWriter().address(address).u8(0).bytes(key).u8(0).toByteArray();
    return Identity.read(new WireReader(bytes, 0, bytes.length));
  }

  private static byte[] bytes(World... worlds) {
    var out = new WireWriter();
    for (World world : worlds) {
      world.writeTo(out);
    }
    return out.toByteArray();
  }

  /** Passes an OK(HELLO) of the root with these worlds to the node. */
  private void receive(World... worlds) {
    receive("R", AT_ROOT, bytes(worlds), bytes(worlds).length);
  }

  private void receive(byte[] worlds) {
    receive("R", AT_ROOT, worlds, worlds.length);
  }

  private void receive(String from, InetSocketAddress at, byte[] worlds, int statedLength) {
    byte[] payload =
        new WireWriter()
            .u8(Verb.HELLO.number())
            .u64(OK_TO)
            .u64(START_MS)
            .u8(12)
            .u8(1)
            .u8(14)
            .u16(1)
            .u8(0) // No endpoint.
            .u16(statedLength)
            .bytes(worlds)
            .toByteArray();
    byte[] packet = new byte[Packets.HEADER_BYTES + payload.length];
    System.arraycopy(payload, 0, packet, Packets.HEADER_BYTES, payload.length);
    long source = RecordedNodes.identity(from).address();
    PacketView.writeHeader(packet, 0, 5, SELF.address(), source, Verb.OK.number());
    Decoded.cipher(source, SELF.address()).seal(Packets.SUITE_SALSA, packet, 0, packet.length);
    Datagrams.receive(node, at, packet, START_MS + 1);
  }

  private long dropped(Drop reason) {
    return node.counters().dropped(reason);
  }

  private void assertDropped(Drop reason, String what, World world) {
    long before = dropped(reason);
    receive(world);
    assertEquals(before + 1, dropped(reason), what);
    assertEquals(planet, node.planet(), what);
    assertEquals(List.of(), node.moons(), what);
    assertEquals(List.of(), output.saved, what);
  }

  private void assertMalformed(String what, byte[] worlds, int statedLength) {
    long before = dropped(Drop.MALFORMED);
    receive("R", AT_ROOT, worlds, statedLength);
    assertEquals(before + 1, dropped(Drop.MALFORMED), what);
    assertEquals(planet, node.planet(), what);
    assertEquals(List.of(), output.saved, what);
  }

  private static World newer() {
    return planet(START_MS + 1, SIGNER, root(ROOT, AT_ROOT));
  }

  @Test
  void rejectsWorldsThatAreNotAuthentic() {
    World newer = newer();
    byte[] otherPort = bytes(newer);
    otherPort[otherPort.length - 1] ^= 1;
    byte[] otherSignature = bytes(newer);
    otherSignature[ROOTS_AT - 40] ^= 1;
    byte[] unsigned = bytes(newer);
    for (int i = ROOTS_AT - 96; i < ROOTS_AT; i++) {
      unsigned[i] = 0;
    }
    World otherId =
        World.make(Type.PLANET, 9, START_MS + 1, SIGNER.publicKey(), newer.roots(), SIGNER);
    World idZero =
        World.make(Type.PLANET, 0, START_MS + 1, SIGNER.publicKey(), newer.roots(), SIGNER);
    World noType =
        World.make(Type.NULL, PLANET_ID, START_MS + 1, SIGNER.publicKey(), newer.roots(), SIGNER);

    assertDropped(Drop.BAD_WORLD, "another signer", planet(START_MS + 1, FORGER, root(ROOT)));
    assertDropped(Drop.BAD_WORLD, "another port", read(otherPort));
    assertDropped(Drop.BAD_WORLD, "another signature", read(otherSignature));
    assertDropped(Drop.BAD_WORLD, "no signature", read(unsigned));
    assertDropped(Drop.BAD_WORLD, "another id", otherId);
    assertDropped(Drop.BAD_WORLD, "id zero", idZero);
    assertDropped(Drop.BAD_WORLD, "no type", noType);
    assertDropped(Drop.BAD_WORLD, "a moon of this id", moon(PLANET_ID, START_MS, SIGNER, SIGNER));
    assertDropped(Drop.BAD_WORLD, "far future", planet(FAR_FUTURE_MS, FORGER, root(ROOT)));
    receive(newer);
    assertEquals(newer, node.planet());
  }

  private static World read(byte[] bytes) {
    return World.read(new WireReader(bytes, 0, bytes.length));
  }

  @Test
  void rejectsWorldsThatAreNotNewer() {
    assertDropped(Drop.OLD_WORLD, "the same", planet);
    assertDropped(
        Drop.OLD_WORLD, "other roots, same time", planet(START_MS, SIGNER, root(ROOT, AT_B)));
    assertDropped(Drop.OLD_WORLD, "older", planet(START_MS - 1, SIGNER, root(ROOT, AT_ROOT)));
    assertDropped(Drop.OLD_WORLD, "time zero", planet(0, SIGNER, root(ROOT, AT_ROOT)));
    assertEquals(0, dropped(Drop.BAD_WORLD));
  }

  /** Timestamps are compared with those of other versions alone, never with the clock. */
  @Test
  void acceptsAuthenticPlanetOfFarFutureAsTheLastOne() {
    World last = planet(FAR_FUTURE_MS, SIGNER, root(ROOT, AT_ROOT));
    receive(last);
    assertEquals(last, node.planet());

    receive(newer());
    assertEquals(last, node.planet());
    assertEquals(1, dropped(Drop.OLD_WORLD));
  }

  @Test
  void acceptsSameWorldOnce() {
    receive(newer(), newer(), newer());

    assertEquals(newer(), node.planet());
    assertEquals(1, output.saved.size());
    assertEquals(2, dropped(Drop.OLD_WORLD));
  }

  @Test
  void dropsTruncatedWorlds() {
    byte[] newer = bytes(newer());
    for (int length = 1; length < newer.length; length++) {
      byte[] part = new byte[length];
      System.arraycopy(newer, 0, part, 0, length);
      assertMalformed("the first " + length + " bytes", part, length);
      assertMalformed("a length of " + length, newer, length);
    }
    assertMalformed("a length over that of the packet", new byte[0], 1);
    assertEquals(newer.length * 2L - 1, dropped(Drop.MALFORMED));
  }

  @Test
  void dropsWorldsOverTheLimits() {
    World.Root[] roots = new World.Root[World.MAX_ROOTS];
    for (int i = 0; i < roots.length; i++) {
      roots[i] = root(inventedIdentity(0x1000000000L + i), AT_B);
    }
    byte[] fiveRoots = bytes(planet(START_MS + 1, SIGNER, roots));
    fiveRoots[ROOTS_AT]++;
    byte[] more = new WireWriter().bytes(fiveRoots).bytes(new byte[ROOT_BYTES]).toByteArray();
    assertMalformed("five roots", more, more.length);

    var endpoints = new ArrayList<>(Collections.nCopies(World.MAX_ENDPOINTS, AT_B));
    World full = planet(START_MS + 1, SIGNER, new World.Root(ROOT, endpoints));
    endpoints.add(AT_B);
    byte[] tooMany = bytes(planet(START_MS + 2, SIGNER, new World.Root(ROOT, endpoints)));
    assertMalformed("33 endpoints", tooMany, tooMany.length);

    byte[] family = bytes(newer());
    family[family.length - 7] = 5;
    assertMalformed("an unknown family", family, family.length);
    byte[] type = bytes(newer());
    type[0] = 2;
    assertMalformed("an unknown type", type, type.length);
    receive(full);
    assertEquals(full, node.planet());
  }

  @Test
  void keepsWorldsBeforeADamagedOne() {
    byte[] damaged = bytes(newer());
    damaged[0] = 2;
    receive(new WireWriter().bytes(bytes(newer())).bytes(damaged).toByteArray());

    assertEquals(newer(), node.planet());
    assertEquals(1, dropped(Drop.MALFORMED));
  }

  /** The signer decides; the operator can use another planet. */
  @Test
  void survivesPlanetWithoutRoots() {
    World empty = planet(START_MS + 1, SIGNER);
    receive(empty);
    assertEquals(empty, node.planet());
    for (int i = 0; i < 100; i++) {
      node.advance(START_MS + i * 10_000L);
    }
    assertEquals(List.of(), node.upstreams());
    assertEquals(0, dropped(Drop.INTERNAL_ERROR));

    node.usePlanet(planet, START_MS + 1_000_000);
    output.datagrams.clear();
    node.advance(START_MS + 1_000_000);
    assertEquals(AT_ROOT, output.datagrams.getFirst().to());
  }

  @Test
  void contactsNoEndpointThatIsNoDestination() {
    Identity other = inventedIdentity(0x1234567890L);
    InetSocketAddress good = RecordedNodes.endpoint("10.0.9.9/9993");
    InetSocketAddress good6 = RecordedNodes.endpoint("2001:db8::9/9993");
    receive(
        planet(
            START_MS + 1,
            SIGNER,
            root(ROOT, AT_ROOT),
            root(
                other,
                RecordedNodes.endpoint("10.0.9.9/0"),
                RecordedNodes.endpoint("0.0.0.0/9993"),
                RecordedNodes.endpoint("255.255.255.255/9993"),
                RecordedNodes.endpoint("224.0.0.1/9993"),
                RecordedNodes.endpoint("::/9993"),
                RecordedNodes.endpoint("ff02::1/9993"),
                RecordedNodes.endpoint("2001:db8::9/0"),
                good,
                good6)));
    output.datagrams.clear();
    for (int i = 0; i < 50; i++) {
      node.advance(START_MS + 1 + i * 10_000L);
    }

    List<InetSocketAddress> contacted =
        output.datagrams.stream()
            .filter(datagram -> destination(datagram) == other.address())
            .map(RecordingOutput.Datagram::to)
            .toList();
    assertEquals(Set.of(good, good6), Set.copyOf(contacted));
  }

  private static long destination(RecordingOutput.Datagram datagram) {
    var view = new PacketView();
    view.wrap(datagram.bytes(), 0, datagram.bytes().length);
    return view.destination();
  }

  /** Reserved types of addresses are skipped, and signed as the null address (01 section 7.2). */
  @Test
  void skipsReservedTypesOfEndpoints() {
    World signed = planet(START_MS + 1, SIGNER, rootWithNullEndpoints(3));
    byte[] canonical = bytes(signed);
    byte[] received =
        new WireWriter()
            .bytes(Arrays.copyOf(canonical, canonical.length - 3))
            .u8(1)
            .bytes(new byte[6])
            .u8(2)
            .bytes(new byte[6])
            .u8(3)
            .u16(300)
            .bytes(new byte[300])
            .toByteArray();
    receive(received);

    assertEquals(signed, node.planet());
    assertEquals(List.of(), node.planet().roots().getFirst().endpoints());
  }

  private static World.Root rootWithNullEndpoints(int count) {
    return new World.Root(ROOT, Collections.nCopies(count, null));
  }

  @Test
  void ignoresWorldsOfNodesThatAreNoRoots() {
    RecordedNodes.addPeer(node, "B", AT_B, START_MS);
    byte[] newer = bytes(newer());
    receive("B", AT_B, newer, newer.length);
    receive("B", AT_B, new byte[0], 0);

    assertEquals(planet, node.planet());
    assertEquals(1, dropped(Drop.BAD_WORLD));
  }

  @Test
  void ignoresMoonsThatWereNotRequested() {
    int peers = node.peers.all().size();
    int stored = node.stored();
    int moons = 3_000;
    for (int first = 0; first < moons; first += 10) {
      World[] some = new World[10];
      for (int i = 0; i < some.length; i++) {
        some[i] = moon(1_000 + first + i, START_MS, FORGER, FORGER);
      }
      receive(some);
    }

    assertEquals(List.of(), node.moons());
    assertEquals(List.of(), output.saved);
    assertEquals(peers, node.peers.all().size());
    assertEquals(stored, node.stored());
    assertEquals(moons, dropped(Drop.BAD_WORLD));
  }

  @Test
  void acceptsRequestedMoonThatListsItsSeedAlone() {
    node.orbit(MOON_ID, ROOT.address(), null, START_MS);
    World withoutSeed =
        World.make(
            Type.MOON,
            MOON_ID,
            START_MS,
            SIGNER.publicKey(),
            List.of(root(RecordedNodes.identity("B").withoutPrivateKey(), AT_B)),
            SIGNER);
    assertDropped(Drop.BAD_WORLD, "without its seed", withoutSeed);
    World withoutRoots =
        World.make(Type.MOON, MOON_ID, START_MS, SIGNER.publicKey(), List.of(), SIGNER);
    assertDropped(Drop.BAD_WORLD, "without roots", withoutRoots);
    assertDropped(Drop.BAD_WORLD, "another id", moon(MOON_ID + 1, START_MS, SIGNER, SIGNER));

    World wanted = moon(MOON_ID, START_MS, SIGNER, SIGNER);
    receive(wanted);
    assertEquals(List.of(wanted), node.moons());
  }

  @Test
  void acceptsMoonOfTheSignerThatItsLastVersionNames() {
    node.orbit(MOON_ID, ROOT.address(), null, START_MS);
    World first = moon(MOON_ID, START_MS, SIGNER, SIGNER);
    World handedOver = moon(MOON_ID, START_MS + 2, SIGNER, FORGER);
    receive(first, moon(MOON_ID, START_MS + 1, FORGER, FORGER), handedOver);
    assertEquals(List.of(handedOver), node.moons());
    assertEquals(1, dropped(Drop.BAD_WORLD));

    World byFirstSigner = moon(MOON_ID, START_MS + 3, SIGNER, SIGNER);
    World bySecondSigner = moon(MOON_ID, START_MS + 4, FORGER, FORGER);
    receive(byFirstSigner, bySecondSigner, first);
    assertEquals(List.of(bySecondSigner), node.moons());
    assertEquals(2, dropped(Drop.BAD_WORLD));
    assertEquals(1, dropped(Drop.OLD_WORLD));
  }

  @Test
  void isNoRootByAnotherKeyWithItsAddress() {
    receive(planet(START_MS + 1, SIGNER, root(inventedIdentity(SELF.address()), AT_B), root(ROOT)));
    assertFalse(node.isUpstream());
    assertEquals(List.of(ROOT.address()), node.upstreams());

    receive(planet(START_MS + 2, SIGNER, root(SELF.withoutPrivateKey(), AT_B), root(ROOT)));
    assertTrue(node.isUpstream());
  }

  /** An authentic signer may replace roots as often as it wants. */
  @Test
  void expiresRootsOfEarlierVersions() {
    for (int i = 0; i < 200; i++) {
      Identity other = inventedIdentity(0x1000000000L + i);
      receive(planet(START_MS + 1 + i, SIGNER, root(ROOT, AT_ROOT), root(other, AT_B)));
    }
    for (int i = 0; i < 100; i++) {
      node.advance(START_MS + i * 10_000L);
    }
    assertEquals(
        List.of(ROOT.address(), 0x1000000000L + 199),
        node.peers.all().stream()
            .map(peer -> peer.address)
            .sorted(Collections.reverseOrder())
            .collect(Collectors.toList()));
  }

  /** A HELLO lists the versions of moons that its sender has. */
  @Test
  void answersHelloWithEachWorldOnce() {
    RecordedNodes.addPeer(node, "B", AT_B, START_MS);
    node.orbit(MOON_ID, ROOT.address(), null, START_MS);
    receive(moon(MOON_ID, START_MS, SIGNER, SIGNER));
    var moons =
        new ArrayList<>(Collections.nCopies(500, new Hello.MoonVersion(MOON_ID, START_MS - 1)));
    moons.add(new Hello.MoonVersion(MOON_ID, FAR_FUTURE_MS));
    moons.add(new Hello.MoonVersion(0, 0));

    assertEquals(List.of(planet, node.moons().getFirst()), answered(START_MS - 1, moons));
    assertEquals(List.of(), answered(FAR_FUTURE_MS, List.of()));
  }

  private List<World> answered(long planetTimestampMs, List<Hello.MoonVersion> moons) {
    Identity b = RecordedNodes.identity("B");
    var hello =
        new Hello(
            12,
            1,
            14,
            1,
            START_MS,
            b.withoutPrivateKey(),
            AT_ROOT,
            PLANET_ID,
            planetTimestampMs,
            moons,
            Features.NONE);
    var payload = new WireWriter();
    hello.writeTo(payload);
    int length = Packets.HEADER_BYTES + payload.size();
    byte[] packet = new byte[length];
    System.arraycopy(payload.array(), 0, packet, Packets.HEADER_BYTES, payload.size());
    PacketView.writeHeader(packet, 0, 9, SELF.address(), b.address(), Verb.HELLO.number());
    var cipher = Decoded.cipher(b.address(), SELF.address());
    cipher.maskHello(packet, 0, Packets.HEADER_BYTES + hello.maskedFrom(), length);
    cipher.seal(Packets.SUITE_POLY, packet, 0, length);
    output.datagrams.clear();
    Datagrams.receive(node, AT_B, packet, START_MS + 2);
    byte[] answer = output.datagrams.getFirst().bytes();
    assertTrue(cipher.open(answer, 0, answer.length));
    int at = Packets.HEADER_BYTES + 9;
    return HelloOk.read(0, new WireReader(answer, at, answer.length - at)).worlds();
  }
}
