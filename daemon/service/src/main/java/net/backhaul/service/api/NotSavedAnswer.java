// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.api;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import net.backhaul.json.Json;
import net.backhaul.service.http.Response;
import net.backhaul.service.state.NotSaved;

/** The answer to a change that could not be saved: status 500 with the reason. */
final class NotSavedAnswer {
  private NotSavedAnswer() {}

  /** Returns the answer, or the reason if it has failed by {@link NotSaved}. */
  static CompletableFuture<Response> report(CompletableFuture<Response> answer) {
    return answer.exceptionally(
        thrown -> {
          Throwable cause = thrown instanceof CompletionException ? thrown.getCause() : thrown;
          if (cause instanceof NotSaved) {
            return Response.json(
                500, "{\"error\": 500, \"description\": " + Json.write(cause.getMessage()) + "}");
          }
          throw thrown instanceof CompletionException e ? e : new CompletionException(thrown);
        });
  }
}
