// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.http;

/** Limits of the memory and time that a client of the HTTP server can occupy. */
public final class HttpLimits {
  /** Connections from addresses that may use the API; {@link ConnectionTable} evicts idle ones. */
  public static final int MAX_CONNECTIONS = 128;

  /** Connections from all other addresses, which may request metrics only. */
  public static final int MAX_METRICS_CONNECTIONS = 16;

  /** Length of a request line; a longer one is answered with 414. */
  public static final int MAX_REQUEST_LINE_BYTES = 8_192;

  /** Total length of the header fields of a request; longer ones are answered with 431. */
  public static final int MAX_HEADER_BYTES = 32 * 1024;

  /** Length of a request body; a longer one is answered with 413, before it is read. */
  public static final int MAX_BODY_BYTES = 4 * 1024 * 1024;

  /** Length of a request body from an address that may request metrics only. */
  public static final int MAX_METRICS_BODY_BYTES = 1_024;

  /** Request bodies of all connections together; above this a request is answered with 503. */
  public static final int MAX_TOTAL_BODY_BYTES = 16 * 1024 * 1024;

  /** Length of the body of a rejected request that is read to keep the connection open. */
  public static final int MAX_DISCARDED_BODY_BYTES = 64 * 1024;

  /** Bytes read from a connection at a time, which bounds its decoded pipelined requests. */
  public static final int MAX_READ_BYTES = 8 * 1024;

  /** Decoded requests not yet handled: more than {@link #MAX_READ_BYTES} can contain. */
  static final int MAX_PIPELINED_REQUESTS = MAX_READ_BYTES / 8;

  /** Bytes to send above which no further chunk of a response is requested. */
  public static final int SEND_BUFFER_BYTES = 64 * 1024;

  /** Length of a chunk into which longer responses are split. */
  public static final int CHUNK_BYTES = 64 * 1024;

  /** Time within which the head of the next request must arrive; the connection closes then. */
  public static final int REQUEST_HEAD_TIMEOUT_S = 5;

  /**
   * Time within which the body of a request must arrive, which is answered with 408 then; that of a
   * rejected one must arrive in {@link #REQUEST_HEAD_TIMEOUT_S}.
   */
  public static final int REQUEST_BODY_TIMEOUT_S = 30;

  /** Time within which the client must take a chunk of the response; the connection closes then. */
  public static final int SEND_TIMEOUT_S = 30;

  /** Time for which input is discarded after the last response, so that the client can read it. */
  public static final int LINGER_MS = 2_000;

  private HttpLimits() {}
}
