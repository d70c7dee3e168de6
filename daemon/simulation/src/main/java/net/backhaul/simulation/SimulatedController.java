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
 * A controller beside a simulated node, on a simulated disk: a write is safe a little later, and
 * what is safe is there after a restart.
 */
public final class SimulatedController implements ConfigSource, RecordStore, ControllerOutput {
  private static final long DISK_MS = 3;

  private final SimulatedHost host;
  private final Random random;
  private final Map<Long, NetworkRecord> networks = new LinkedHashMap<>();
  private final Map<Member, MemberRecord> members = new LinkedHashMap<>();
  private final List<Write> writing = new ArrayList<>();
  private @Nullable Controller controller;

  private record Member(long networkId, long address) {}

  private record Write(long ticket, RecordChange change, long safeAtMs) {}

  SimulatedController(SimulatedHost host, long seed) {
    this.host = host;
    this.random = new Random(seed);
  }

  void start() {
    writing.clear();
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
    running().put(network, host.nowMs());
    host.settle();
    return id;
  }

  /** Lets a member in, whether or not it has asked. */
  public void authorize(SimulatedHost member, long networkId) {
    MemberRecord record = member(member, networkId);
    Authorization in = record.authorization().authorize(Authorization.BY_API, null, host.nowMs());
    running().put(record.withAuthorization(in), host.nowMs());
  }

  /** Takes a member's right back. */
  public void deauthorize(SimulatedHost member, long networkId) {
    MemberRecord record = member(member, networkId);
    Authorization out = record.authorization().deauthorize(host.nowMs());
    running().put(record.withAuthorization(out), host.nowMs());
  }

  private MemberRecord member(SimulatedHost member, long networkId) {
    return running()
        .member(networkId, member.nodeAddress())
        .orElseGet(() -> MemberRecord.unauthorized(networkId, member.nodeAddress(), host.nowMs()));
  }

  long nextDeadlineMs() {
    if (running().hasNotifications()) {
      return host.nowMs();
    }
    return writing.isEmpty() ? Long.MAX_VALUE : writing.getFirst().safeAtMs;
  }

  void advance(long nowMs) {
    while (!writing.isEmpty() && writing.getFirst().safeAtMs <= nowMs) {
      Write write = writing.removeFirst();
      keep(write.change);
      running().saved(write.ticket);
    }
    running().sendNotifications(nowMs);
  }

  private void keep(RecordChange change) {
    switch (change) {
      case RecordChange.NetworkSaved(NetworkRecord network) -> networks.put(network.id(), network);
      case RecordChange.MemberSaved(MemberRecord member) ->
          members.put(new Member(member.networkId(), member.address()), member);
      case RecordChange.NetworkDeleted(long networkId) -> {
        networks.remove(networkId);
        members.keySet().removeIf(member -> member.networkId == networkId);
      }
      case RecordChange.MemberDeleted(long networkId, long address) ->
          members.remove(new Member(networkId, address));
    }
  }

  @Override
  public ConfigAnswer answer(ConfigRequest request, long nowMs) {
    return running().answer(request, nowMs);
  }

  @Override
  public void write(long ticket, RecordChange change) {
    writing.add(new Write(ticket, change, host.nowMs() + DISK_MS));
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
