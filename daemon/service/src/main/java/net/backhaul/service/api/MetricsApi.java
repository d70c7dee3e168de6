// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.api;

import java.util.concurrent.CompletableFuture;
import net.backhaul.service.ControllerHost;
import net.backhaul.service.NodeLoop;
import net.backhaul.service.http.Request;
import net.backhaul.service.http.Resource;
import net.backhaul.service.http.Response;
import net.backhaul.service.names.NameCounters;
import net.backhaul.service.portmapping.PortMapping;
import net.backhaul.service.relay.RelayCounters;
import net.backhaul.service.udp.UdpSockets;

/** Answers {@code /metrics} (04 section 7). */
public final class MetricsApi implements Resource {
  private final NodeLoop loop;
  private final UdpSockets sockets;
  private final ControllerHost controller;
  private final NameCounters names;
  private final RelayCounters relays;
  private final PortMapping portMapping;

  public MetricsApi(
      NodeLoop loop,
      UdpSockets sockets,
      ControllerHost controller,
      NameCounters names,
      RelayCounters relays,
      PortMapping portMapping) {
    this.portMapping = portMapping;
    this.names = names;
    this.relays = relays;
    this.loop = loop;
    this.sockets = sockets;
    this.controller = controller;
  }

  /** Returns the current values of all families. */
  public CompletableFuture<String> text() {
    return loop.submit(
            node ->
                NodeMetrics.text(
                        node,
                        new NodeMetrics.Sockets(
                            sockets.sendQueueFull(),
                            sockets.receiveQueueFull(),
                            relays.get(RelayCounters.Count.SENT_BYTES),
                            relays.get(RelayCounters.Count.RECEIVED_BYTES)),
                        NodeLoop.nowMs())
                    + SocketMetrics.text(sockets)
                    + RelayMetrics.text(relays)
                    + PortMappingMetrics.text(portMapping)
                    + NameMetrics.text(names))
        .thenCombine(controller.query(ControllerMetrics::text), String::concat);
  }

  @Override
  public CompletableFuture<Response> answer(Request request) {
    return request.method() == Request.Method.GET && request.path().equals("/metrics")
        ? text().thenApply(text -> Response.text(200, text))
        : CompletableFuture.completedFuture(Response.NOT_FOUND);
  }
}
