// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.api;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import net.backhaul.engine.PeerStatus;
import net.backhaul.json.Json;
import net.backhaul.protocol.identity.Addresses;
import net.backhaul.service.NodeLoop;
import net.backhaul.service.PeerPings;
import net.backhaul.service.http.Request;
import net.backhaul.service.http.Resource;
import net.backhaul.service.http.Response;

/** Reads the peers of the node (04 section 4.5.3). */
public final class PeerApi implements Resource {
  private static final String PATH = "/peer";

  private final NodeLoop loop;
  private final PingApi pings;

  public PeerApi(NodeLoop loop, PeerPings pings) {
    this.loop = loop;
    this.pings = new PingApi(pings);
  }

  @Override
  public CompletableFuture<Response> answer(Request request) {
    if (request.path().endsWith(PingApi.PATH)) {
      return pings.answer(request);
    }
    boolean all = request.path().equals(PATH);
    String id = all ? "" : PathIds.below(PATH, request.path(), Addresses.DIGITS);
    if (request.method() != Request.Method.GET || id == null) {
      return CompletableFuture.completedFuture(Response.NOT_FOUND);
    }
    return loop.submit(
            node ->
                new Snapshot(
                    node.peers(NodeLoop.nowMs()), node.status(NodeLoop.nowMs()).relay() != null))
        .thenApply(
            snapshot -> {
              if (all) {
                return Response.json(
                    Json.write(
                        snapshot.peers.stream()
                            .map(peer -> PeerJson.object(peer, snapshot.tunneled, NodeLoop.nowMs()))
                            .toList()));
              }
              long address = Addresses.parse(id);
              return snapshot.peers.stream()
                  .filter(peer -> peer.address() == address)
                  .findFirst()
                  .map(
                      peer ->
                          Response.json(
                              Json.write(
                                  PeerJson.object(peer, snapshot.tunneled, NodeLoop.nowMs()))))
                  .orElse(Response.json("{}"));
            });
  }

  /** What is read on the loop; tunneled is whether a TCP relay is in use. */
  private record Snapshot(List<PeerStatus> peers, boolean tunneled) {}
}
