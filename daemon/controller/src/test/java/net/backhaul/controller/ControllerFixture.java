// SPDX-License-Identifier: Apache-2.0
package net.backhaul.controller;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.random.RandomGenerator;
import net.backhaul.protocol.address.Endpoints;
import net.backhaul.protocol.address.IpPrefix;
import net.backhaul.protocol.identity.Identity;
import net.backhaul.protocol.network.ConfigAnswer;
import net.backhaul.protocol.network.ConfigRequest;
import net.backhaul.protocol.network.DictionaryWriter;
import net.backhaul.protocol.network.NetworkConfig;
import net.backhaul.protocol.network.RequestMetaData;
import net.backhaul.protocol.network.Revocation;
import net.backhaul.protocol.network.Route;
import net.backhaul.protocol.network.Rule;
import net.backhaul.protocol.packet.Bytes;

/** A controller with a store, an hour and people who ask it. */
final class ControllerFixture implements ControllerOutput {
  static final Identity SELF = Identity.generate(new Random(1));
  static final Identity ALICE = Identity.generate(new Random(2));
  static final Identity BOB = Identity.generate(new Random(3));

  /** Somebody who has found other keys for Alice's address. */
  static final Identity MALLORY =
      Identity.parse(ALICE.publicText().substring(0, 13) + BOB.publicText().substring(13));

  static final long NET = SELF.address() << 24 | 1;

  private static final Bytes META_DATA = Bytes.of(RequestMetaData.ours("linux/x86_64"));

  final CrashingRecordStore store;
  final RandomGenerator random = new Random(4);
  final List<Pushed> pushed = new ArrayList<>();
  final List<Revoked> revoked = new ArrayList<>();
  Controller controller;
  long nowMs = 1_700_000_000_000L;

  record Pushed(long member, NetworkConfig config) {}

  record Revoked(Revocation revocation, List<Long> members) {}

  ControllerFixture() {
    this.store = new CrashingRecordStore();
    this.controller = new Controller(SELF, List.of(), List.of(), store, this, random);
  }

  /** Starts the controller again without anything that waits. */
  ControllerFixture crash() {
    return crash(0);
  }

  /** Starts the controller again with what lasts and the first few of what waits. */
  ControllerFixture crash(int lasting) {
    store.crash(lasting);
    controller = new Controller(SELF, store.networks(), store.members(), store, this, random);
    pushed.clear();
    revoked.clear();
    return this;
  }

  @Override
  public void pushConfig(long member, NetworkConfig config) {
    pushed.add(new Pushed(member, config));
  }

  @Override
  public void revoke(Revocation revocation, List<Long> members) {
    revoked.add(new Revoked(revocation, members));
  }

  ControllerFixture network(NetworkRecord network) {
    controller.put(network, nowMs);
    return this;
  }

  ConfigAnswer ask(Identity member) {
    return ask(member, META_DATA);
  }

  ConfigAnswer ask(Identity member, Bytes metaData) {
    return controller.answer(new ConfigRequest(NET, member, metaData, 0, 0), nowMs);
  }

  /** Lets the disk catch up, and members hear of what came of it. */
  ControllerFixture settle() {
    do {
      controller.saved(store.keepAll());
      while (controller.hasNotifications()) {
        controller.sendNotifications(nowMs);
      }
    } while (store.waiting() > 0);
    return this;
  }

  ControllerFixture pass(long ms) {
    nowMs += ms;
    return this;
  }

  MemberRecord member(Identity identity) {
    return controller.member(NET, identity.address()).orElseThrow();
  }

  void authorize(Identity identity) {
    MemberRecord member =
        controller
            .member(NET, identity.address())
            .orElseGet(() -> MemberRecord.unauthorized(NET, identity.address(), nowMs));
    controller.put(
        member.withAuthorization(
            member.authorization().authorize(Authorization.BY_API, null, nowMs)),
        nowMs);
  }

  void deauthorize(Identity identity) {
    MemberRecord member = member(identity);
    controller.put(member.withAuthorization(member.authorization().deauthorize(nowMs)), nowMs);
  }

  /** Brings a member to where it has its configuration. */
  NetworkConfig join(Identity identity) {
    authorize(identity);
    settle();
    pushed.clear();
    ConfigAnswer answer = ask(identity);
    settle();
    return answer instanceof ConfigAnswer.Granted(NetworkConfig config)
        ? config
        : pushed.getLast().config();
  }

  static Bytes metaData(String key, String value) {
    var out = new DictionaryWriter(1_024);
    out.addU64("v", 7);
    out.addU64("revr", 1);
    out.add(key, value);
    return Bytes.of(out.toByteArray());
  }

  static NetworkRecord privateNetwork() {
    return network(true, Map.of(), List.of(), List.of(), false);
  }

  static NetworkRecord publicNetwork() {
    return network(false, Map.of(), List.of(), List.of(), false);
  }

  static NetworkRecord network(
      boolean isPrivate,
      Map<String, Long> tokens,
      List<TagDefinition> tags,
      List<CapabilityDefinition> capabilities,
      boolean sso) {
    return new NetworkRecord(
        NET,
        0,
        "n",
        isPrivate,
        true,
        32,
        2_800,
        new AssignModes(true, false, false, false),
        List.of(new Route(IpPrefix.parse("10.0.0.0/24"), null, 0, 0)),
        List.of(new AddressPool(Endpoints.parseIp("10.0.0.1"), Endpoints.parseIp("10.0.0.254"))),
        List.of(Rule.action(Rule.ACTION_ACCEPT)),
        capabilities,
        tags,
        "",
        List.of(),
        tokens,
        0,
        0,
        sso,
        NetworkRecord.DEFAULT_CREDENTIAL_WINDOW_MS,
        "{}");
  }

  /** Makes an identity that nobody has checked, which costs nothing. */
  static Identity somebody(int i) {
    return Identity.parse(
        "%010x".formatted(0x1000000000L + i * 7919L) + ALICE.publicText().substring(10));
  }
}
