// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.http;

import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * Produces the body of a streamed response, chunk by chunk.
 *
 * <p>The connection requests a chunk only when its send buffer is writable, so a slow reader holds
 * one chunk and {@link HttpLimits#SEND_BUFFER_BYTES} at most. A source without data, such as one of
 * server-sent events between two events, returns a future that it completes later.
 */
@FunctionalInterface
public interface BodySource extends AutoCloseable {
  /**
   * Returns the next chunk, or an empty one at the end; one call is outstanding at a time.
   *
   * <p>A failure ends the connection, since the status has been sent.
   */
  CompletableFuture<Optional<ByteBuffer>> next();

  /** Releases what the source holds; called once, at the end or when the connection is closed. */
  @Override
  default void close() {}
}
