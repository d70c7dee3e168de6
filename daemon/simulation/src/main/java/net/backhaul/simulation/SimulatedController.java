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
import net.backhaul.controller.Controller;
import net.backhaul.controller.ControllerOutput;
import net.backhaul.controller.MemberRecord;
import net.backhaul.controller.NetworkRecord;
import net.backhaul.controller.RecordChange;
import net.backhaul.controller.RecordStore;
import net.backhaul.engine.ConfigSource;
import net.backhaul.protocol.address.Endpoints;
import net.backhaul.protocol.address.IpPrefix;
import net.backhaul.protocol.network.ConfigAnswer;
import net.backhaul.protocol.network.ConfigRequest;
import net.backhaul.protocol.network.NetworkConfig;
import net.backhaul.protocol.network.Revocation;
import net.backhaul.protocol.network.Route;
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
        new Controller(host.identity(), networks.values(), members.values(), this, this, random);
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

  private MemberRecord member(SimulatedHost member, long networkId) {
    return running()
        .member(networkId, member.nodeAddress())
        .orElseGet(() -> MemberRecord.unauthorized(networkId, member.nodeAddress(), clockMs()));
  }

  long nextDeadlineMs() {
    if (running().hasNotifications()) {
      return host.nowMs();
    }
    return pendingWrites.isEmpty() ? Long.MAX_VALUE : pendingWrites.getFirst().savedAtMs;
  }

  void advance(long nowMs) {
    while (!pendingWrites.isEmpty() && pendingWrites.getFirst().savedAtMs <= nowMs) {
      PendingWrite write = pendingWrites.removeFirst();
      apply(write.change);
      running().saved(write.ticket);
    }
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
      }
      case RecordChange.MemberDeleted(long networkId, long address) ->
          members.remove(new MemberKey(networkId, address));
    }
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
  public void pushConfig(long member, NetworkConfig config) {
    host.running().pushConfig(member, config, host.nowMs());
  }

  @Override
  public void revoke(Revocation revocation, List<Long> recipients) {
    host.running().revoke(revocation, recipients, host.nowMs());
  }
}
