// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.api;

import java.io.IOException;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import net.backhaul.json.Json;
import net.backhaul.service.http.Request;
import net.backhaul.service.http.Resource;
import net.backhaul.service.http.Response;
import net.backhaul.service.settings.LiveSettings;
import net.backhaul.service.settings.LocalConf;
import net.backhaul.service.state.FileProblem;
import net.backhaul.service.state.SavedState;
import org.jspecify.annotations.Nullable;

/** Reads local.conf and merges settings into it (04 section 4.4). */
public final class ConfigApi implements Resource {
  private final LiveSettings settings;
  private final SavedState state;
  private final Runnable changed;

  /**
   * Makes the resource.
   *
   * @param changed called on the state thread after settings have changed
   */
  public ConfigApi(LiveSettings settings, SavedState state, Runnable changed) {
    this.settings = settings;
    this.state = state;
    this.changed = changed;
  }

  @Override
  public CompletableFuture<Response> answer(Request request) {
    if (request.method() == Request.Method.GET && request.path().equals("/config")) {
      return CompletableFuture.completedFuture(Response.json(Json.write(settings.conf())));
    }
    if (request.method() != Request.Method.POST || !request.path().equals("/config/settings")) {
      return CompletableFuture.completedFuture(Response.NOT_FOUND);
    }
    JsonBody body = JsonBody.read(request);
    IgnoredInput ignored = body.ignored(body.object(), body.object());
    return CompletableFuture.supplyAsync(
        () -> {
          if (body.isObject()) {
            merge(body.object());
          }
          return ignored.report(Response.json("{}"));
        },
        state::execute);
  }

  private void merge(Map<String, @Nullable Object> wanted) {
    try {
      settings.merge(wanted);
      changed.run();
    } catch (LocalConf.Unusable e) {
      throw new IllegalArgumentException(e.getMessage(), e);
    } catch (IOException e) {
      throw new CompletionException(
          new IllegalArgumentException(
              "local.conf cannot be written: " + FileProblem.reason(e), e));
    }
  }
}
