// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.relay;

import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import net.backhaul.engine.DatagramBatch;
import net.backhaul.engine.DatagramRun;
import net.backhaul.engine.LocalSocket;
import net.backhaul.engine.Output;
import net.backhaul.service.NodeLoop;
import net.backhaul.service.settings.TcpRelays.RelayAddress;
import net.backhaul.service.system.RepeatedErrorLog;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The connections of this node to TCP relays, which are sockets of the node like its UDP sockets.
 *
 * <p>Lives on the node loop. The node decides when relays are connected to, and which one stays.
 */
public final class RelayClient {
  private static final Logger log = LoggerFactory.getLogger(RelayClient.class);
  private static final RepeatedErrorLog ERRORS =
      new RepeatedErrorLog(log, "handling datagrams of a TCP relay");

  private final NodeLoop loop;
  private final Supplier<List<RelayAddress>> relays;
  private final Receiver receiver;
  private final RelayCounters counters;
  private final Map<RelayAddress, RelayConnection> connections = new LinkedHashMap<>();
  private boolean reportScheduled;
  private boolean muted;
  private int nextNumber = LocalSocket.FIRST_RELAY;

  /** Takes what relays bring, and which connections are open. */
  interface Receiver {
    void received(DatagramBatch batch);

    void changed(List<LocalSocket> open);
  }

  /** Hands everything to the node of a loop. */
  private record ToNode(NodeLoop loop) implements Receiver {
    @Override
    public void received(DatagramBatch batch) {
      try {
        loop.node().receive(batch, NodeLoop.nowMs());
      } catch (RuntimeException | Error e) {
        ERRORS.add(e, NodeLoop.nowMs());
      }
      loop.scheduleWakeUp();
    }

    @Override
    public void changed(List<LocalSocket> open) {
      loop.node().relaysChanged(open, NodeLoop.nowMs());
      loop.scheduleWakeUp();
    }
  }

  /** Creates it without a connection; what relays bring goes to the node of the loop. */
  public RelayClient(NodeLoop loop, Supplier<List<RelayAddress>> relays, RelayCounters counters) {
    this(loop, relays, counters, new ToNode(loop));
  }

  RelayClient(
      NodeLoop loop,
      Supplier<List<RelayAddress>> relays,
      RelayCounters counters,
      Receiver receiver) {
    this.loop = loop;
    this.relays = relays;
    this.counters = counters;
    this.receiver = receiver;
  }

  /** Connects to all relays, side by side, and again where a connection ends. */
  public void connect() {
    muted = false;
    for (RelayAddress relay : relays.get()) {
      if (!connections.containsKey(relay)) {
        var connection = new RelayConnection(loop, relay, new Connections(relay));
        connections.put(relay, connection);
        connection.open();
      }
    }
  }

  /** What a connection reports to. */
  private final class Connections implements RelayConnection.Owner {
    private final RelayAddress relay;

    Connections(RelayAddress relay) {
      this.relay = relay;
    }

    @Override
    public int opened() {
      log.info("connected to the TCP relay {}", relay);
      reportLater();
      return nextNumber++;
    }

    @Override
    public void closed() {
      log.info("the connection to the TCP relay {} has ended", relay);
      reportLater();
    }

    @Override
    public void received(DatagramBatch batch) {
      receiver.received(batch);
    }

    @Override
    public RelayCounters counters() {
      return counters;
    }
  }

  /** Sends nothing more; what comes is still received. */
  public void mute() {
    muted = true;
  }

  /**
   * Closes the connections.
   *
   * @param kept the number of the one that stays, or {@link Output#ALL_SOCKETS} for none
   */
  public void close(int kept) {
    boolean any = false;
    for (Map.Entry<RelayAddress, RelayConnection> each : List.copyOf(connections.entrySet())) {
      if (kept == Output.ALL_SOCKETS || each.getValue().number() != kept) {
        connections.remove(each.getKey());
        any |= each.getValue().number() != Output.ALL_SOCKETS;
        each.getValue().close();
      }
    }
    if (any) {
      reportLater();
    }
  }

  /** Applies the settings: closes connections to relays that are no longer among them. */
  public void settingsChanged() {
    List<RelayAddress> wanted = relays.get();
    for (Map.Entry<RelayAddress, RelayConnection> each : List.copyOf(connections.entrySet())) {
      if (!wanted.contains(each.getKey())) {
        connections.remove(each.getKey());
        each.getValue().close();
        reportLater();
      }
    }
  }

  /** Sends a run over its connection, or over all of them. */
  public void send(DatagramRun run) {
    if (muted || connections.isEmpty()) {
      return;
    }
    boolean all = run.socket() == Output.ALL_SOCKETS;
    for (RelayConnection each : connections.values()) {
      if ((all || each.number() == run.socket()) && each.number() != Output.ALL_SOCKETS) {
        each.send(run);
      }
    }
  }

  /** Sends what was collected. */
  public void flush() {
    for (RelayConnection each : connections.values()) {
      each.flush();
    }
  }

  /** Returns the addresses of the relays that are connected. */
  public List<InetSocketAddress> connected() {
    return open().stream().map(LocalSocket::address).toList();
  }

  private List<LocalSocket> open() {
    var open = new ArrayList<LocalSocket>();
    connections.forEach(
        (relay, connection) -> {
          if (connection.number() != Output.ALL_SOCKETS) {
            open.add(new LocalSocket(connection.number(), relay.address()));
          }
        });
    return open;
  }

  /** Not at once: the node may have called this from within its output. */
  private void reportLater() {
    if (!reportScheduled) {
      reportScheduled = true;
      loop.execute(
          () -> {
            reportScheduled = false;
            receiver.changed(open());
          });
    }
  }
}
