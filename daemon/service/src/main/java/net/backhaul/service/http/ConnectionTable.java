// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.http;

import io.netty.channel.Channel;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * Bounds the connections of a server and what they hold together; used on the HTTP event loop.
 *
 * <p>Connections that have sent no complete request head with a valid token are evicted for new
 * ones, the one that has waited longest first, so that slow or idle clients do not block others.
 */
final class ConnectionTable {
  private final BodyBudget bodies;
  private final ErrorLogs errors = new ErrorLogs();
  private final ClientGroup managers = new ClientGroup(HttpLimits.MAX_CONNECTIONS);
  private final ClientGroup others = new ClientGroup(HttpLimits.MAX_METRICS_CONNECTIONS);

  /** The connections from addresses that may use the API, or from all others. */
  private static final class ClientGroup {
    private final int maxConnections;
    private final Set<Channel> waiting = new LinkedHashSet<>();
    private int open;

    ClientGroup(int maxConnections) {
      this.maxConnections = maxConnections;
    }

    boolean add(Channel channel) {
      if (open >= maxConnections && !waiting.isEmpty()) {
        waiting.iterator().next().close();
      }
      if (open >= maxConnections) {
        return false;
      }
      open++;
      channel
          .closeFuture()
          .addListener(
              closed -> {
                open--;
                waiting.remove(channel);
              });
      return true;
    }
  }

  ConnectionTable(BodyBudget bodies) {
    this.bodies = bodies;
  }

  /** Returns the budget of request bodies. */
  BodyBudget bodies() {
    return bodies;
  }

  /** Returns the logs of internal errors, whose rate limit all connections share. */
  ErrorLogs errors() {
    return errors;
  }

  /** Adds a connection; returns false at the limit, if no other can be evicted. */
  boolean add(Channel channel, boolean manages) {
    return group(manages).add(channel);
  }

  /** Closes the connection that has waited longest for a request, if there is one. */
  void evictWaiting() {
    ClientGroup group = others.waiting.isEmpty() ? managers : others;
    if (!group.waiting.isEmpty()) {
      group.waiting.iterator().next().close();
    }
  }

  /** Records that a connection waits for the head of a request. */
  void waits(Channel channel, boolean manages) {
    if (channel.isOpen()) {
      group(manages).waiting.add(channel);
    }
  }

  /** Records that a connection has sent the head of a request with a valid token. */
  void works(Channel channel, boolean manages) {
    group(manages).waiting.remove(channel);
  }

  private ClientGroup group(boolean manages) {
    return manages ? managers : others;
  }
}
