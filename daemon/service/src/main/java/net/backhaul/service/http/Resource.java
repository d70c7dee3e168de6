// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.http;

import java.util.concurrent.CompletableFuture;

/**
 * Answers requests to some paths. Called on the HTTP loop, which must not be kept waiting.
 *
 * <p>What fails with an exception is answered as 500 with the exception's message.
 */
@FunctionalInterface
public interface Resource {
  CompletableFuture<Response> answer(Request request);
}
