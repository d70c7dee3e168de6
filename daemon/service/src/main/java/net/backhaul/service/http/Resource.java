// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.http;

import java.util.concurrent.CompletableFuture;

/**
 * Answers requests to some paths. Called on the HTTP event loop, which must not be blocked.
 *
 * <p>An exception is answered with status 500 and the exception's message.
 */
@FunctionalInterface
public interface Resource {
  CompletableFuture<Response> answer(Request request);
}
