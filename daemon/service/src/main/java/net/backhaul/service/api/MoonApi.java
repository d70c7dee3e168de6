// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.api;

import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import net.backhaul.json.Json;
import net.backhaul.protocol.address.Endpoints;
import net.backhaul.protocol.identity.Addresses;
import net.backhaul.protocol.identity.NetworkIds;
import net.backhaul.protocol.world.World;
import net.backhaul.service.NodeLoop;
import net.backhaul.service.http.Request;
import net.backhaul.service.http.Resource;
import net.backhaul.service.http.Response;
import net.backhaul.service.state.SavedState;
import org.jspecify.annotations.Nullable;

/** Reads moons, orbits and deorbits them (04 sections 4.4 and 4.5.4). */
public final class MoonApi implements Resource {
  private static final String PATH = "/moon";
  private static final long MAX_SEED = Addresses.MASK;

  private final NodeLoop loop;
  private final SavedState state;

  public MoonApi(NodeLoop loop, SavedState state) {
    this.loop = loop;
    this.state = state;
  }

  @Override
  public CompletableFuture<Response> answer(Request request) {
    if (request.path().equals(PATH)) {
      return request.method() == Request.Method.GET
          ? loop.submit(node -> node.moons())
              .thenApply(moons -> Response.json(Json.write(objects(moons))))
          : CompletableFuture.completedFuture(Response.NOT_FOUND);
    }
    String digits = PathIds.below(PATH, request.path(), Addresses.DIGITS);
    if (digits == null) {
      return CompletableFuture.completedFuture(Response.NOT_FOUND);
    }
    long id = HexFormat.fromHexDigitsToLong(digits);
    return switch (request.method()) {
      case GET -> loop.submit(node -> node.moons()).thenApply(moons -> one(moons, id, "{}"));
      case POST -> orbit(id, JsonBody.readLeniently(request));
      case DELETE ->
          whenSaved(
              id,
              loop.submit(
                  node -> {
                    node.deorbit(id);
                    return Response.json("{\"result\":true}");
                  }));
      case OTHER -> CompletableFuture.completedFuture(Response.NOT_FOUND);
    };
  }

  private CompletableFuture<Response> orbit(long id, JsonBody body) {
    Object wanted = body.object().get("seed");
    long seed = seed(wanted);
    Map<String, @Nullable Object> used = Json.object();
    if (seed != 0) {
      used.put("seed", wanted);
    }
    return whenSaved(
        id,
        loop.submit(
                node -> {
                  boolean known = node.moons().stream().anyMatch(moon -> moon.id() == id);
                  if (!known && seed != 0) {
                    node.orbit(id, seed, null, NodeLoop.nowMs());
                  }
                  return node.moons();
                })
            .thenApply(moons -> one(moons, id, seed == 0 ? "{}" : Json.write(waiting(id))))
            .thenApply(body.ignored(Map.of(), used)::report));
  }

  private CompletableFuture<Response> whenSaved(long id, CompletableFuture<Response> answer) {
    return NotSavedAnswer.report(
        answer.thenCompose(response -> state.whenMoonSaved(id).thenApply(saved -> response)));
  }

  /** Parses leading hexadecimal digits; a JSON number is taken as it is. */
  private static long seed(@Nullable Object value) {
    if (value instanceof Number number) {
      return number.longValue() & MAX_SEED;
    }
    if (!(value instanceof String text)) {
      return 0;
    }
    long seed = 0;
    for (int i = 0; i < text.length() && HexFormat.isHexDigit(text.charAt(i)); i++) {
      seed = seed << 4 | HexFormat.fromHexDigit(text.charAt(i));
    }
    return seed & MAX_SEED;
  }

  private static Response one(List<World> moons, long id, String unknown) {
    for (World moon : moons) {
      if (moon.id() == id) {
        return Response.json(Json.write(object(moon)));
      }
    }
    return Response.json(unknown);
  }

  private static List<@Nullable Object> objects(List<World> moons) {
    var all = new ArrayList<@Nullable Object>();
    moons.forEach(moon -> all.add(object(moon)));
    return all;
  }

  private static Map<String, @Nullable Object> object(World moon) {
    Map<String, @Nullable Object> out = Json.object();
    out.put("id", NetworkIds.text(moon.id()));
    out.put("timestamp", moon.timestampMs());
    out.put("signature", moon.signature().hex());
    out.put("updatesMustBeSignedBy", moon.updateKey().hex());
    out.put("waiting", false);
    var roots = new ArrayList<@Nullable Object>();
    for (World.Root root : moon.roots()) {
      Map<String, @Nullable Object> each = Json.object();
      each.put("identity", root.identity().publicText());
      each.put("stableEndpoints", root.endpoints().stream().map(Endpoints::text).toList());
      roots.add(each);
    }
    out.put("roots", roots);
    return out;
  }

  private static Map<String, @Nullable Object> waiting(long id) {
    Map<String, @Nullable Object> out = Json.object();
    out.put("id", NetworkIds.text(id));
    out.put("timestamp", 0);
    out.put("signature", null);
    out.put("updatesMustBeSignedBy", null);
    out.put("roots", List.of());
    out.put("waiting", true);
    return out;
  }
}
