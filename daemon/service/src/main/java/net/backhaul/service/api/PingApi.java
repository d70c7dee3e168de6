// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.api;

import java.math.BigDecimal;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import net.backhaul.engine.Node;
import net.backhaul.json.Json;
import net.backhaul.protocol.address.Endpoints;
import net.backhaul.protocol.identity.Addresses;
import net.backhaul.service.PeerPings;
import net.backhaul.service.PeerPings.PingResult;
import net.backhaul.service.http.Request;
import net.backhaul.service.http.Resource;
import net.backhaul.service.http.Response;
import org.jspecify.annotations.Nullable;

/**
 * Measures the round trip to a peer with one ECHO, at {@code POST /peer/<address>/ping}; the
 * reference has no such path. The body may set {@code size}, the bytes of data.
 */
final class PingApi implements Resource {
  /** The end of the path. */
  static final String PATH = "/ping";

  private static final String PEER = "/peer";
  private static final int DEFAULT_BYTES = 56;
  private static final int NANOS_PER_MICRO = 1_000;
  private static final int MICRO_DIGITS = 3;
  private static final int CONFLICT = 409;
  private static final int UNAVAILABLE = 503;

  private final PeerPings pings;

  PingApi(PeerPings pings) {
    this.pings = pings;
  }

  @Override
  public CompletableFuture<Response> answer(Request request) {
    String peer = request.path().substring(0, request.path().length() - PATH.length());
    String digits = PathIds.below(PEER, peer, Addresses.DIGITS);
    if (request.method() != Request.Method.POST || digits == null) {
      return CompletableFuture.completedFuture(Response.NOT_FOUND);
    }
    Object size = JsonBody.readLeniently(request).object().getOrDefault("size", DEFAULT_BYTES);
    if (!(size instanceof Number number) || !isValid(number.doubleValue())) {
      return CompletableFuture.completedFuture(
          Response.text(
              400,
              "size: expected %d to %d bytes, found %s"
                  .formatted(Node.MIN_PING_BYTES, Node.MAX_PING_BYTES, size)));
    }
    return pings
        .ping(Addresses.parse(digits), number.intValue())
        .thenApply(outcome -> response(digits, outcome));
  }

  private static boolean isValid(double bytes) {
    return bytes >= Node.MIN_PING_BYTES && bytes <= Node.MAX_PING_BYTES;
  }

  private static Response response(String address, PingResult outcome) {
    Map<String, @Nullable Object> out = Json.object();
    out.put("address", address);
    switch (outcome) {
      case PingResult.Busy busy -> {
        return busy.samePeer()
            ? Response.text(CONFLICT, "another ping of this peer is pending")
            : Response.text(UNAVAILABLE, "too many pings are pending");
      }
      case PingResult.Unanswered unanswered -> {
        out.put("answered", false);
        out.put("timeout", PeerPings.TIMEOUT_MS);
      }
      case PingResult.Answered answered -> {
        out.put("answered", true);
        long micros = answered.roundTripNanos() / NANOS_PER_MICRO;
        out.put("rtt", BigDecimal.valueOf(micros, MICRO_DIGITS).doubleValue());
        out.put("link", answered.relayed() ? "RELAY" : "DIRECT");
        out.put("path", Endpoints.text(answered.endpoint()));
        out.put("relay", answered.relay() == 0 ? "" : Addresses.text(answered.relay()));
      }
    }
    return Response.json(Json.write(out));
  }
}
