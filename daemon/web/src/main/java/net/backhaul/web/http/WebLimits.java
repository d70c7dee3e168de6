// SPDX-License-Identifier: Apache-2.0
package net.backhaul.web.http;

/** Limits of the memory and time that a client of the web API can occupy. */
public final class WebLimits {
  /** Open connections; above it the one that has waited longest for a request is evicted. */
  public static final int MAX_CONNECTIONS = 256;

  /** Length of a request line; a longer one is answered with 414. */
  public static final int MAX_REQUEST_LINE_BYTES = 4_096;

  /** Total length of the header fields of a request; longer ones are answered with 431. */
  public static final int MAX_HEADER_BYTES = 16 * 1024;

  /**
   * Length of a request body of a caller with a session or token; a longer one is answered with
   * 413.
   */
  public static final int MAX_BODY_BYTES = 1024 * 1024;

  /** Length of a request body without a valid session or token, as for logging in. */
  public static final int MAX_UNKNOWN_BODY_BYTES = 16 * 1024;

  /**
   * Bodies longer than those that are read and answered at the same time; the connection that has
   * sent its own for longest is closed then.
   */
  public static final int MAX_BODIES_BYTES = 24 * 1024 * 1024;

  /**
   * Responses of {@link #LARGE_RESPONSE_BYTES} and more that clients have not taken yet; the
   * connection that takes longest is closed then.
   */
  public static final int MAX_RESPONSES_BYTES = 32 * 1024 * 1024;

  /** Length from which a response counts against {@link #MAX_RESPONSES_BYTES}. */
  public static final int LARGE_RESPONSE_BYTES = 64 * 1024;

  /** Requests of an account that are answered at once; a further one is answered with 503. */
  public static final int MAX_REQUESTS_PER_ACCOUNT = 16;

  /** Invalid fields that a response names. */
  public static final int MAX_FIELD_ERRORS = 100;

  /** Nesting of objects and arrays in a body; deeper JSON is answered with 400. */
  public static final int MAX_JSON_DEPTH = 32;

  /** Time within which a whole request must arrive; the connection closes then. */
  public static final int REQUEST_TIMEOUT_MS = 20_000;

  /** Time within which the client must take a part of a response; the connection closes then. */
  public static final int SEND_TIMEOUT_S = 30;

  /** Time for which input is discarded after the last response, so that the client can read it. */
  public static final int LINGER_MS = 1_000;

  /** Bytes to send above which a client of events gets no further ones. */
  public static final int SEND_BUFFER_BYTES = 64 * 1024;

  /** Packages that are sent to hosts at once; another request is answered with 503. */
  public static final int MAX_DOWNLOADS = 8;

  /** Bytes of a file that are read at once. */
  public static final int DOWNLOAD_PART_BYTES = 32 * 1024;

  private WebLimits() {}
}
