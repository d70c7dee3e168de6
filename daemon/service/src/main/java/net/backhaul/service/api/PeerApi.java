// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.api;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import net.backhaul.engine.PeerStatus;
import net.backhaul.json.Json;
import net.backhaul.protocol.address.Endpoints;
import net.backhaul.protocol.identity.Addresses;
import net.backhaul.service.NodeLoop;
import net.backhaul.service.PeerPings;
import net.backhaul.service.http.Request;
import net.backhaul.service.http.Resource;
import net.backhaul.service.http.Response;
import org.jspecify.annotations.Nullable;

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
                            .map(peer -> object(peer, snapshot.tunneled))
                            .toList()));
              }
              long address = Addresses.parse(id);
              return snapshot.peers.stream()
                  .filter(peer -> peer.address() == address)
                  .findFirst()
                  .map(peer -> Response.json(Json.write(object(peer, snapshot.tunneled))))
                  .orElse(Response.json("{}"));
            });
  }

  /** What is read on the loop; tunneled is whether a TCP relay is in use. */
  private record Snapshot(List<PeerStatus> peers, boolean tunneled) {}

  private static Map<String, @Nullable Object> object(PeerStatus peer, boolean tunneled) {
    Map<String, @Nullable Object> out = Json.object();
    out.put("address", Addresses.text(peer.address()));
    out.put("versionMajor", peer.major());
    out.put("versionMinor", peer.minor());
    out.put("versionRev", peer.revision());
    out.put("version", peer.major() + "." + peer.minor() + "." + peer.revision());
    out.put("latency", peer.latencyMs());
    out.put("role", peer.role().name());
    out.put("isBonded", false);
    out.put("tunneled", tunneled);
    var paths = new ArrayList<@Nullable Object>();
    peer.paths().forEach(path -> paths.add(object(path)));
    out.put("paths", paths);
    return out;
  }

  private static Map<String, @Nullable Object> object(PeerStatus.PathStatus path) {
    Map<String, @Nullable Object> out = Json.object();
    out.put("address", Endpoints.text(path.endpoint()));
    out.put("lastSend", path.lastSendMs());
    out.put("lastReceive", path.lastReceiveMs());
    out.put("trustedPathId", path.trustedPathId());
    out.put("active", true);
    out.put("expired", false);
    out.put("preferred", path.preferred());
    out.put("localSocket", path.socket() + 1);
    out.put("localPort", 0);
    return out;
  }
}
