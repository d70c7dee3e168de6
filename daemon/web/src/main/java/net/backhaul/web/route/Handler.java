// SPDX-License-Identifier: Apache-2.0
package net.backhaul.web.route;

import java.util.concurrent.CompletableFuture;
import net.backhaul.web.http.WebResponse;

/** Answers the requests of one route; called on the thread of the web API. */
@FunctionalInterface
public interface Handler {
  /** Answers a request; {@link net.backhaul.web.http.ProblemException} rejects it. */
  CompletableFuture<WebResponse> handle(AuthorizedRequest exchange);
}
