// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.web;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.Appender;
import ch.qos.logback.core.AppenderBase;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import net.backhaul.cli.Cli;
import net.backhaul.json.Json;
import net.backhaul.service.DaemonInTest;
import net.backhaul.testing.Vectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** No log, at any level, no audit log and no event has a password, a token or a link. */
class WebSecretsTest {
  private static final String PASSWORD = "correct horse battery";
  private static final String WRONG = "an unlucky guess of it";

  @TempDir Path home;
  private final Recorder recorder = new Recorder();
  private final Logger root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
  private final List<Appender<ILoggingEvent>> others = new ArrayList<>();
  private final Map<String, String> headers = new LinkedHashMap<>();

  /** Keeps everything that any library logs. */
  private static final class Recorder extends AppenderBase<ILoggingEvent> {
    final List<String> lines = new CopyOnWriteArrayList<>();

    @Override
    protected void append(ILoggingEvent event) {
      lines.add(
          event.getFormattedMessage() + ThrowableProxyUtil.asString(event.getThrowableProxy()));
    }
  }

  @BeforeEach
  void recordEverything() throws IOException {
    Files.writeString(
        home.resolve("identity.secret"),
        Vectors.file("service/identities.json").required("r").required("secret").asText());
    recorder.start();
    root.iteratorForAppenders().forEachRemaining(others::add);
    others.forEach(root::detachAppender);
    root.addAppender(recorder);
    root.setLevel(Level.TRACE);
  }

  @AfterEach
  void restore() {
    root.detachAppender(recorder);
    others.forEach(root::addAppender);
    root.setLevel(Level.INFO);
  }

  private String cli(String... words) {
    var all = new ArrayList<>(List.of("-D" + home));
    all.addAll(List.of(words));
    var out = new ByteArrayOutputStream();
    var print = new PrintStream(out, false, StandardCharsets.UTF_8);
    Cli.run(all.toArray(String[]::new), print, print);
    return out.toString(StandardCharsets.UTF_8);
  }

  private HttpResponse<String> send(String method, URI uri, @Nullable String body)
      throws Exception {
    HttpRequest.Builder request = HttpRequest.newBuilder(uri);
    headers.forEach(request::header);
    if (body != null) {
      request.header("Content-Type", "application/json");
    }
    request.method(
        method,
        body == null
            ? HttpRequest.BodyPublishers.noBody()
            : HttpRequest.BodyPublishers.ofString(body));
    try (HttpClient client = HttpClient.newHttpClient()) {
      return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }
  }

  private static String field(HttpResponse<String> answer, String name) {
    return String.valueOf(Json.asObject(Json.parse(answer.body())).get(name));
  }

  @Test
  void keepsSecretsOutOfLogs() throws Exception {
    var secrets = new LinkedHashMap<String, String>();
    secrets.put("password", PASSWORD);
    secrets.put("wrong password", WRONG);
    String everything;
    try (var daemon = DaemonInTest.start(home)) {
      secrets.put("authtoken.secret", daemon.token().strip());
      String enabled = cli("web", "enable", "--listen", "127.0.0.1:0");
      String link = enabled.substring(enabled.indexOf('#') + 1).strip();
      secrets.put("link", link);
      URI origin = URI.create(enabled.substring(enabled.indexOf("  http") + 2).split("/setup")[0]);
      URI api = origin.resolve("/api/v1/");
      String setup = "{\"token\":\"%s\",\"name\":\"admin\",\"password\":\"%s\"}";
      assertEquals(
          201, send("POST", api.resolve("setup"), setup.formatted(link, PASSWORD)).statusCode());
      assertEquals(
          403, send("POST", api.resolve("setup"), setup.formatted(link, WRONG)).statusCode());
      String logIn = "{\"name\":\"admin\",\"password\":\"%s\"}";
      assertEquals(401, send("POST", api.resolve("session"), logIn.formatted(WRONG)).statusCode());
      HttpResponse<String> session =
          send("POST", api.resolve("session"), logIn.formatted(PASSWORD));
      String cookie = session.headers().firstValue("Set-Cookie").orElseThrow().split(";")[0];
      secrets.put("session", cookie.substring(cookie.indexOf('=') + 1));
      secrets.put("CSRF token", field(session, "csrfToken"));
      headers.put("Cookie", cookie);
      headers.put("X-CSRF-Token", field(session, "csrfToken"));
      HttpResponse<String> token =
          send(
              "POST",
              api.resolve("account/tokens"),
              "{\"name\":\"t\",\"permission\":\"admin\",\"expiresInS\":3600}");
      secrets.put("API token", field(token, "token"));
      String network = field(send("POST", api.resolve("networks"), "{\"name\":\"n\"}"), "id");
      HttpResponse<String> join =
          send("POST", api.resolve("networks/" + network + "/join-tokens"), "{}");
      String secret = field(join, "token");
      secrets.put("join token", secret);
      headers.clear();
      headers.put("Authorization", "Bearer " + field(token, "token"));
      assertEquals(200, send("GET", origin.resolve("/join/" + secret), null).statusCode());
      assertEquals(404, send("GET", origin.resolve("/join/" + secret + "/x"), null).statusCode());
      assertEquals(400, send("POST", api.resolve("networks"), "{" + secret).statusCode());
      String joined = cli("join", network, "--token", secret);
      assertTrue(joined.contains("200 join OK"), joined);
      everything =
          send("GET", api.resolve("audit?limit=1000"), null).body()
              + send("GET", api.resolve("audit/csv"), null).body()
              + send("GET", api.resolve("networks/" + network + "/join-tokens"), null).body();
      assertTrue(everything.contains(network), everything);
    }
    everything += String.join("\n", recorder.lines);
    assertTrue(recorder.lines.size() > 10, everything);
    for (Map.Entry<String, String> each : secrets.entrySet()) {
      assertTrue(each.getValue().length() > 20, each::toString);
      assertFalse(everything.contains(each.getValue()), each.getKey() + " is logged");
    }
  }
}
