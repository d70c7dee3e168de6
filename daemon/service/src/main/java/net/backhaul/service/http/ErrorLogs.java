// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.http;

import java.util.concurrent.TimeUnit;
import net.backhaul.service.system.RepeatedErrorLog;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Logs the internal errors of a server by kind, with a rate limit: clients can repeat them. */
final class ErrorLogs {
  private static final Logger log = LoggerFactory.getLogger(ErrorLogs.class);

  private final RepeatedErrorLog answering = new RepeatedErrorLog(log, "answering");
  private final RepeatedErrorLog streaming = new RepeatedErrorLog(log, "streaming the answer to");
  private final RepeatedErrorLog writing = new RepeatedErrorLog(log, "writing the answer to");

  /** A resource has failed, and the client gets 500. */
  void answering(RequestHead request, Throwable error) {
    add(answering, request, error);
  }

  /** The source of a streamed body has failed, and the connection is closed. */
  void streaming(RequestHead request, Throwable error) {
    add(streaming, request, error);
  }

  /** An answer could not be written, and the connection is closed. */
  void writing(RequestHead request, Throwable error) {
    add(writing, request, error);
  }

  private static void add(RepeatedErrorLog errors, RequestHead request, Throwable error) {
    errors.add(error, request.toString(), TimeUnit.NANOSECONDS.toMillis(System.nanoTime()));
  }
}
