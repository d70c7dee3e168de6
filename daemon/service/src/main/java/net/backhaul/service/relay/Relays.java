// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.relay;

import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import net.backhaul.service.NodeLoop;
import net.backhaul.service.settings.Settings;
import net.backhaul.service.settings.TcpRelays.RelayAddress;

/** The relays that this node uses, and the one that it is for others. */
public final class Relays implements AutoCloseable {
  private final NodeLoop loop;
  private final RelayCounters counters = new RelayCounters();
  private final RelayClient client;
  private final RelayHost host;

  /**
   * Creates them; nothing is connected or listens yet.
   *
   * @param ports the UDP ports of the node
   * @param joined the networks that the node has joined
   */
  public Relays(
      NodeLoop loop, Supplier<Settings> settings, List<Integer> ports, OwnNetworks joined) {
    this.loop = loop;
    this.client = new RelayClient(loop, () -> relays(settings.get()), counters);
    this.host = new RelayHost(settings, ports, joined, counters);
  }

  private static List<RelayAddress> relays(Settings settings) {
    return settings.tcpRelays().relays().stream()
        .flatMap(relay -> relay.from(settings.bind()).stream())
        .toList();
  }

  /** Returns the connections of this node; on the node loop. */
  public RelayClient client() {
    return client;
  }

  public RelayCounters counters() {
    return counters;
  }

  /**
   * Applies the settings, and retries to listen where that failed.
   *
   * @param background a thread, always the same
   */
  public void reconcile(Executor background) {
    loop.execute(client::settingsChanged);
    background.execute(host::reconcile);
  }

  /** Ends the relay for others; on the background thread, or once that has ended. */
  @Override
  public void close() {
    host.close();
  }
}
