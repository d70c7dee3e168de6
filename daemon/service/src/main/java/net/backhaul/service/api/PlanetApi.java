// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.api;

import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.UnaryOperator;
import net.backhaul.json.Json;
import net.backhaul.protocol.address.Endpoints;
import net.backhaul.protocol.identity.Addresses;
import net.backhaul.protocol.identity.Identity;
import net.backhaul.protocol.identity.NetworkIds;
import net.backhaul.protocol.world.PlanetText;
import net.backhaul.protocol.world.World;
import net.backhaul.service.NodeLoop;
import net.backhaul.service.Ports;
import net.backhaul.service.http.Request;
import net.backhaul.service.http.Resource;
import net.backhaul.service.http.Response;
import net.backhaul.service.state.SavedState;
import org.jspecify.annotations.Nullable;

/**
 * Shows the planet, replaces it, and makes and signs planets of this node, at {@code /planet}; the
 * reference has no such paths.
 */
public final class PlanetApi implements Resource {
  /** The path of the resource. */
  public static final String PATH = "/planet";

  private static final String INIT = PATH + "/init";
  private static final String ROOT = PATH + "/root";
  private static final String DEFAULT = "default";
  private static final String ENDPOINTS = "stableEndpoints";

  private final NodeLoop loop;
  private final SavedState state;
  private final Identity self;
  private final Ports ports;

  public PlanetApi(NodeLoop loop, SavedState state, Identity self, Ports ports) {
    this.loop = loop;
    this.state = state;
    this.self = self;
    this.ports = ports;
  }

  @Override
  public CompletableFuture<Response> answer(Request request) {
    try {
      return switch (request.method()) {
        case GET ->
            request.path().equals(PATH)
                ? loop.submit(node -> answer(node.planet(), List.of()))
                : notFound();
        case POST -> post(request);
        case DELETE -> delete(request);
        case OTHER -> notFound();
      };
    } catch (IllegalArgumentException e) {
      return CompletableFuture.completedFuture(rejected(e));
    }
  }

  private CompletableFuture<Response> post(Request request) {
    String root = PathIds.below(ROOT, request.path(), Addresses.DIGITS);
    if (root != null) {
      OwnPlanet.RootChange change = rootChange(root, JsonBody.read(request));
      return replace(planet -> own(planet).with(change), change);
    }
    return switch (request.path()) {
      case PATH -> use(JsonBody.read(request));
      case INIT -> {
        var change =
            new OwnPlanet.RootChange(
                self.address(),
                self.withoutPrivateKey(),
                RootEndpoints.read(JsonBody.read(request).object().get(ENDPOINTS), ports));
        yield replace(planet -> OwnPlanet.first(self, planet, change, wallMs()), change);
      }
      default -> notFound();
    };
  }

  private CompletableFuture<Response> delete(Request request) {
    String root = PathIds.below(ROOT, request.path(), Addresses.DIGITS);
    return root == null
        ? notFound()
        : replace(planet -> own(planet).without(HexFormat.fromHexDigitsToLong(root)), null);
  }

  private CompletableFuture<Response> use(JsonBody body) {
    if (!(body.object().get("planet") instanceof String text)) {
      throw new IllegalArgumentException(
          "planet: expected the text of a planet, which root show prints, or " + DEFAULT);
    }
    World chosen = text.equals(DEFAULT) ? World.defaultPlanet() : PlanetText.parse(text);
    for (World.Root root : chosen.roots()) {
      requireValid(root.identity());
    }
    return replace(planet -> chosen, null);
  }

  /** Replaces the planet on the node's thread, and answers when it is saved. */
  private CompletableFuture<Response> replace(
      UnaryOperator<World> change, OwnPlanet.@Nullable RootChange root) {
    CompletableFuture<Response> answer =
        loop.submit(
            node -> {
              World next;
              try {
                next = change.apply(node.planet());
              } catch (IllegalArgumentException e) {
                return rejected(e);
              }
              node.usePlanet(next, NodeLoop.nowMs());
              return answer(next, root == null ? List.of() : warnings(root));
            });
    return NotSavedAnswer.report(
        answer.thenCompose(response -> state.whenPlanetSaved().thenApply(saved -> response)));
  }

  private OwnPlanet own(World planet) {
    return new OwnPlanet(self, planet, wallMs());
  }

  private OwnPlanet.RootChange rootChange(String address, JsonBody body) {
    Object text = body.object().get("identity");
    Identity identity = null;
    if (text != null) {
      identity = identity(text);
      if (!Addresses.text(identity.address()).equals(address)) {
        throw new IllegalArgumentException(
            "identity: expected that of " + address + ", found that of " + identity);
      }
    }
    return new OwnPlanet.RootChange(
        HexFormat.fromHexDigitsToLong(address),
        identity,
        RootEndpoints.read(body.object().get(ENDPOINTS), ports));
  }

  private static Identity identity(Object text) {
    Identity identity;
    try {
      identity = Identity.parse(String.valueOf(text)).withoutPrivateKey();
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "identity: expected the text of the file identity.public of that root", e);
    }
    requireValid(identity);
    return identity;
  }

  private static void requireValid(Identity identity) {
    if (!identity.validates()) {
      throw new IllegalArgumentException(
          "the identity of root " + identity + " is damaged: its address is not that of its key");
    }
  }

  /** Returns what may be wrong with the endpoints of this node. */
  private List<String> warnings(OwnPlanet.RootChange root) {
    var warnings = new ArrayList<String>();
    if (root.address() == self.address()) {
      for (var endpoint : root.endpoints()) {
        if (!ports.udp().contains(endpoint.getPort())) {
          warnings.add(
              "this daemon does not listen at UDP port "
                  + endpoint.getPort()
                  + ": forward it to port "
                  + ports.primary()
                  + ", or change the endpoint by root add");
        }
      }
    }
    return warnings;
  }

  private Response answer(World planet, List<String> warnings) {
    Map<String, @Nullable Object> out = Json.object();
    out.put("id", NetworkIds.text(planet.id()));
    out.put("timestamp", planet.timestampMs());
    out.put("updatesMustBeSignedBy", planet.updateKey().hex());
    out.put("signedByThisNode", OwnPlanet.isSigner(self, planet));
    out.put("selfSigned", planet.isSelfSigned());
    out.put("default", planet.id() == World.defaultPlanet().id());
    var roots = new ArrayList<@Nullable Object>();
    for (World.Root root : planet.roots()) {
      Map<String, @Nullable Object> each = Json.object();
      each.put("address", Addresses.text(root.identity().address()));
      each.put("identity", root.identity().publicText());
      each.put(ENDPOINTS, root.endpoints().stream().map(Endpoints::text).toList());
      each.put("thisNode", root.identity().address() == self.address());
      roots.add(each);
    }
    out.put("roots", roots);
    out.put("planet", PlanetText.of(planet));
    out.put("warnings", warnings);
    return Response.json(Json.write(out));
  }

  private static Response rejected(IllegalArgumentException reason) {
    return Response.json(
        400, "{\"error\": 400, \"description\": " + Json.write(reason.getMessage()) + "}");
  }

  private static CompletableFuture<Response> notFound() {
    return CompletableFuture.completedFuture(Response.NOT_FOUND);
  }

  private static long wallMs() {
    return System.currentTimeMillis();
  }
}
