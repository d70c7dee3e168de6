// SPDX-License-Identifier: Apache-2.0
package net.backhaul.cli;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import net.backhaul.protocol.address.Endpoints;
import org.jspecify.annotations.Nullable;

/**
 * The daemon's HTTP API, one request per connection (04 section 1.4).
 *
 * <p>A plain socket and not {@code java.net.http}, which takes half a second to load.
 */
final class LocalApi {
  /** Time limit of a request, from the connection to the last byte of the answer. */
  static final int TIMEOUT_MS = 5_000;

  private static final int MAX_HEAD_BYTES = 65_536;
  private static final int MAX_BODY_BYTES = 16 << 20;

  private static final String NOT_HTTP = "the answer is not HTTP";
  private static final String CONNECTION_FAILED = "connection failed";
  private static final String INVALID_HOST = "connection failed (2)";
  private static final String TIMED_OUT = "timed out";
  private static final String TOO_LARGE = "request too large";
  private static final InetAddress LOOPBACK = InetAddress.ofLiteral(Invocation.DEFAULT_HOST);

  private final ApiAccess access;
  private final int timeoutMs;

  LocalApi(ApiAccess access) {
    this(access, TIMEOUT_MS);
  }

  /** Makes it with another time limit; for tests. */
  LocalApi(ApiAccess access, int timeoutMs) {
    this.access = access;
    this.timeoutMs = timeoutMs;
  }

  /**
   * The answer to a request.
   *
   * @param status the HTTP status, or 0 if there was no exchange; the body then says why
   */
  record Answer(int status, String body) {
    static final int OK = 200;

    boolean isOk() {
      return status == OK;
    }

    boolean failed() {
      return status == 0;
    }
  }

  Answer get(String path) {
    return exchange("GET", path, null);
  }

  Answer post(String path, String json) {
    return exchange("POST", path, json);
  }

  Answer delete(String path) {
    return exchange("DELETE", path, null);
  }

  private Answer exchange(String method, String path, @Nullable String json) {
    InetAddress host;
    try {
      host = host();
    } catch (IllegalArgumentException e) {
      return new Answer(0, INVALID_HOST);
    }
    var limit = new TimeLimit(timeoutMs);
    try (var socket = new Socket(Proxy.NO_PROXY)) {
      socket.connect(new InetSocketAddress(host, access.port()), limit.remainingMs());
      socket.getOutputStream().write(request(method, path, json));
      return answer(new TimedInput(socket, limit));
    } catch (SocketTimeoutException e) {
      return new Answer(0, TIMED_OUT);
    } catch (ConnectException e) {
      return new Answer(0, CONNECTION_FAILED);
    } catch (IOException e) {
      String why = e.getMessage();
      return new Answer(0, why == null ? CONNECTION_FAILED : CONNECTION_FAILED + ": " + why);
    }
  }

  /** Returns what to do after an exchange that failed. */
  String connectionHint(Answer answer) {
    String where = access.host() + " port " + access.port();
    return switch (answer.body()) {
      case INVALID_HOST ->
          "-H: expected an IP address, found "
              + Text.quoted(access.host())
              + "; names are not resolved";
      case TIMED_OUT ->
          "the daemon at "
              + where
              + " did not answer within "
              + timeoutMs / 1000
              + " s: it hangs or is overloaded; its log says more, and a restart of zerotier-one"
              + " helps if this lasts";
      case TOO_LARGE -> "the answer from " + where + " is larger than " + MAX_BODY_BYTES + " bytes";
      case CONNECTION_FAILED ->
          "no daemon listens at " + where + ": start zerotier-one, or give its port with -p<port>";
      default ->
          "the program at "
              + where
              + " did not answer like a daemon: give the port of zerotier-one with -p<port>";
    };
  }

  /** The end of the time of one request. */
  private static final class TimeLimit {
    private final long endNs;

    TimeLimit(int timeoutMs) {
      endNs = System.nanoTime() + timeoutMs * 1_000_000L;
    }

    /** Returns the time that is left, at least 1 ms, as 0 would stand for no limit. */
    int remainingMs() throws SocketTimeoutException {
      long leftMs = (endNs - System.nanoTime()) / 1_000_000;
      if (leftMs <= 0) {
        throw new SocketTimeoutException();
      }
      return (int) leftMs;
    }
  }

  /** The bytes of an answer, up to a limit, however slowly they arrive. */
  private static final class TimedInput extends InputStream {
    private final Socket socket;
    private final InputStream in;
    private final TimeLimit limit;

    TimedInput(Socket socket, TimeLimit limit) throws IOException {
      this.socket = socket;
      this.in = socket.getInputStream();
      this.limit = limit;
    }

    @Override
    public int read() throws IOException {
      socket.setSoTimeout(limit.remainingMs());
      return in.read();
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
      socket.setSoTimeout(limit.remainingMs());
      return in.read(bytes, offset, length);
    }
  }

  private InetAddress host() {
    return access.host().equals(Invocation.DEFAULT_HOST)
        ? LOOPBACK
        : Endpoints.parseIp(access.host());
  }

  private byte[] request(String method, String path, @Nullable String json) {
    byte[] body = json == null ? new byte[0] : json.getBytes(StandardCharsets.UTF_8);
    var head = new StringBuilder(256);
    head.append(method).append(' ').append(inTarget(path)).append(" HTTP/1.1\r\n");
    head.append("X-ZT1-Auth: ").append(inHeader(access.token())).append("\r\n");
    if (json != null) {
      head.append("Content-Type: application/json\r\n");
      head.append("Content-Length: ").append(body.length).append("\r\n");
    }
    head.append("\r\n");
    var out = new ByteArrayOutputStream(head.length() + body.length);
    out.writeBytes(head.toString().getBytes(StandardCharsets.UTF_8));
    out.writeBytes(body);
    return out.toByteArray();
  }

  /** Escapes characters that would end the request line. */
  private static String inTarget(String path) {
    for (int i = 0; i < path.length(); i++) {
      if (path.charAt(i) <= ' ' || path.charAt(i) >= 0x7f) {
        return percentEncoded(path);
      }
    }
    return path;
  }

  private static String percentEncoded(String path) {
    var out = new StringBuilder();
    for (byte b : path.getBytes(StandardCharsets.UTF_8)) {
      if (b > ' ' && b < 0x7f) {
        out.append((char) b);
      } else {
        out.append('%').append(Character.forDigit(b >> 4 & 0xf, 16));
        out.append(Character.forDigit(b & 0xf, 16));
      }
    }
    return out.toString();
  }

  /** Removes characters that would end the header. */
  private static String inHeader(String value) {
    return value.replace("\r", "").replace("\n", "");
  }

  private static Answer answer(InputStream in) throws IOException {
    String head = head(in);
    int status = status(head);
    String length = header(head, "content-length");
    if (length != null) {
      int bytes = length(length);
      if (bytes > MAX_BODY_BYTES) {
        return new Answer(0, TOO_LARGE);
      }
      return new Answer(status, text(in.readNBytes(bytes)));
    }
    byte[] body = in.readNBytes(MAX_BODY_BYTES + 1);
    return body.length > MAX_BODY_BYTES ? new Answer(0, TOO_LARGE) : new Answer(status, text(body));
  }

  private static String head(InputStream in) throws IOException {
    var head = new ByteArrayOutputStream(512);
    int newLines = 0;
    while (newLines < 2) {
      int next = in.read();
      if (next < 0 || head.size() >= MAX_HEAD_BYTES) {
        throw new IOException(NOT_HTTP);
      }
      if (next == '\n') {
        newLines++;
      } else if (next != '\r') {
        newLines = 0;
      }
      head.write(next);
    }
    return text(head.toByteArray());
  }

  private static int status(String head) throws IOException {
    int blank = head.indexOf(' ');
    if (!head.startsWith("HTTP/") || blank < 0 || head.length() < blank + 4) {
      throw new IOException(NOT_HTTP);
    }
    return length(head.substring(blank + 1, blank + 4));
  }

  private static @Nullable String header(String head, String name) {
    int start = head.indexOf('\n') + 1;
    while (start > 0 && start < head.length()) {
      int end = head.indexOf('\n', start);
      int colon = head.indexOf(':', start);
      if (colon >= 0 && colon < end && head.regionMatches(true, start, name, 0, name.length())) {
        return head.substring(colon + 1, end).strip();
      }
      start = end + 1;
    }
    return null;
  }

  private static int length(String digits) throws IOException {
    try {
      int length = Integer.parseInt(digits);
      if (length >= 0) {
        return length;
      }
    } catch (NumberFormatException e) {
      // Reported below.
    }
    throw new IOException(NOT_HTTP);
  }

  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8);
  }
}
