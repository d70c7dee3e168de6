// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.web;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.SecureRandom;
import java.security.cert.CertificateFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import net.backhaul.cli.Cli;
import net.backhaul.json.Json;
import net.backhaul.service.DaemonInTest;
import net.backhaul.sql.DatabaseFile;
import net.backhaul.testing.Await;
import net.backhaul.testing.Vectors;
import net.backhaul.web.server.SelfSignedCertificate;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The web API of a daemon: commands, accounts, TLS, restarts and hostile connections. */
class WebDaemonTest {
  private static final String PASSWORD = "correct horse battery";
  private static final int READ_TIMEOUT_MS = 60_000;
  private static final long YEARS_MS = TimeUnit.DAYS.toMillis(2 * 365);

  @TempDir Path home;

  /** Without it each daemon would spend seconds on an identity. */
  @BeforeEach
  void createIdentity() throws IOException {
    Files.writeString(
        home.resolve("identity.secret"),
        Vectors.file("service/identities.json").required("r").required("secret").asText());
  }

  private record Output(int code, String out, String err) {
    /** Returns the link that follows the text. */
    String link() {
      return out.substring(out.indexOf("  http") + 2).strip();
    }

    String secret() {
      return link().substring(link().indexOf('#') + 1);
    }
  }

  private Output cli(String... words) {
    var all = new ArrayList<>(List.of("-D" + home));
    all.addAll(List.of(words));
    var out = new ByteArrayOutputStream();
    var err = new ByteArrayOutputStream();
    int code =
        Cli.run(
            all.toArray(String[]::new),
            new PrintStream(out, false, StandardCharsets.UTF_8),
            new PrintStream(err, false, StandardCharsets.UTF_8));
    return new Output(
        code, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
  }

  private Output enable(String... options) {
    var words = new ArrayList<>(List.of("web", "enable", "--listen", "127.0.0.1:0"));
    words.addAll(List.of(options));
    Output output = cli(words.toArray(String[]::new));
    assertEquals(0, output.code, output::toString);
    return output;
  }

  private URI url() {
    Map<String, @Nullable Object> status =
        Json.asObject(Json.parse(cli("-j", "web", "status").out));
    return URI.create(String.valueOf(status.get("url")));
  }

  private static HttpResponse<String> send(
      HttpClient client, URI uri, @Nullable String body, String... headers)
      throws IOException, InterruptedException {
    HttpRequest.Builder request = HttpRequest.newBuilder(uri);
    if (body != null) {
      request
          .header("Content-Type", "application/json")
          .POST(HttpRequest.BodyPublishers.ofString(body));
    }
    if (headers.length > 0) {
      request.headers(headers);
    }
    return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
  }

  private static String setup(Output output) {
    return "{\"token\":\"%s\",\"name\":\"admin\",\"password\":\"%s\"}"
        .formatted(output.secret(), PASSWORD);
  }

  private static String logIn() {
    return "{\"name\":\"admin\",\"password\":\"%s\"}".formatted(PASSWORD);
  }

  @Test
  void opensNothingUntilEnabled() throws Exception {
    try (var daemon = DaemonInTest.start(home)) {
      assertEquals(
          "The web API is off; zerotier-cli web enable starts it\n", cli("web", "status").out);
      assertEquals(401, daemon.http().send("GET /web HTTP/1.1\r\n\r\n", true).status());
    }
    assertFalse(Files.exists(home.resolve(DatabaseFile.NAME)));
  }

  @Test
  void keepsAccountsOverRestarts() throws Exception {
    try (HttpClient client = HttpClient.newHttpClient()) {
      String cookie;
      String secret;
      try (var _ = DaemonInTest.start(home)) {
        Output enabled = enable();
        secret = enabled.secret();
        assertEquals(
            201, send(client, url().resolve("/api/v1/setup"), setup(enabled)).statusCode());
        assertEquals(
            403, send(client, url().resolve("/api/v1/setup"), setup(enabled)).statusCode());
        HttpResponse<String> opened = send(client, url().resolve("/api/v1/session"), logIn());
        assertEquals(201, opened.statusCode(), opened::body);
        assertEquals("nosniff", opened.headers().firstValue("X-Content-Type-Options").orElse(""));
        assertTrue(
            opened
                .headers()
                .firstValue("Content-Security-Policy")
                .orElse("")
                .startsWith("default-src 'none'; "));
        cookie = opened.headers().firstValue("Set-Cookie").orElseThrow().split(";")[0];
        assertFalse(enable().out.contains("#"), "there is an administrator, so no link");
      }
      // The port is another one at each start here.
      try (var _ = DaemonInTest.start(home)) {
        URI session = awaitListener().resolve("/api/v1/session");
        assertEquals(200, send(client, session, null, "Cookie", cookie).statusCode());
        Output reset = cli("web", "reset", "admin");
        assertEquals(0, reset.code, reset::toString);
        assertNotEquals(secret, reset.secret());
        String body = "{\"token\":\"" + reset.secret() + "\",\"password\":\"another long one\"}";
        assertEquals(201, send(client, session.resolve("setup"), body).statusCode());
        assertEquals(401, send(client, session, null, "Cookie", cookie).statusCode());
        assertEquals(401, send(client, session, logIn()).statusCode());
        assertEquals(1, cli("web", "reset", "nobody").code);

        assertEquals("200 web disable OK\n", cli("web", "disable").out);
        assertFalse(Files.exists(home.resolve(WebService.FILE)));
        assertTrue(cli("web", "status").out.contains("off"));
      }
      String stored =
          Files.readString(home.resolve(DatabaseFile.NAME), StandardCharsets.ISO_8859_1);
      assertTrue(stored.contains("$argon2id$"));
      for (String each : List.of(secret, cookie.split("=")[1], PASSWORD)) {
        assertFalse(stored.contains(each), "a secret is in the database");
      }
    }
  }

  private URI awaitListener() {
    Await.until(
        () -> cli("web", "status").out.contains("listens at"), () -> cli("web", "status").out);
    return url();
  }

  @Test
  void usesTlsOfItsOwn() throws Exception {
    try (var _ = DaemonInTest.start(home)) {
      Output enabled = enable("--self-signed");
      assertTrue(enabled.out.contains("Fingerprint of its certificate (SHA-256): "), enabled.out);
      var trusted = KeyStore.getInstance(KeyStore.getDefaultType());
      trusted.load(null, null);
      try (var in = Files.newInputStream(home.resolve(WebListener.CERTIFICATE))) {
        trusted.setCertificateEntry(
            "own", CertificateFactory.getInstance("X.509").generateCertificate(in));
      }
      var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      trust.init(trusted);
      var context = SSLContext.getInstance("TLS");
      context.init(null, trust.getTrustManagers(), null);
      try (HttpClient client = HttpClient.newBuilder().sslContext(context).build()) {
        assertEquals("https", url().getScheme());
        assertEquals(
            201, send(client, url().resolve("/api/v1/setup"), setup(enabled)).statusCode());
        HttpResponse<String> opened = send(client, url().resolve("/api/v1/session"), logIn());
        String cookie = opened.headers().firstValue("Set-Cookie").orElse("");
        assertTrue(cookie.startsWith("__Host-session=") && cookie.endsWith("; Secure"), cookie);
      }
      assertEquals("[OWNER_READ, OWNER_WRITE]", permissions(WebListener.KEY));
      // The same files, named.
      Output named =
          enable(
              "--tls",
              home.resolve(WebListener.CERTIFICATE).toString(),
              home.resolve(WebListener.KEY).toString());
      assertTrue(named.out.contains("https://127.0.0.1:"), named.out);
    }
  }

  private String permissions(String file) throws IOException {
    return new TreeSet<>(Files.getPosixFilePermissions(home.resolve(file))).toString();
  }

  @Test
  void rejectsSettingsThatAreNotSafe() throws Exception {
    try (var _ = DaemonInTest.start(home)) {
      for (String[] words :
          List.of(
              new String[] {"web", "enable", "--listen", "0.0.0.0:0"},
              new String[] {"web", "enable", "--listen", "[::]:0"},
              new String[] {"web", "enable", "--listen", "example.org:80"},
              new String[] {"web", "enable", "--listen", "127.0.0.1"},
              new String[] {"web", "enable", "--tls", "no-such-file", "no-such-key"},
              new String[] {"web", "enable", "--url", "https://example.org/path"},
              new String[] {"web", "enable", "--url", "http://vpn.example.org"},
              new String[] {"web", "enable", "--url", "http://192.0.2.1"},
              new String[] {"web", "enable", "--url", "javascript:alert(1)"})) {
        Output output = cli(words);
        assertEquals(1, output.code, () -> String.join(" ", words));
        assertTrue(
            output.err.contains("expected")
                || output.err.contains("requires TLS")
                || output.err.contains("cannot read"),
            output.err);
      }
      for (String[] words :
          List.of(
              new String[] {"web"},
              new String[] {"web", "start"},
              new String[] {"web", "enable", "--tls", "certificate-alone"},
              new String[] {"web", "status", "x"})) {
        assertEquals(2, cli(words).code, () -> String.join(" ", words));
      }
      assertFalse(Files.exists(home.resolve(WebService.FILE)));
    }
  }

  @Test
  void keepsTheListenerIfAnotherOneCannotStart() throws Exception {
    try (var _ = DaemonInTest.start(home);
        HttpClient client = HttpClient.newHttpClient()) {
      enable();
      String settings = Files.readString(home.resolve(WebService.FILE));
      for (String[] words :
          List.of(
              new String[] {"web", "enable", "--listen", "192.0.2.77:9994", "--self-signed"},
              new String[] {"web", "enable", "--tls", "no-such-file", "no-such-key"})) {
        Output output = cli(words);
        assertEquals(1, output.code, output::toString);
        assertFalse(output.err.contains("/192.0.2.77"), output.err);
        assertEquals(200, send(client, url().resolve("/"), null).statusCode());
      }
      assertEquals(settings, Files.readString(home.resolve(WebService.FILE)));
    }
  }

  @Test
  void rejectsCertificatesThatAreNotValidNow() throws Exception {
    try (var _ = DaemonInTest.start(home)) {
      enable();
      String settings = Files.readString(home.resolve(WebService.FILE));
      assertEquals("has expired on", rejected(-YEARS_MS));
      assertEquals("is not valid before", rejected(YEARS_MS));
      assertEquals(settings, Files.readString(home.resolve(WebService.FILE)));
    }
    // One that expires while it is used is used on.
    writeCertificate(-YEARS_MS);
    Files.writeString(
        home.resolve(WebService.FILE),
        "{\"listen\":\"127.0.0.1:0\",\"tls\":\"files\",\"certificate\":\"%s\",\"key\":\"%s\"}"
            .formatted(home.resolve("named.crt"), home.resolve("named.key")));
    try (var _ = DaemonInTest.start(home)) {
      Await.until(() -> cli("web", "status").out.contains("https://"), () -> cli("web").out);
    }
  }

  /** Writes named.crt and named.key as if they were made at another time. */
  private void writeCertificate(long fromNowMs) throws IOException {
    long madeMs = System.currentTimeMillis() + fromNowMs;
    var made = SelfSignedCertificate.create(List.of("localhost"), new SecureRandom(), madeMs);
    Files.writeString(home.resolve("named.crt"), made.certificate());
    Files.writeString(home.resolve("named.key"), made.key());
  }

  /** Returns what is said of a certificate that was made at another time. */
  private String rejected(long fromNowMs) throws IOException {
    writeCertificate(fromNowMs);
    String certificate = home.resolve("named.crt").toString();
    Output output =
        cli("web", "enable", "--tls", certificate, home.resolve("named.key").toString());
    assertEquals(1, output.code, output::toString);
    String said = output.err.substring(output.err.indexOf("the certificate") + 16);
    return said.substring(0, said.indexOf(" 20"));
  }

  /** The example of docs/web.md, as it is written there. */
  @Test
  void runsTheExampleOfTheDocument() throws Exception {
    assumeTrue(Files.isExecutable(Path.of("/usr/bin/curl")), "curl is not installed");
    String document = Files.readString(Path.of("../../docs/web.md"));
    int start = document.indexOf("<!-- WebDaemonTest runs this. -->\n```sh\n");
    String script = document.substring(document.indexOf("```sh\n", start) + 6);
    script = script.substring(0, script.indexOf("```"));
    try (var _ = DaemonInTest.start(home)) {
      var builder = new ProcessBuilder("bash", "-euo", "pipefail", "-c", script);
      builder.directory(Files.createDirectory(home.resolve("example")).toFile());
      builder.redirectErrorStream(true);
      builder.environment().put("LINK", enable().link());
      builder.environment().put("PASSWORD", PASSWORD);
      builder.environment().put("ADDRESS", "0a0b0c0d0e");
      Process process = builder.start();
      process.getOutputStream().close();
      String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

      assertEquals(0, process.waitFor(), output);
      assertTrue(start >= 0 && output.contains("\"authorized\":1,"), output);
      assertTrue(output.contains("\"name\":\"laptop\""), output);
    }
  }

  // Hostile connections.

  private static final class Connection implements AutoCloseable {
    final Socket socket;
    final BufferedReader in;

    Connection(URI url) throws IOException {
      socket = new Socket(InetAddress.ofLiteral("127.0.0.1"), url.getPort());
      socket.setSoTimeout(READ_TIMEOUT_MS);
      in =
          new BufferedReader(
              new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
    }

    Connection send(String text) throws IOException {
      socket.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
      return this;
    }

    String status() throws IOException {
      return String.valueOf(in.readLine());
    }

    @Override
    public void close() throws IOException {
      socket.close();
    }
  }

  @Test
  void rejectsOversizedAndInvalidRequests() throws Exception {
    try (var _ = DaemonInTest.start(home)) {
      enable();
      URI url = url();
      String host = "Host: 127.0.0.1\r\n";
      {
        String post = "POST /api/v1/session HTTP/1.1\r\n" + host;
        for (String[] each :
            List.of(
                new String[] {"GET /" + "x".repeat(5_000) + " HTTP/1.1\r\n" + host, "414"},
                new String[] {"GET / HTTP/1.1\r\n" + host + "X: " + "x".repeat(20_000), "431"},
                new String[] {post + "Content-Length: 20000\r\n", "413"},
                new String[] {post + "Content-Length: 99999999999999999999\r\n", "4"},
                new String[] {post + "Expect: 100-continue\r\nContent-Length: 20000\r\n", "413"},
                new String[] {"PUT / HTTP/1.1\r\n" + host, "405"},
                new String[] {"OPTIONS / HTTP/1.1\r\n" + host, "405"},
                new String[] {"GET / HTTP/1.1\r\n", "421"},
                new String[] {"GET / HTTP/1.1\r\nHost: evil.example\r\n", "421"},
                new String[] {"GET / HTTP/1.1\r\n" + host + "Host: evil.example\r\n", "4"},
                new String[] {"GET http://127.0.0.1/ HTTP/1.1\r\n" + host, "4"},
                new String[] {"HEAD / HTTP/1.1\r\n" + host, "200"})) {
          try (var connection = new Connection(url)) {
            String status = connection.send(each[0] + "\r\n").status();
            assertTrue(status.startsWith("HTTP/1.1 " + each[1]), () -> each[0] + " " + status);
          }
        }
        try (var chunked = new Connection(url)) {
          chunked.send(post + "Transfer-Encoding: chunked\r\n\r\n");
          chunked.send("4000\r\n" + "x".repeat(0x4000) + "\r\n1000\r\n" + "x".repeat(0x1000));
          assertTrue(chunked.status().contains(" 413 "));
        }
      }
      assertEquals(200, statusOf(url));
    }
  }

  private static int statusOf(URI url) throws Exception {
    try (HttpClient client = HttpClient.newHttpClient()) {
      return send(client, url, null).statusCode();
    }
  }

  @Test
  void evictsIdleConnections() throws Exception {
    try (var _ = DaemonInTest.start(home)) {
      enable();
      URI url = url();
      var idle = new ArrayList<Connection>();
      try {
        for (int i = 0; i < 300; i++) {
          idle.add(new Connection(url));
        }
        assertEquals(200, statusOf(url));
        assertEquals(-1, idle.getFirst().in.read());
      } finally {
        for (Connection each : idle) {
          each.close();
        }
      }
    }
  }

  @Test
  void sendsChangesOfTheRecordedApiAsEvents() throws Exception {
    try (var daemon = DaemonInTest.start(home);
        HttpClient client = HttpClient.newHttpClient()) {
      Output enabled = enable();
      URI url = url();
      send(client, url.resolve("/api/v1/setup"), setup(enabled));
      HttpResponse<String> opened = send(client, url.resolve("/api/v1/session"), logIn());
      String cookie = opened.headers().firstValue("Set-Cookie").orElseThrow().split(";")[0];
      String csrf = String.valueOf(Json.asObject(Json.parse(opened.body())).get("csrfToken"));
      try (var events = new Connection(url)) {
        events.send(
            "GET /api/v1/events HTTP/1.1\r\nHost: localhost\r\nCookie: " + cookie + "\r\n\r\n");
        assertTrue(events.status().contains(" 200 "));
        String created = daemon.request("POST", "/controller/network", "{}").body();
        Object id = Json.asObject(Json.parse(created)).get("id");

        assertEquals("event: network", nextEvent(events));
        HttpResponse<String> changed =
            send(
                client,
                url.resolve("/api/v1/networks/" + id + "/members"),
                "{\"id\":\"0a0b0c0d0e\"}",
                "Cookie",
                cookie,
                "X-CSRF-Token",
                csrf,
                "Origin",
                "http://127.0.0.1:" + url.getPort());
        assertEquals(201, changed.statusCode(), changed::body);
        assertEquals("event: member", nextEvent(events));
        assertTrue(
            daemon
                .request("GET", "/controller/network/" + id + "/member/0a0b0c0d0e", "")
                .body()
                .contains("\"authorized\":true"));
        // Otherwise a browser would wait for changes in vain.
        assertEquals(0, cli("web", "disable").code);
        assertEnds(events);
      }
    }
  }

  private static void assertEnds(Connection events) throws IOException {
    try {
      for (int i = 0; events.in.readLine() != null; i++) {
        assertTrue(i < 100, "events go on");
      }
    } catch (SocketException e) {
      // A reset is an end, too.
    }
  }

  private static String nextEvent(Connection events) throws IOException {
    String line = events.status();
    while (!line.startsWith("event: ")) {
      assertNotEquals("null", line, "the stream has ended");
      line = events.status();
    }
    return line;
  }
}
