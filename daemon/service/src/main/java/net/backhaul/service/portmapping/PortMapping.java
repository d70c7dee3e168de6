// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.portmapping;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.LongConsumer;
import java.util.random.RandomGenerator;
import net.backhaul.protocol.address.Endpoints;
import net.backhaul.service.NodeLoop;
import net.backhaul.service.portmapping.protocol.Gateway;
import net.backhaul.service.portmapping.protocol.MapperOptions;
import net.backhaul.service.portmapping.protocol.MapperOutput;
import net.backhaul.service.portmapping.protocol.MappingCounters;
import net.backhaul.service.portmapping.protocol.MappingStatus;
import net.backhaul.service.portmapping.protocol.PortMapper;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The mapping of the third port at the router of this host (02 section 4.4), on the node loop. */
public final class PortMapping {
  /** The port of discard: a socket is connected to it and nothing is sent. */
  static final int ANY_PORT = 9;

  private static final Logger log = LoggerFactory.getLogger(PortMapping.class);
  private static final long LOOKUP_EVERY_MS = 30_000;

  private final NodeLoop loop;
  private final Executor background;
  private final Host host;
  private final int port;
  private final MappingCounters counters = new MappingCounters();
  private final MapperSockets sockets;
  private final PortMapper mapper;
  private final CompletableFuture<Void> ended = new CompletableFuture<>();
  private @Nullable Gateway gateway;
  private boolean lookupPending;
  private boolean refreshPending;
  private boolean closed;
  private @Nullable Future<?> timer;
  private long timerMs;

  /** What it uses of this host. */
  public interface Host {
    /** Returns the endpoints of the UDP sockets; on the node loop. */
    List<InetSocketAddress> sockets();

    /** Returns whether the sockets lead past a full tunnel. */
    boolean areMarked();

    /** Takes the mapped endpoints whenever they have changed; on the node loop. */
    void mapped(List<InetSocketAddress> external);
  }

  /**
   * Creates it; nothing is mapped before {@link #start}.
   *
   * @param background looks up the default route
   * @param port the one to map; 0 to map none
   */
  public PortMapping(
      NodeLoop loop, Executor background, Host host, int port, RandomGenerator random) {
    this(loop, background, host, new Mapped(port, MapperOptions.DEFAULT), random);
  }

  /** The port to map, and how. */
  record Mapped(int port, MapperOptions options) {}

  PortMapping(
      NodeLoop loop, Executor background, Host host, Mapped mapped, RandomGenerator random) {
    this.loop = loop;
    this.background = background;
    this.host = host;
    this.port = mapped.port;
    this.sockets = new MapperSockets(loop, new Received());
    this.mapper = new PortMapper(mapped.options, random, new Sent(), counters);
  }

  /** Searches for the router, and from then on periodically; on the node loop. */
  public void start() {
    if (port != 0) {
      loop.every(LOOKUP_EVERY_MS, () -> hostChanged(false));
      hostChanged(false);
    }
  }

  /**
   * Looks up the router again, since the network of the host has changed; on the node loop.
   *
   * @param uplink whether it may be another one behind the same address
   */
  public void hostChanged(boolean uplink) {
    refreshPending |= uplink;
    if (port == 0 || lookupPending || closed) {
      return;
    }
    lookupPending = true;
    List<InetSocketAddress> open = host.sockets();
    background.execute(
        () -> {
          GatewayLookup found = GatewayLookup.find(open, port, host.areMarked());
          loop.execute(() -> found(found));
        });
  }

  private void found(GatewayLookup lookup) {
    lookupPending = false;
    if (closed) {
      return;
    }
    long nowMs = NodeLoop.nowMs();
    Gateway changed = lookup.gateway();
    if (changed == null ? gateway != null : !changed.equals(gateway)) {
      log.debug("port mapping: router {} {}", changed, lookup.reason());
      gateway = changed;
      sockets.gateway(changed);
    } else if (refreshPending) {
      mapper.refresh(nowMs);
    }
    refreshPending = false;
    mapper.gateway(changed, lookup.reason(), nowMs);
    schedule();
  }

  /** Returns what is mapped, or why nothing is; on the node loop. */
  public MappingStatus status() {
    return port == 0
        ? MappingStatus.without(
            MappingStatus.State.DISABLED, "portMappingEnabled in local.conf is false")
        : mapper.status();
  }

  /** Returns what was counted; to be read on the node loop. */
  public MappingCounters counters() {
    return counters;
  }

  /**
   * Removes the mapping; from any thread.
   *
   * @return done when the router has answered, or should have
   */
  public CompletableFuture<Void> close() {
    loop.execute(
        () -> {
          closed = true;
          mapper.end(NodeLoop.nowMs());
          schedule();
        });
    return ended;
  }

  /** Keeps one timer alone, whatever floods the sockets. */
  private void schedule() {
    long dueMs = ended.isDone() ? Long.MAX_VALUE : mapper.nextDeadlineMs();
    Future<?> pending = timer;
    if (pending != null && !pending.isDone()) {
      if (dueMs == timerMs) {
        return;
      }
      pending.cancel(false);
    }
    if (dueMs != Long.MAX_VALUE) {
      timerMs = dueMs;
      timer =
          loop.eventLoop()
              .schedule(
                  () -> loop.execute(() -> handle(mapper::advance)),
                  Math.max(0, dueMs - NodeLoop.nowMs()),
                  TimeUnit.MILLISECONDS);
    }
  }

  /** Calls the mapper and schedules its next deadline, whatever it does. */
  private void handle(LongConsumer call) {
    try {
      call.accept(NodeLoop.nowMs());
    } finally {
      schedule();
    }
  }

  /** Hands what the sockets receive to the mapper. */
  private final class Received implements MapperSockets.Receiver {
    @Override
    public void received(InetAddress from, byte[] bytes) {
      handle(nowMs -> mapper.receive(from, bytes, bytes.length, nowMs));
    }

    @Override
    public void unreachable() {
      handle(mapper::unreachable);
    }

    @Override
    public void announced(InetAddress from, byte[] bytes) {
      handle(nowMs -> mapper.announced(from, bytes, bytes.length, nowMs));
    }

    @Override
    public void found(InetAddress from, byte[] bytes) {
      handle(nowMs -> mapper.found(from, bytes, bytes.length, nowMs));
    }

    @Override
    public void responded(int exchange, byte[] bytes) {
      handle(nowMs -> mapper.responded(exchange, bytes, bytes.length, nowMs));
    }

    @Override
    public void closed(int exchange) {
      handle(nowMs -> mapper.closed(exchange, nowMs));
    }
  }

  /** Does what the mapper requests. */
  private final class Sent implements MapperOutput {
    @Override
    public void sendToGateway(byte[] datagram) {
      sockets.sendToGateway(datagram);
    }

    @Override
    public void search(byte[] datagram) {
      sockets.search(datagram);
    }

    @Override
    public void endSearch() {
      sockets.endSearch();
    }

    @Override
    public void exchange(int exchange, InetSocketAddress to, byte[] request) {
      sockets.exchange(exchange, to, request);
    }

    @Override
    public void endExchange() {
      sockets.endExchange();
    }

    @Override
    public void mapped(@Nullable InetSocketAddress external) {
      if (external == null) {
        log.info("UDP port {} is no longer mapped", port);
      } else {
        log.info("UDP port {} is mapped to {}", port, Endpoints.text(external));
      }
      if (!closed) {
        host.mapped(external == null ? List.of() : List.of(external));
      }
    }

    @Override
    public void ended() {
      sockets.gateway(null);
      ended.complete(null);
    }
  }
}
