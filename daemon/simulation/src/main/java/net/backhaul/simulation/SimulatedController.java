// SPDX-License-Identifier: Apache-2.0
package net.backhaul.simulation;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.backhaul.controller.AddressPool;
import net.backhaul.controller.AssignModes;
import net.backhaul.controller.Authorization;
import net.backhaul.controller.BlockedAddress;
import net.backhaul.controller.CapabilityDefinition;
import net.backhaul.controller.Controller;
import net.backhaul.controller.ControllerActivity;
import net.backhaul.controller.ControllerOutput;
import net.backhaul.controller.MemberRecord;
import net.backhaul.controller.MemberSettings;
import net.backhaul.controller.NetworkRecord;
import net.backhaul.controller.RecordChange;
import net.backhaul.controller.RecordStore;
import net.backhaul.controller.RevokedMember;
import net.backhaul.controller.StoredRecords;
import net.backhaul.engine.ConfigSource;
import net.backhaul.protocol.address.Endpoints;
import net.backhaul.protocol.address.IpPrefix;
import net.backhaul.protocol.network.ConfigAnswer;
import net.backhaul.protocol.network.ConfigRequest;
import net.backhaul.protocol.network.NetworkConfig;
import net.backhaul.protocol.network.Revocation;
import net.backhaul.protocol.network.Route;
import net.backhaul.protocol.network.Rule;
import net.backhaul.protocol.packet.Bytes;
import org.jspecify.annotations.Nullable;

/**
 * A controller on a simulated node, with a simulated disk: a change is saved after a delay, and
 * saved changes survive a restart.
 */
public final class SimulatedController implements ConfigSource, RecordStore, ControllerOutput {
  private static final long WRITE_DELAY_MS = 3;

  private final SimulatedHost host;
  private final Random random;
  private final Map<Long, NetworkRecord> networks = new LinkedHashMap<>();
  private final Map<MemberKey, MemberRecord> members = new LinkedHashMap<>();
  private final Map<MemberKey, BlockedAddress> blocked = new LinkedHashMap<>();
  private final Map<MemberKey, RevokedMember> revoked = new LinkedHashMap<>();
  private final List<PendingWrite> pendingWrites = new ArrayList<>();
  private @Nullable Controller controller;
  private long clockAheadMs;

  private record MemberKey(long networkId, long address) {}

  private record PendingWrite(long ticket, RecordChange change, long savedAtMs) {}

  SimulatedController(SimulatedHost host, long seed) {
    this.host = host;
    this.random = new Random(seed);
  }

  /** Sets how far the controller's clock is ahead of that of all others; before a start. */
  public void clockAhead(long ms) {
    clockAheadMs = ms;
  }

  private long clockMs() {
    return host.nowMs() + clockAheadMs;
  }

  void start() {
    pendingWrites.clear();
    controller =
        new Controller(
            host.identity(),
            new StoredRecords(
                List.copyOf(networks.values()),
                List.copyOf(members.values()),
                List.copyOf(blocked.values()),
                List.copyOf(revoked.values()),
                List.of(),
                List.of(),
                ControllerActivity.NONE),
            this,
            this,
            random);
  }

  private Controller running() {
    Controller current = controller;
    if (current == null) {
      throw new IllegalStateException("the controller's host was not started");
    }
    return current;
  }

  /** Creates a private network of IPv4 addresses 10.x.y.1 to 10.x.y.254. */
  public long createNetwork(int number, String threeOctets) {
    long id = host.nodeAddress() << 24 | number;
    InetAddress first = Endpoints.parseIp(threeOctets + ".1");
    InetAddress last = Endpoints.parseIp(threeOctets + ".254");
    NetworkRecord network =
        NetworkRecord.builder(id)
            .name("simulated")
            .assign(new AssignModes(true, false, false, false))
            .routes(List.of(new Route(IpPrefix.parse(threeOctets + ".0/24"), null, 0, 0)))
            .pools(List.of(new AddressPool(first, last)))
            .build();
    running().put(network, clockMs());
    host.drainPending();
    return id;
  }

  /** Switches the directory of a network on or off. */
  public void directory(long networkId, boolean on) {
    NetworkRecord record = running().network(networkId).orElseThrow();
    running().put(record.toBuilder().directory(on).build(), clockMs());
    host.drainPending();
  }

  /** Names a member; an empty name removes it. */
  public void name(SimulatedHost member, long networkId, String name) {
    MemberRecord record = member(member, networkId);
    running().put(record.withSettings(record.settings().toBuilder().name(name).build()), clockMs());
    host.drainPending();
  }

  /** Authorizes a member, whether or not it has sent a request. */
  public void authorize(SimulatedHost member, long networkId) {
    MemberRecord record = member(member, networkId);
    Authorization authorization =
        record.authorization().authorize(Authorization.BY_API, null, clockMs());
    running().put(record.withAuthorization(authorization), clockMs());
  }

  /** Deauthorizes a member. */
  public void deauthorize(SimulatedHost member, long networkId) {
    MemberRecord record = member(member, networkId);
    Authorization authorization = record.authorization().deauthorize(clockMs());
    running().put(record.withAuthorization(authorization), clockMs());
  }

  /** Deletes a member. */
  public void delete(SimulatedHost member, long networkId) {
    running().deleteMember(networkId, member.nodeAddress(), clockMs());
  }

  /** Sets the rules of a network, and its capabilities, which members may be given. */
  public void rules(long networkId, List<Rule> rules, List<CapabilityDefinition> capabilities) {
    NetworkRecord record = running().network(networkId).orElseThrow();
    running().put(record.toBuilder().rules(rules).capabilities(capabilities).build(), clockMs());
  }

  /** Sets which node gets the trace records of members, null for none, and their level. */
  public void trace(long networkId, @Nullable SimulatedHost target, long level) {
    NetworkRecord record = running().network(networkId).orElseThrow();
    long address = target == null ? 0 : target.nodeAddress();
    running().put(record.toBuilder().traceTarget(address).traceLevel(level).build(), clockMs());
  }

  /** Sets the tags of a member, and the ids of its capabilities. */
  public void credentials(
      SimulatedHost member, long networkId, Map<Long, Long> tags, List<Long> capabilities) {
    MemberRecord record = member(member, networkId);
    MemberSettings settings =
        record.settings().toBuilder().tags(tags).capabilities(capabilities).build();
    running().put(record.withSettings(settings), clockMs());
  }

  private MemberRecord member(SimulatedHost member, long networkId) {
    return running()
        .member(networkId, member.nodeAddress())
        .orElseGet(() -> MemberRecord.unauthorized(networkId, member.nodeAddress(), clockMs()));
  }

  /** Returns how many pushes were repeated since the start. */
  public long pushRetries() {
    return running().counters().pushRetries();
  }

  long nextDeadlineMs() {
    if (running().hasNotifications(clockMs())) {
      return host.nowMs();
    }
    long savedAtMs = pendingWrites.isEmpty() ? Long.MAX_VALUE : pendingWrites.getFirst().savedAtMs;
    long dueMs = Math.min(running().nextRetryMs(), running().nextPublicationMs());
    return dueMs == Long.MAX_VALUE
        ? savedAtMs
        : Math.min(savedAtMs, host.nowMs() + dueMs - clockMs());
  }

  void advance(long nowMs) {
    while (!pendingWrites.isEmpty() && pendingWrites.getFirst().savedAtMs <= nowMs) {
      PendingWrite write = pendingWrites.removeFirst();
      apply(write.change);
      running().saved(write.ticket);
    }
    running().publishDirectories(clockMs());
    running().sendNotifications(clockMs());
  }

  private void apply(RecordChange change) {
    switch (change) {
      case RecordChange.NetworkSaved(NetworkRecord network) -> networks.put(network.id(), network);
      case RecordChange.MemberSaved(MemberRecord member) ->
          members.put(new MemberKey(member.networkId(), member.address()), member);
      case RecordChange.NetworkDeleted(long networkId) -> {
        networks.remove(networkId);
        members.keySet().removeIf(member -> member.networkId == networkId);
        blocked.keySet().removeIf(member -> member.networkId == networkId);
      }
      case RecordChange.MemberDeleted(long networkId, long address) ->
          members.remove(new MemberKey(networkId, address));
      case RecordChange.MemberBinned binned -> throw noBin();
      case RecordChange.MemberRestored restored -> throw noBin();
      case RecordChange.MemberPurged purged -> throw noBin();
      case RecordChange.ActivitySaved saved -> throw noBin();
      case RecordChange.MembershipEnded(RevokedMember ended, long expiredMs) ->
          revoked.put(new MemberKey(ended.networkId(), ended.address()), ended);
      case RecordChange.JoinTokenSaved saved -> throw noTokens();
      case RecordChange.JoinTokenDeleted deleted -> throw noTokens();
      case RecordChange.JoinedByToken joined -> throw noTokens();
      case RecordChange.Blocked(BlockedAddress block) ->
          blocked.put(new MemberKey(block.networkId(), block.address()), block);
      case RecordChange.Unblocked(long networkId, long address) ->
          blocked.remove(new MemberKey(networkId, address));
      case RecordChange.Combined combined -> combined.changes().forEach(this::apply);
      case RecordChange.Edited edited -> apply(edited.change());
    }
  }

  private static IllegalStateException noBin() {
    return new IllegalStateException("simulated controllers have no bin");
  }

  private static IllegalStateException noTokens() {
    return new IllegalStateException("simulated controllers make no join tokens");
  }

  @Override
  public ConfigAnswer answer(ConfigRequest request, long nowMs) {
    return running().answer(request, clockMs());
  }

  @Override
  public void write(long ticket, RecordChange change) {
    pendingWrites.add(new PendingWrite(ticket, change, host.nowMs() + WRITE_DELAY_MS));
  }

  @Override
  public void pushDirectory(long networkId, Bytes update, List<Long> recipients) {
    host.running().pushDirectory(networkId, update, recipients, host.nowMs());
  }

  @Override
  public void acknowledged(long networkId, long member, long updateId, long nowMs) {
    running().acknowledged(networkId, member, updateId, clockMs());
  }

  @Override
  public long pushConfig(long member, NetworkConfig config) {
    return host.running().pushConfig(member, config, host.nowMs());
  }

  @Override
  public void revoke(List<Revocation> revocations, List<Long> recipients) {
    host.running().revoke(revocations, recipients, host.nowMs());
  }
}
