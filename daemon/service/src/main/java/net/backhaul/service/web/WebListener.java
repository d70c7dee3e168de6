// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.web;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import net.backhaul.json.Json;
import net.backhaul.protocol.address.Endpoints;
import net.backhaul.service.state.BoundedFile;
import net.backhaul.service.state.FileProblem;
import net.backhaul.service.state.HomeDirectory;
import net.backhaul.service.state.LastBackup;
import net.backhaul.sql.Database;
import net.backhaul.web.account.AccountState;
import net.backhaul.web.account.DatabaseAccountStore;
import net.backhaul.web.account.PasswordWorker;
import net.backhaul.web.api.DatabaseAuditReader;
import net.backhaul.web.api.DatabaseBackups;
import net.backhaul.web.api.DatabaseSourceVersions;
import net.backhaul.web.api.LocalController;
import net.backhaul.web.api.WebApi;
import net.backhaul.web.api.WebHost;
import net.backhaul.web.hook.DatabaseWebhookStore;
import net.backhaul.web.hook.WebhookClient;
import net.backhaul.web.http.ProblemException;
import net.backhaul.web.server.SelfSignedCertificate;
import net.backhaul.web.server.TlsCertificate;
import net.backhaul.web.server.WebServer;
import net.backhaul.web.server.WebSettings;
import org.jspecify.annotations.Nullable;

/** A listener of the web API that runs; used on the state thread. */
final class WebListener implements AutoCloseable {
  static final String CERTIFICATE = "web.crt";
  static final String KEY = "web.key";

  /** A certificate of our own is replaced when it expires sooner. */
  private static final long RENEW_BEFORE_MS = TimeUnit.DAYS.toMillis(30);

  private static final int MAX_PEM_BYTES = 1 << 20;

  private final WebHost host;
  private final WebSettings settings;
  private final PasswordWorker passwords = new PasswordWorker();
  private final @Nullable TlsCertificate certificate;
  private final WebServer server;

  /**
   * Starts a listener.
   *
   * @param json the content of the settings' file
   * @throws IOException if the database, the certificate or the address cannot be used
   * @throws IllegalArgumentException if the settings are invalid
   */
  WebListener(
      HomeDirectory home, Database database, WebHost host, Map<String, @Nullable Object> json)
      throws IOException {
    this.host = host;
    settings = WebSettings.read(json);
    certificate = certificate(home, settings);
    var store = new DatabaseAccountStore(database);
    AccountState state = store.load();
    var random = new SecureRandom();
    server =
        new WebServer(
            settings,
            certificate,
            (thread, site) ->
                new WebApi(
                    new WebApi.Environment(
                        host,
                        new WebApi.Storage(
                            store,
                            new DatabaseAuditReader(database),
                            new DatabaseWebhookStore(database),
                            WebhookClient.ofHost(),
                            new DatabaseSourceVersions(database),
                            new DatabaseBackups(
                                database,
                                problem ->
                                    new LastBackup(System.currentTimeMillis(), problem)
                                        .write(home))),
                        passwords,
                        thread,
                        random,
                        System::currentTimeMillis),
                    state,
                    site));
  }

  /** Returns how hosts that join reach it. */
  LocalController.Listener listener() {
    return server.listener();
  }

  private static @Nullable TlsCertificate certificate(HomeDirectory home, WebSettings settings)
      throws IOException {
    return switch (settings.tls()) {
      case NONE -> null;
      case FILES -> read(Path.of(settings.certificate()), Path.of(settings.key()));
      case SELF_SIGNED -> ownCertificate(home, settings);
    };
  }

  private static TlsCertificate read(Path certificate, Path key) throws IOException {
    byte[] chain = readPem(certificate);
    byte[] secret = readPem(key);
    try {
      return TlsCertificate.read(chain, secret);
    } catch (IOException e) {
      throw new IOException(certificate + " and " + key + ": " + e.getMessage(), e);
    }
  }

  private static byte[] readPem(Path file) throws IOException {
    try {
      return BoundedFile.read(file, MAX_PEM_BYTES);
    } catch (IOException e) {
      throw new IOException("cannot read " + file + ": " + FileProblem.describe(file, e), e);
    }
  }

  private static TlsCertificate ownCertificate(HomeDirectory home, WebSettings settings)
      throws IOException {
    long wallMs = System.currentTimeMillis();
    if (home.exists(CERTIFICATE) && home.exists(KEY)) {
      TlsCertificate existing = read(home.file(CERTIFICATE), home.file(KEY));
      if (existing.expiresMs() - wallMs > RENEW_BEFORE_MS) {
        return existing;
      }
    }
    var created = SelfSignedCertificate.create(hosts(settings), new SecureRandom(), wallMs);
    home.writeSecret(KEY, created.key().getBytes(StandardCharsets.US_ASCII));
    home.write(CERTIFICATE, created.certificate().getBytes(StandardCharsets.US_ASCII));
    return read(home.file(CERTIFICATE), home.file(KEY));
  }

  private static List<String> hosts(WebSettings settings) {
    var hosts = new ArrayList<>(List.of("localhost", "127.0.0.1", "::1"));
    InetAddress listen = settings.listen().getAddress();
    if (!listen.isAnyLocalAddress() && !listen.isLoopbackAddress()) {
      hosts.add(Endpoints.ipText(listen));
    }
    return hosts;
  }

  /** Returns why clients do not accept the certificate of the settings now; empty if they do. */
  String certificateProblem() {
    if (certificate == null || settings.tls() != WebSettings.TlsMode.FILES) {
      return "";
    }
    String problem = certificate.problem(System.currentTimeMillis());
    return problem.isEmpty() ? "" : settings.certificate() + ": " + problem;
  }

  /** Returns the settings, as they are kept. */
  Map<String, @Nullable Object> settings() {
    return settings.object();
  }

  /** Returns the link by which the first administrator is created; null if there is one. */
  CompletableFuture<@Nullable String> firstLink() {
    return server
        .submit(
            api ->
                api.accountCount() > 0
                    ? CompletableFuture.<@Nullable String>completedFuture(null)
                    : api.createFirstLink().<@Nullable String>thenApply(link -> link))
        .thenCompose(link -> link);
  }

  /** Returns a link by which a user sets another password. */
  CompletableFuture<String> link(String name) {
    return server
        .submit(
            api -> {
              try {
                return api.createLink(name);
              } catch (ProblemException e) {
                throw new IllegalArgumentException(e.problem().detail(), e);
              }
            })
        .thenCompose(link -> link);
  }

  /** Returns the state of this listener. */
  CompletableFuture<Map<String, @Nullable Object>> status() {
    return server
        .submit(WebApi::accountCount)
        .thenApply(
            users -> {
              Map<String, @Nullable Object> out = Json.object();
              out.put("listening", true);
              out.put("url", settings.origin(server.port()) + "/");
              out.put("tls", settings.tls().text());
              out.put("fingerprint", certificate == null ? null : certificate.fingerprint());
              out.put("users", users);
              return out;
            });
  }

  @Override
  public void close() {
    host.onChange(null);
    server.close();
    passwords.close();
  }
}
