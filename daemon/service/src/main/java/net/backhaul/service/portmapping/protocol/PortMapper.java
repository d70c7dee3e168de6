// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.portmapping.protocol;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.StringJoiner;
import java.util.random.RandomGenerator;
import net.backhaul.protocol.address.Endpoints;
import net.backhaul.service.portmapping.protocol.MappingCounters.Count;
import net.backhaul.service.portmapping.protocol.MappingStatus.State;
import org.jspecify.annotations.Nullable;

/**
 * Has the router map a port of this host, by the first protocol that works, renews the mapping and
 * removes it at the end (02 section 4.4). Without a clock, a socket or a thread.
 *
 * <p>What comes from the network is dropped unless it comes from the gateway and is asked for;
 * {@link MappingLimits} bound the rest.
 */
public final class PortMapper {
  /** The port of routers for NAT-PMP and PCP. */
  public static final int GATEWAY_PORT = 5351;

  /** How long a router that has no port for NAT-PMP and PCP is believed; it sends few errors. */
  private static final long UNREACHABLE_MS = 1_000;

  private final MapperContext context;
  private final List<MappingClient> clients = new ArrayList<>();
  private final List<String> failures = new ArrayList<>();
  private @Nullable Gateway gateway;
  private State state = State.NOT_NEEDED;
  private String why = "no default route of IPv4 leads to a router";
  private int current;
  private boolean requesting;
  private boolean ending;
  private boolean lost;
  private long retryMs = MappingLimits.FIRST_RETRY_MS;
  private long dueMs = MappingClient.NEVER;
  private long lastRequestMs = Long.MIN_VALUE / 2;
  private long unreachableMs = Long.MIN_VALUE / 2;
  private @Nullable InetSocketAddress external;
  private long expiresMs;

  /**
   * Creates a mapper without a gateway.
   *
   * @param random cryptographically strong, except in tests
   */
  public PortMapper(
      MapperOptions options,
      RandomGenerator random,
      MapperOutput output,
      MappingCounters counters) {
    context = new MapperContext(options, random, output, counters);
  }

  // Input.

  /**
   * Sets the router; another one, or another address of this host, needs another mapping.
   *
   * @param found null without a router
   * @param reason in words why there is none
   */
  public void gateway(@Nullable Gateway found, String reason, long nowMs) {
    if (ending || (found != null && Objects.equals(found, gateway))) {
      return;
    }
    if (found == null) {
      why = reason;
    }
    if (found == null && gateway == null) {
      return;
    }
    abandon();
    clients.clear();
    gateway = found;
    retryMs = MappingLimits.FIRST_RETRY_MS;
    if (found == null) {
      state = State.NOT_NEEDED;
      return;
    }
    for (MappingProtocol each : context.options().protocols()) {
      clients.add(client(each, found));
    }
    begin(nowMs);
  }

  private MappingClient client(MappingProtocol protocol, Gateway to) {
    var events = new ClientEvents(protocol);
    return switch (protocol) {
      case PCP -> new PcpClient(context, to, events);
      case NAT_PMP -> new NatPmpClient(context, to, events);
      case UPNP -> new UpnpClient(context, to, events);
    };
  }

  /** Requests the mapping again soon: the router may have been restarted. */
  public void refresh(long nowMs) {
    if (!ending && gateway != null && !requesting) {
      retryMs = MappingLimits.FIRST_RETRY_MS;
      dueMs = Math.max(nowMs, lastRequestMs + MappingLimits.MIN_SEARCH_SPACING_MS);
      advance(nowMs);
    }
  }

  /** Receives a datagram from the gateway's port for NAT-PMP and PCP. */
  public void receive(InetAddress from, byte[] bytes, int length, long nowMs) {
    if (isFromGateway(from)) {
      client().receive(bytes, length, nowMs);
    }
  }

  /** Receives a datagram that a router has sent to all hosts. */
  public void announced(InetAddress from, byte[] bytes, int length, long nowMs) {
    if (!isFromGateway(from) || ending || length == 0) {
      return;
    }
    MappingProtocol protocol =
        bytes[0] == PcpMessages.VERSION ? MappingProtocol.PCP : MappingProtocol.NAT_PMP;
    if (requesting) {
      return;
    }
    if (state == State.MAPPED && client().protocol() == protocol) {
      client().receive(bytes, length, nowMs);
    } else {
      refresh(nowMs);
    }
  }

  /** The gateway has no port for NAT-PMP and PCP. */
  public void unreachable(long nowMs) {
    if (!clients.isEmpty()) {
      unreachableMs = nowMs;
      client().unreachable(nowMs);
    }
  }

  /** Receives an answer to a search. */
  public void found(InetAddress from, byte[] bytes, int length, long nowMs) {
    if (!clients.isEmpty()) {
      client().found(from, bytes, length, nowMs);
    }
  }

  /** Receives a part of the response of an exchange. */
  public void responded(int exchange, byte[] bytes, int length, long nowMs) {
    if (!clients.isEmpty()) {
      client().responded(exchange, bytes, length, nowMs);
    }
  }

  /** The other side has ended an exchange, or cannot be connected to. */
  public void closed(int exchange, long nowMs) {
    if (!clients.isEmpty()) {
      client().closed(exchange, nowMs);
    }
  }

  /** Removes the mapping; {@link MapperOutput#ended} follows, perhaps within this call. */
  public void end(long nowMs) {
    if (ending) {
      return;
    }
    ending = true;
    InetSocketAddress mapped = external;
    if (mapped == null) {
      context.output().ended();
      return;
    }
    dueMs = nowMs + MappingLimits.REMOVAL_WITHIN_MS;
    client().remove(mapped, nowMs);
  }

  /** Performs the work that is due. Calling early or late is harmless. */
  public void advance(long nowMs) {
    if (clients.isEmpty()) {
      return;
    }
    client().advance(nowMs);
    if (nowMs < dueMs) {
      return;
    }
    dueMs = MappingClient.NEVER;
    if (ending) {
      context.output().ended();
    } else if (external != null && nowMs < expiresMs) {
      request(nowMs);
    } else {
      abandon();
      begin(nowMs);
    }
  }

  /** When {@link #advance} is due; Long.MAX_VALUE for never. */
  public long nextDeadlineMs() {
    return clients.isEmpty() ? MappingClient.NEVER : Math.min(dueMs, client().deadlineMs());
  }

  /** Returns what is mapped, or why nothing is. */
  public MappingStatus status() {
    return external == null
        ? new MappingStatus(state, gateway, null, null, 0, why)
        : new MappingStatus(State.MAPPED, gateway, client().protocol(), external, expiresMs, "");
  }

  // Requests, one protocol after the other.

  private MappingClient client() {
    return clients.get(current);
  }

  private boolean isFromGateway(InetAddress from) {
    Gateway mine = gateway;
    if (mine == null || !from.equals(mine.address())) {
      context.count(Count.OTHER_SOURCE);
      return false;
    }
    return true;
  }

  private void abandon() {
    if (external != null) {
      external = null;
      context.output().mapped(null);
    }
    context.output().endSearch();
    context.output().endExchange();
    requesting = false;
    lost = false;
    dueMs = MappingClient.NEVER;
  }

  private void begin(long nowMs) {
    current = 0;
    failures.clear();
    state = State.REQUESTING;
    why = "a mapping was requested of the router";
    request(nowMs);
  }

  private void request(long nowMs) {
    requesting = true;
    lastRequestMs = nowMs;
    if (client().protocol() != MappingProtocol.UPNP && nowMs - unreachableMs < UNREACHABLE_MS) {
      failed("the router does not support it", nowMs); // Both protocols have one port.
    } else {
      client().request(external, nowMs);
    }
  }

  /** Takes the outcome of a client's requests; what a former one reports late is ignored. */
  private final class ClientEvents implements MappingClient.Listener {
    private final MappingProtocol protocol;

    ClientEvents(MappingProtocol protocol) {
      this.protocol = protocol;
    }

    private boolean isCurrent() {
      return !clients.isEmpty() && client().protocol() == protocol && !ending;
    }

    @Override
    public void granted(InetSocketAddress endpoint, long lifetimeMs, long nowMs) {
      if (isCurrent()) {
        PortMapper.this.granted(endpoint, lifetimeMs, nowMs);
      }
    }

    @Override
    public void failed(String reason, long nowMs) {
      if (isCurrent()) {
        PortMapper.this.failed(reason, nowMs);
      }
    }

    @Override
    public void lost(long nowMs) {
      if (isCurrent() && external != null) {
        lost = true;
        refresh(nowMs);
      }
    }

    @Override
    public void removed() {
      if (ending && dueMs != MappingClient.NEVER) {
        dueMs = MappingClient.NEVER;
        context.output().ended();
      }
    }
  }

  private void granted(InetSocketAddress endpoint, long lifetimeMs, long nowMs) {
    if (!Endpoints.usableForPath(endpoint) || endpoint.getPort() == 0) {
      context.count(Count.FORBIDDEN_ADDRESS);
      failed(
          "the router names " + Endpoints.text(endpoint) + ", where no peer can reach it", nowMs);
      return;
    }
    if (lifetimeMs <= 0) {
      context.count(Count.INVALID);
      failed("the router grants it for no time", nowMs);
      return;
    }
    context.count(Count.GRANTED);
    requesting = false;
    lost = false;
    retryMs = MappingLimits.FIRST_RETRY_MS;
    state = State.MAPPED;
    expiresMs = lifetimeMs == MappingClient.NEVER ? lifetimeMs : nowMs + lifetimeMs;
    dueMs =
        nowMs
            + Math.clamp(
                lifetimeMs / 2, MappingLimits.MIN_RENEWAL_MS, context.options().renewEveryMs());
    if (!endpoint.equals(external)) {
      external = endpoint;
      context.output().mapped(endpoint);
    }
  }

  private void failed(String reason, long nowMs) {
    requesting = false;
    long leftMs = expiresMs - nowMs;
    if (external != null && !lost && leftMs > MappingLimits.MIN_RENEWAL_MS) {
      // The mapping still exists: it is renewed again at half of what is left.
      dueMs =
          nowMs
              + Math.clamp(leftMs / 2, MappingLimits.MIN_RENEWAL_MS, MappingLimits.FIRST_RETRY_MS);
      return;
    }
    if (external != null) {
      abandon();
      begin(nowMs);
      return;
    }
    failures.add(client().protocol().text() + ": " + reason);
    if (current + 1 < clients.size()) {
      current++;
      request(nowMs);
      return;
    }
    state = State.FAILED;
    var all = new StringJoiner("; ");
    failures.forEach(all::add);
    why = all.toString();
    dueMs = nowMs + retryMs;
    retryMs = Math.min(2 * retryMs, MappingLimits.LAST_RETRY_MS);
  }
}
