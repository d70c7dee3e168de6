// SPDX-License-Identifier: Apache-2.0
package net.backhaul.web.http;

import java.util.Optional;

/** A source of server-sent events for one client; used on the thread of the web API. */
public interface EventStream {
  /**
   * Sets what is called when events have become available or the stream has ended.
   *
   * @param callback called on the thread of the web API, any number of times
   */
  void onAvailable(Runnable callback);

  /** Returns the next events as text of the stream; empty if none is available. */
  Optional<String> next();

  /** Returns whether the client may not receive any more events. */
  boolean hasEnded();

  /** Releases the stream; the client has gone. */
  void close();
}
