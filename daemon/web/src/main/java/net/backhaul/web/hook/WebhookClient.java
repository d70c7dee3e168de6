// SPDX-License-Identifier: Apache-2.0
package net.backhaul.web.hook;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.IDN;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.HexFormat;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;

/**
 * Sends one delivery by HTTPS, to an address that was checked after its name was resolved: the name
 * is not resolved again, and redirects are not followed. It blocks for {@link #TOTAL_TIMEOUT_MS} at
 * most, once the name is resolved.
 */
public final class WebhookClient {
  /** The header with the time and the signature. */
  public static final String SIGNATURE_HEADER = "Backhaul-Signature";

  static final int TIMEOUT_MS = 10_000;

  /** Time of a whole delivery: a server that answers byte by byte does not detain others. */
  static final int TOTAL_TIMEOUT_MS = 30_000;

  /** Bytes of an answer that are read: its first line. */
  static final int MAX_ANSWER_BYTES = 1_024;

  private static final int HTTPS_PORT = 443;

  private final Resolver resolver;
  private final SSLSocketFactory tls;
  private final int totalTimeoutMs;

  /** Resolves the name of a host. */
  @FunctionalInterface
  public interface Resolver {
    InetAddress[] resolve(String host) throws IOException;
  }

  public WebhookClient(Resolver resolver, SSLSocketFactory tls) {
    this(resolver, tls, TOTAL_TIMEOUT_MS);
  }

  /** Makes a client whose deliveries end after a time; for tests. */
  WebhookClient(Resolver resolver, SSLSocketFactory tls, int totalTimeoutMs) {
    this.resolver = resolver;
    this.tls = tls;
    this.totalTimeoutMs = totalTimeoutMs;
  }

  /** Returns a client that uses the resolver and the certificates of this host. */
  public static WebhookClient ofHost() {
    return new WebhookClient(
        InetAddress::getAllByName, (SSLSocketFactory) SSLSocketFactory.getDefault());
  }

  /** Returns the value of the signature header. */
  public static String signature(String secret, long atS, byte[] body) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
      mac.update((atS + ".").getBytes(StandardCharsets.US_ASCII));
      return "t=" + atS + ",v1=" + HexFormat.of().formatHex(mac.doFinal(body));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java runtime has HmacSHA256", e);
    }
  }

  /**
   * Sends a delivery.
   *
   * @param isOpen whether an address may be connected to
   * @throws IOException with a reason for operators unless the server accepts it by a status of 2xx
   */
  public void send(WebhookSettings settings, byte[] body, long atS, Predicate<InetAddress> isOpen)
      throws IOException {
    URI url = WebhookTargets.parse(settings.url());
    String host = url.getHost();
    InetAddress address = address(host, isOpen);
    int port = url.getPort() < 0 ? HTTPS_PORT : url.getPort();
    try (var socket = new Socket()) {
      var unused =
          CompletableFuture.runAsync(
              () -> close(socket),
              CompletableFuture.delayedExecutor(totalTimeoutMs, TimeUnit.MILLISECONDS));
      socket.connect(new InetSocketAddress(address, port), TIMEOUT_MS);
      socket.setSoTimeout(TIMEOUT_MS);
      try (var secure = (SSLSocket) tls.createSocket(socket, plain(host), port, true)) {
        SSLParameters parameters = secure.getSSLParameters();
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        secure.setSSLParameters(parameters);
        secure.startHandshake();
        write(secure.getOutputStream(), url, signature(settings.secret(), atS, body), body);
        requireSuccess(readLine(secure.getInputStream()));
      }
    }
  }

  /** Ends whatever a delivery waits for; closing a closed socket does nothing. */
  private static void close(Socket socket) {
    try {
      socket.close();
    } catch (IOException e) {
      // Then the server has closed it.
    }
  }

  private static String plain(String host) {
    return host.startsWith("[") ? host.substring(1, host.length() - 1) : IDN.toASCII(host);
  }

  /** All addresses of the name have to be open: which one is used must not matter. */
  private InetAddress address(String host, Predicate<InetAddress> isOpen) throws IOException {
    InetAddress[] found = resolver.resolve(plain(host));
    if (found.length == 0) {
      throw new IOException("the host of the URL has no address");
    }
    for (InetAddress each : found) {
      if (!isOpen.test(each)) {
        throw new IOException(
            "the host of the URL is in a local or private network, where webhooks do not go");
      }
    }
    return found[0];
  }

  private static void write(OutputStream out, URI url, String signature, byte[] body)
      throws IOException {
    String path = url.getRawPath() == null || url.getRawPath().isEmpty() ? "/" : url.getRawPath();
    String query = url.getRawQuery() == null ? "" : "?" + url.getRawQuery();
    String head =
        """
        POST %s%s HTTP/1.1
        Host: %s
        Content-Type: application/json
        Content-Length: %d
        %s: %s
        User-Agent: Backhaul
        Connection: close

        """
            .replace("\n", "\r\n")
            .formatted(
                path, query, url.getRawAuthority(), body.length, SIGNATURE_HEADER, signature);
    out.write(head.getBytes(StandardCharsets.US_ASCII));
    out.write(body);
    out.flush();
  }

  private static String readLine(InputStream in) throws IOException {
    var line = new StringBuilder();
    for (int next = in.read(); next >= 0 && next != '\n'; next = in.read()) {
      line.append((char) next);
      if (line.length() >= MAX_ANSWER_BYTES) {
        break;
      }
    }
    return line.toString().strip();
  }

  private static void requireSuccess(String line) throws IOException {
    String[] words = line.split(" ", 3);
    boolean isHttp =
        words.length > 1 && words[0].startsWith("HTTP/1.") && words[1].matches("\\d{3}");
    if (!isHttp) {
      throw new IOException("the server did not answer by HTTP");
    }
    if (!words[1].startsWith("2")) {
      throw new IOException(
          "the server answered with status "
              + words[1]
              + (words[1].startsWith("3") ? "; redirects are not followed" : ""));
    }
  }
}
