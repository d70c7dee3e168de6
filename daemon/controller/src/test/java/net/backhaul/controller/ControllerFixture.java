// SPDX-License-Identifier: Apache-2.0
package net.backhaul.controller;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.random.RandomGenerator;
import net.backhaul.protocol.address.Endpoints;
import net.backhaul.protocol.address.IpPrefix;
import net.backhaul.protocol.identity.Identity;
import net.backhaul.protocol.message.ErrorMessage;
import net.backhaul.protocol.network.ConfigAnswer;
import net.backhaul.protocol.network.ConfigRequest;
import net.backhaul.protocol.network.DictionaryWriter;
import net.backhaul.protocol.network.DirectoryUpdate;
import net.backhaul.protocol.network.NetworkConfig;
import net.backhaul.protocol.network.RequestMetaData;
import net.backhaul.protocol.network.Revocation;
import net.backhaul.protocol.network.Route;
import net.backhaul.protocol.packet.Bytes;

/** A controller with a store, a clock, and identities of members. */
final class ControllerFixture implements ControllerOutput {
  static final Identity SELF = Identity.generate(new Random(1));
  static final Identity ALICE = Identity.generate(new Random(2));
  static final Identity BOB = Identity.generate(new Random(3));

  /** Another identity with Alice's address. */
  static final Identity MALLORY =
      Identity.parse(ALICE.publicText().substring(0, 13) + BOB.publicText().substring(13));

  static final long NET = SELF.address() << 24 | 1;

  static final ConfigAnswer DENIED =
      new ConfigAnswer.Rejected(ErrorMessage.NETWORK_ACCESS_DENIED, Bytes.EMPTY);
  static final ConfigAnswer IGNORED = new ConfigAnswer.Ignored();

  private static final Bytes META_DATA = Bytes.of(RequestMetaData.ours("linux/x86_64"));

  final CrashingRecordStore store;
  final RandomGenerator random = new Random(4);
  final List<Pushed> pushed = new ArrayList<>();
  final List<Revoked> revoked = new ArrayList<>();
  final List<Integer> revokedPerMessage = new ArrayList<>();
  final List<PushedDirectory> directories = new ArrayList<>();

  /** Members to which a push fails by an internal error. */
  final Set<Long> failing = new HashSet<>();

  /** Whether pushes have update ids: 1 for the first, and so on. */
  boolean expectsAcknowledgements;

  final List<String> errors = new ArrayList<>();
  Controller controller;
  long nowMs = 1_700_000_000_000L;

  record Pushed(long member, NetworkConfig config) {}

  /** An update of the directory of the only network. */
  record PushedDirectory(DirectoryUpdate update, List<Long> recipients) {}

  record Revoked(Revocation revocation, List<Long> members) {}

  ControllerFixture() {
    this.store = new CrashingRecordStore();
    this.controller = new Controller(SELF, StoredRecords.NONE, store, this, random);
  }

  /** Restarts the controller without the changes that are not saved. */
  ControllerFixture crash() {
    return crash(0);
  }

  /** Restarts the controller with the first few of the changes that are not saved. */
  ControllerFixture crash(int saved) {
    store.crash(saved);
    controller = new Controller(SELF, store.stored(), store, this, random);
    pushed.clear();
    revoked.clear();
    return this;
  }

  @Override
  public long pushConfig(long member, NetworkConfig config) {
    if (failing.contains(member)) {
      throw new IllegalStateException("as the test demands");
    }
    pushed.add(new Pushed(member, config));
    return expectsAcknowledgements ? pushed.size() : 0;
  }

  @Override
  public void revoke(List<Revocation> revocations, List<Long> members) {
    revokedPerMessage.add(revocations.size());
    revocations.forEach(each -> revoked.add(new Revoked(each, members)));
  }

  @Override
  public void internalError(String activity, RuntimeException error) {
    if (failing.isEmpty()) {
      throw error;
    }
    errors.add(activity + ": " + error.getMessage());
  }

  @Override
  public void pushDirectory(long networkId, Bytes update, List<Long> recipients) {
    directories.add(
        new PushedDirectory(DirectoryUpdate.read(update.toByteArray()), List.copyOf(recipients)));
  }

  ControllerFixture network(NetworkRecord network) {
    controller.put(network, nowMs);
    return this;
  }

  /** Creates and saves a private network. */
  ControllerFixture withPrivateNetwork() {
    return network(privateNetwork()).saveAll();
  }

  ConfigAnswer request(Identity member) {
    return request(member, META_DATA);
  }

  /** Requests a configuration for a member that reads directories. */
  ConfigAnswer requestWithDirectory(Identity member, long heldRevision) {
    return request(member, Bytes.of(RequestMetaData.ours("linux/x86_64", heldRevision)));
  }

  ConfigAnswer request(Identity member, Bytes metaData) {
    return controller.answer(new ConfigRequest(NET, member, metaData, 0, 0), nowMs);
  }

  /** Saves all changes and sends all notifications, until neither is left. */
  ControllerFixture saveAll() {
    do {
      controller.saved(store.saveAll());
      if (nowMs >= controller.nextPublicationMs()) {
        controller.publishDirectories(nowMs);
      }
      while (controller.hasNotifications(nowMs)) {
        controller.sendNotifications(nowMs);
      }
    } while (store.unsavedCount() > 0);
    return this;
  }

  ControllerFixture advance(long ms) {
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

  /** Authorizes a member, and returns its configuration. */
  NetworkConfig join(Identity identity) {
    authorize(identity);
    saveAll();
    pushed.clear();
    ConfigAnswer answer = request(identity);
    saveAll();
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
    return networkBuilder().build();
  }

  static NetworkRecord publicNetwork() {
    return networkBuilder().isPrivate(false).build();
  }

  /** Returns a builder of a private network with one route and one IPv4 pool. */
  static NetworkRecord.Builder networkBuilder() {
    return NetworkRecord.builder(NET)
        .name("n")
        .assign(new AssignModes(true, false, false, false))
        .routes(List.of(new Route(IpPrefix.parse("10.0.0.0/24"), null, 0, 0)))
        .pools(
            List.of(
                new AddressPool(Endpoints.parseIp("10.0.0.1"), Endpoints.parseIp("10.0.0.254"))));
  }

  /** Returns a cheap identity whose address does not match its keys. */
  static Identity unverified(int i) {
    return Identity.parse(
        "%010x".formatted(0x1000000000L + i * 7919L) + ALICE.publicText().substring(10));
  }
}
