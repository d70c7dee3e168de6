// SPDX-License-Identifier: Apache-2.0
package net.backhaul.web.server;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.Map;
import net.backhaul.json.Json;
import net.backhaul.protocol.address.Endpoints;
import org.jspecify.annotations.Nullable;

/**
 * How the web API listens.
 *
 * @param listen address and port; loopback unless TLS is used
 * @param certificate file of the certificate chain in PEM, for {@link TlsMode#FILES}
 * @param key file of the private key, likewise
 * @param url by which browsers reach it through a reverse proxy; empty without one
 */
public record WebSettings(
    InetSocketAddress listen, TlsMode tls, String certificate, String key, String url) {
  public static final String DEFAULT_LISTEN = "127.0.0.1:9994";
  private static final int MAX_URL_CHARS = 255;

  /** Where the certificate comes from. */
  public enum TlsMode {
    NONE("none"),
    FILES("files"),
    SELF_SIGNED("self-signed");

    private final String text;

    TlsMode(String text) {
      this.text = text;
    }

    /** Returns the name in the settings. */
    public String text() {
      return text;
    }
  }

  /**
   * Reads settings; those that are absent have their defaults.
   *
   * @throws IllegalArgumentException with what was expected
   */
  public static WebSettings read(Map<String, @Nullable Object> json) {
    String listen = text(json, "listen");
    String mode = text(json, "tls");
    var settings =
        new WebSettings(
            listen(listen.isEmpty() ? DEFAULT_LISTEN : listen),
            mode(mode.isEmpty() ? TlsMode.NONE.text : mode),
            text(json, "certificate"),
            text(json, "key"),
            text(json, "url"));
    settings.validate();
    return settings;
  }

  private static String text(Map<String, @Nullable Object> json, String name) {
    Object value = json.get(name);
    if (value == null) {
      return "";
    }
    if (value instanceof String text) {
      return text;
    }
    throw new IllegalArgumentException(name + ": expected a string");
  }

  private static InetSocketAddress listen(String text) {
    int colon = text.lastIndexOf(':');
    String host = colon < 0 ? "" : text.substring(0, colon);
    boolean bracketed = host.startsWith("[") && host.endsWith("]");
    try {
      int port = Integer.parseInt(text.substring(colon + 1));
      var address = Endpoints.parseIp(bracketed ? host.substring(1, host.length() - 1) : host);
      if (port >= 0 && port <= 0xffff && bracketed == (address.getAddress().length != 4)) {
        return new InetSocketAddress(address, port);
      }
    } catch (IllegalArgumentException e) {
      // Reported below.
    }
    throw new IllegalArgumentException(
        "listen: expected an IP address and a port, as in "
            + DEFAULT_LISTEN
            + " or [::1]:9994, found "
            + text);
  }

  private static TlsMode mode(String text) {
    for (TlsMode each : TlsMode.values()) {
      if (each.text.equals(text)) {
        return each;
      }
    }
    throw new IllegalArgumentException("tls: expected none, files or self-signed, found " + text);
  }

  private void validate() {
    if (tls == TlsMode.NONE && !listen.getAddress().isLoopbackAddress()) {
      throw new IllegalArgumentException(
          "listen: "
              + Endpoints.ipText(listen.getAddress())
              + " is reachable by other hosts, which requires TLS: add --self-signed, or --tls with"
              + " the files of a certificate and its key");
    }
    if (tls == TlsMode.FILES && !(Path.of(certificate).isAbsolute() && Path.of(key).isAbsolute())) {
      throw new IllegalArgumentException(
          "tls: expected the absolute paths of a certificate and its key");
    }
    if (!url.isEmpty() && !isOrigin(url)) {
      throw new IllegalArgumentException(
          "url: expected a scheme and a host without a path, as in https://vpn.example.org; http is"
              + " accepted for this host alone, as in http://localhost:9994");
    }
  }

  private static boolean isOrigin(String url) {
    try {
      var uri = new URI(url);
      return url.length() <= MAX_URL_CHARS
          && uri.getHost() != null
          && ("https".equals(uri.getScheme())
              || ("http".equals(uri.getScheme()) && isLoopback(uri.getHost())))
          && uri.getRawUserInfo() == null
          && url.equals(uri.getScheme() + "://" + uri.getRawAuthority());
    } catch (URISyntaxException e) {
      return false;
    }
  }

  private static boolean isLoopback(String host) {
    String literal = host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
    try {
      return host.equals("localhost") || Endpoints.parseIp(literal).isLoopbackAddress();
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  /** Returns the host that the URL names; null without a URL. */
  @Nullable String urlHost() {
    return url.isEmpty() ? null : URI.create(url).getHost();
  }

  /** Returns whether clients use TLS, also that of a reverse proxy. */
  boolean isSecure() {
    return url.isEmpty() ? tls != TlsMode.NONE : url.startsWith("https:");
  }

  /** Returns the origin of the pages, for a port that was bound. */
  public String origin(int port) {
    String scheme = tls == TlsMode.NONE ? "http://" : "https://";
    return url.isEmpty() ? scheme + hostText(reachable()) + ":" + port : url;
  }

  private InetAddress reachable() {
    return listen.getAddress().isAnyLocalAddress()
        ? InetAddress.getLoopbackAddress()
        : listen.getAddress();
  }

  /** Returns the JSON object of these settings. */
  public Map<String, @Nullable Object> object() {
    Map<String, @Nullable Object> out = Json.object();
    out.put("listen", listenText());
    out.put("tls", tls.text);
    out.put("certificate", certificate);
    out.put("key", key);
    out.put("url", url);
    return out;
  }

  String listenText() {
    return hostText(listen.getAddress()) + ":" + listen.getPort();
  }

  private static String hostText(InetAddress address) {
    String text = Endpoints.ipText(address);
    return address.getAddress().length == 4 ? text : "[" + text + "]";
  }
}
