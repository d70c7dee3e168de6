// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.api;

import java.net.InetAddress;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import net.backhaul.engine.Node;
import net.backhaul.json.Json;
import net.backhaul.protocol.address.Endpoints;
import net.backhaul.protocol.identity.Addresses;
import net.backhaul.service.NodeLoop;
import net.backhaul.service.http.Request;
import net.backhaul.service.http.Resource;
import net.backhaul.service.http.Response;

/** Shows the bonds of the node, and changes their links (04 section 4.4). */
public final class BondApi implements Resource {
  private static final Pattern MTU =
      Pattern.compile("/bond/setmtu/([0-9]{1,6})/([A-Za-z0-9_]{1,16})/([0-9a-fA-F.:]{1,39})");
  private static final int MIN_MTU_BYTES = 68;
  private static final int MAX_MTU_BYTES = 65_535;
  private static final Response REJECTED = Response.json(400, "{}");

  private final NodeLoop loop;

  public BondApi(NodeLoop loop) {
    this.loop = loop;
  }

  @Override
  public CompletableFuture<Response> answer(Request request) {
    String path = request.path();
    if (request.method() == Request.Method.GET) {
      String shown = PathIds.below("/bond/show", path, Addresses.DIGITS);
      if (shown != null) {
        return loop.submit(node -> show(node, Addresses.parse(shown)));
      }
    } else if (request.method() == Request.Method.POST) {
      String rotated = PathIds.below("/bond/rotate", path, Addresses.DIGITS);
      if (rotated != null) {
        return loop.submit(node -> rotate(node, Addresses.parse(rotated)));
      }
      Matcher mtu = MTU.matcher(path);
      if (mtu.matches()) {
        return loop.submit(node -> setMtu(node, mtu));
      }
    }
    return CompletableFuture.completedFuture(Response.NOT_FOUND);
  }

  private static Response show(Node node, long address) {
    boolean tunneled = node.status(NodeLoop.nowMs()).relay() != null;
    return node.peers(NodeLoop.nowMs()).stream()
        .filter(peer -> peer.address() == address && peer.bond() != null)
        .findFirst()
        .map(peer -> Response.json(Json.write(PeerJson.object(peer, tunneled, NodeLoop.nowMs()))))
        .orElse(REJECTED);
  }

  private static Response rotate(Node node, long address) {
    return node.rotateBond(address, NodeLoop.nowMs()) ? Response.json("{}") : REJECTED;
  }

  private static Response setMtu(Node node, Matcher words) {
    if (!node.isBonding()) {
      return Response.json(400, "Bonding layer isn't active yet");
    }
    int mtuBytes = Integer.parseInt(words.group(1));
    if (mtuBytes < MIN_MTU_BYTES || mtuBytes > MAX_MTU_BYTES) {
      return Response.json(400, "Specified MTU is not reasonable");
    }
    try {
      InetAddress remote = Endpoints.parseIp(words.group(3));
      if (node.setBondMtu(words.group(2), remote, mtuBytes)) {
        return Response.json("{}");
      }
    } catch (IllegalArgumentException e) {
      // No address, so no link has it.
    }
    return Response.json(400, "Unable to find specified link");
  }
}
