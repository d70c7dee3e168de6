// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.relay;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;
import net.backhaul.protocol.address.Endpoints;
import net.backhaul.service.settings.Settings;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Starts and stops the relay that this node is for others, as local.conf says; on one thread. */
public final class RelayHost implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(RelayHost.class);

  private final Supplier<Settings> settings;
  private final List<Integer> ports;
  private final OwnNetworks joined;
  private final RelayCounters counters;
  private @Nullable InetSocketAddress listening;
  private @Nullable RelayServer server;
  private boolean failureLogged;

  /**
   * Creates it.
   *
   * @param ports the UDP ports of the node, which clients may send to
   * @param joined the networks that the node has joined
   */
  public RelayHost(
      Supplier<Settings> settings,
      List<Integer> ports,
      OwnNetworks joined,
      RelayCounters counters) {
    this.settings = settings;
    this.ports = List.copyOf(ports);
    this.joined = joined;
    this.counters = counters;
  }

  /** Starts or stops the relay where the settings differ from what is. */
  public void reconcile() {
    InetSocketAddress wanted = settings.get().tcpRelays().listen();
    if (Objects.equals(wanted, listening)) {
      return;
    }
    close();
    if (wanted == null) {
      return;
    }
    var destinations =
        new RelayDestinations(wanted, ports, address -> settings.get().forbids(address), joined);
    var relay = new RelayServer(wanted, destinations, counters);
    try {
      relay.start();
      server = relay;
      listening = wanted;
      failureLogged = false;
      log.info("this node is a TCP relay at {}", Endpoints.text(wanted));
    } catch (IOException e) {
      if (!failureLogged) {
        failureLogged = true;
        log.warn(
            "tcpRelay in local.conf: cannot listen at {} ({}); the address may not exist on this"
                + " host yet, or the port may be in use or need more rights; the next attempt is"
                + " within 30 s",
            Endpoints.text(wanted),
            e.getMessage());
      }
    }
  }

  @Override
  public void close() {
    RelayServer running = server;
    if (running != null) {
      running.close();
      log.info("this node is no longer a TCP relay");
    }
    server = null;
    listening = null;
  }
}
