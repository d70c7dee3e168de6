// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.http;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/** Selects the resource for a path; an unknown path is answered with 404 and no body. */
public final class Router implements Resource {
  private final Map<String, Resource> resources = new LinkedHashMap<>();

  /** Registers a resource for one path and everything below it. */
  public Router add(String path, Resource resource) {
    resources.put(path, resource);
    return this;
  }

  @Override
  public CompletableFuture<Response> answer(Request request) {
    for (Map.Entry<String, Resource> each : resources.entrySet()) {
      String path = each.getKey();
      if (request.path().equals(path) || request.path().startsWith(path + "/")) {
        return each.getValue().answer(request);
      }
    }
    return CompletableFuture.completedFuture(Response.NOT_FOUND);
  }
}
