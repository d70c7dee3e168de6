// SPDX-License-Identifier: Apache-2.0
package net.backhaul.web.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import javax.net.ssl.SSLSocketFactory;
import net.backhaul.controller.Authorization;
import net.backhaul.controller.Controller;
import net.backhaul.controller.ControllerOutput;
import net.backhaul.controller.MemberRecord;
import net.backhaul.controller.NetworkRecord;
import net.backhaul.controller.RecordChange;
import net.backhaul.controller.RecordStore;
import net.backhaul.controller.StoredRecords;
import net.backhaul.json.Json;
import net.backhaul.protocol.address.IpPrefix;
import net.backhaul.protocol.identity.Addresses;
import net.backhaul.protocol.identity.Identity;
import net.backhaul.protocol.identity.NetworkIds;
import net.backhaul.protocol.network.ConfigRequest;
import net.backhaul.protocol.network.NetworkConfig;
import net.backhaul.protocol.network.RequestMetaData;
import net.backhaul.protocol.network.Revocation;
import net.backhaul.protocol.packet.Bytes;
import net.backhaul.protocol.world.World;
import net.backhaul.sql.AuditEntry;
import net.backhaul.sql.AuditLog;
import net.backhaul.sql.SourceHistory;
import net.backhaul.store.MemberJson;
import net.backhaul.store.NetworkJson;
import net.backhaul.web.access.HostNames;
import net.backhaul.web.account.AccountChange;
import net.backhaul.web.account.AccountState;
import net.backhaul.web.account.PasswordHash;
import net.backhaul.web.account.PasswordWorker;
import net.backhaul.web.hook.WebhookClient;
import net.backhaul.web.hook.WebhookSettings;
import net.backhaul.web.hook.WebhookStore;
import net.backhaul.web.http.FileBody;
import net.backhaul.web.http.WebMethod;
import net.backhaul.web.http.WebRequest;
import net.backhaul.web.http.WebResponse;
import net.backhaul.web.join.JoinSite;
import org.jspecify.annotations.Nullable;

/** The web API with a controller, a clock and a store in memory; all on the test's thread. */
final class WebFixture implements WebHost, ControllerOutput, SourceVersions {
  static final Identity SELF = Identity.generate(new Random(1));
  static final long NET = SELF.address() << 24 | 1;
  static final long OTHER_NET = SELF.address() << 24 | 2;
  static final long MEMBER = 0x0123456789L;
  static final String PASSWORD = "correct horse battery";
  static final String NETWORK_PATH = NetworkResource.PATH + "/" + NetworkIds.text(NET);
  static final String MEMBER_PATH = NETWORK_PATH + "/members/0123456789";

  final Controller controller;
  final List<RecordChange> recordChanges = new ArrayList<>();
  final List<AccountChange> accountChanges = new ArrayList<>();
  final List<String> sources = new ArrayList<>();
  final List<IpPrefix> hostNetworks = new ArrayList<>();
  final List<Runnable> passwordWork = new ArrayList<>();
  World planet = World.defaultPlanet();
  boolean holdsPasswordWork;
  String storageTrouble = "";
  long freeBytes = 2_000_000_000;
  Backup backup = Backup.NONE;
  InetAddress[] webhookAddresses = {InetAddress.ofLiteral("127.0.0.1")};
  SSLSocketFactory webhookTls = (SSLSocketFactory) SSLSocketFactory.getDefault();
  final List<WebhookSettings> savedWebhooks = new ArrayList<>();
  private final WebhookStore webhookStore;
  private final WebhookStore webhooksInMemory =
      new WebhookStore() {
        @Override
        public CompletableFuture<WebhookSettings> load() {
          return CompletableFuture.completedFuture(WebhookSettings.NONE);
        }

        @Override
        public CompletableFuture<Void> save(WebhookSettings settings, AuditEntry entry) {
          savedWebhooks.add(settings);
          assertFalse(entry.toString().contains("bhw_"), "the log has the secret");
          return webhookSave;
        }
      };
  CompletableFuture<Void> webhookSave = CompletableFuture.completedFuture(null);
  long nowMs = 1_700_000_000_000L;
  private final Path packages;
  private Consumer<RecordChange> onChange = change -> {};
  final WebApi api;

  /** What a client keeps between requests. */
  final class Client {
    InetAddress from = InetAddress.ofLiteral("192.0.2.1");
    final Map<String, String> headers = new HashMap<>(Map.of("host", "127.0.0.1:9994"));
    boolean sendsCsrfToken = true;
    boolean isSecure;
    private @Nullable String csrfToken;

    Client from(String address) {
      from = InetAddress.ofLiteral(address);
      return this;
    }

    Client with(String name, String value) {
      headers.put(name, value);
      return this;
    }

    Client withToken(String token) {
      return with("authorization", "Bearer " + token);
    }

    WebResponse send(WebMethod method, String target, @Nullable String body) {
      return begin(method, target, body).join();
    }

    CompletableFuture<WebResponse> begin(WebMethod method, String target, @Nullable String body) {
      Map<String, String> all = new HashMap<>(headers);
      if (body != null) {
        all.putIfAbsent("content-type", "application/json");
      }
      if (sendsCsrfToken && csrfToken != null) {
        all.put("x-csrf-token", csrfToken);
      }
      Map<String, String> query = new HashMap<>();
      String[] parts = target.split("\\?", 2);
      if (parts.length > 1) {
        for (String pair : parts[1].split("&")) {
          query.put(pair.split("=", 2)[0], pair.split("=", 2)[1]);
        }
      }
      byte[] bytes = body == null ? new byte[0] : body.getBytes(StandardCharsets.UTF_8);
      return api.answer(
              new WebRequest(
                  method, parts[0], query, all, bytes, new WebRequest.Client(from, isSecure)))
          .thenApply(this::keepSession);
    }

    private WebResponse keepSession(WebResponse response) {
      String cookie = response.headers().get("Set-Cookie");
      if (cookie != null && response.status() == 201) {
        headers.put("cookie", cookie.split(";", 2)[0]);
        csrfToken = (String) object(response).get("csrfToken");
      }
      return response;
    }

    WebResponse get(String target) {
      return send(WebMethod.GET, target, null);
    }

    WebResponse post(String target, String body) {
      return send(WebMethod.POST, target, body);
    }

    WebResponse patch(String target, String body) {
      return send(WebMethod.PATCH, target, body);
    }

    WebResponse delete(String target) {
      return send(WebMethod.DELETE, target, null);
    }

    Client logIn(String name, String password) {
      WebResponse response = tryLogIn(name, password);
      assertEquals(201, response.status(), response::text);
      return this;
    }

    WebResponse tryLogIn(String name, String password) {
      return post(
          SessionApi.PATH,
          "{\"name\":" + Json.write(name) + ",\"password\":" + Json.write(password) + "}");
    }
  }

  WebFixture() {
    this(
        (ticket, change) -> {},
        query -> CompletableFuture.completedFuture(new AuditLog.Page(List.of(), 0)));
  }

  /** A web API behind a listener; with packages for hosts that join in a directory. */
  WebFixture(JoinSite site, Path packages) {
    this(
        (ticket, change) -> {},
        query -> CompletableFuture.completedFuture(new AuditLog.Page(List.of(), 0)),
        site,
        packages,
        null);
  }

  /** What a web API starts with. */
  record Earlier(StoredRecords records, AccountState accounts, WebhookStore webhooks) {}

  /** A web API whose changes are stored; as after a restart where there was one before. */
  WebFixture(RecordStore store, Earlier earlier) {
    this(
        store,
        query -> CompletableFuture.completedFuture(new AuditLog.Page(List.of(), 0)),
        new JoinSite(false, "", ""),
        Path.of("/nonexistent"),
        earlier);
  }

  WebFixture(RecordStore store, AuditReader auditLog) {
    this(store, auditLog, new JoinSite(false, "", ""), Path.of("/nonexistent"), null);
  }

  private WebFixture(
      RecordStore store,
      AuditReader auditLog,
      JoinSite site,
      Path packages,
      @Nullable Earlier earlier) {
    this.packages = packages;
    StoredRecords stored = earlier == null ? StoredRecords.NONE : earlier.records;
    webhookStore = earlier == null ? webhooksInMemory : earlier.webhooks;
    controller =
        new Controller(
            SELF,
            stored,
            (ticket, change) -> {
              store.write(ticket, change);
              recordChanges.add(change);
              if (change
                  instanceof
                  RecordChange.Edited(
                      RecordChange.NetworkSaved(NetworkRecord network),
                      var by,
                      var before)) {
                sources.add(NetworkJson.rulesSource(network));
              }
              onChange.accept(change);
            },
            this,
            new Random(2));
    api = start(earlier == null ? AccountState.EMPTY : earlier.accounts, auditLog, site);
    if (!stored.networks().isEmpty()) {
      return;
    }
    controller.put(NetworkJson.create(NET, nowMs), nowMs);
    controller.put(NetworkJson.create(OTHER_NET, nowMs), nowMs);
    controller.put(MemberJson.create(NetworkIds.text(NET), "0123456789", nowMs), nowMs);
  }

  private WebApi start(AccountState state, AuditReader auditLog, JoinSite site) {
    return new WebApi(
        new WebApi.Environment(
            this,
            new WebApi.Storage(
                changes -> {
                  accountChanges.addAll(changes);
                  return CompletableFuture.completedFuture(null);
                },
                auditLog,
                webhookStore,
                new WebhookClient(host -> webhookAddresses, webhookTls),
                this,
                this::backup),
            new PasswordWorker(new PasswordHash(64), this::runPasswordWork),
            Runnable::run,
            new SecureRandom(),
            () -> nowMs),
        state,
        new WebApi.Site("http://127.0.0.1:9994", new HostNames(Set.of("localhost")), site));
  }

  private void runPasswordWork(Runnable work) {
    if (holdsPasswordWork) {
      passwordWork.add(work);
    } else {
      work.run();
    }
  }

  /** Creates the first administrator, and returns its client. */
  Client admin() {
    String link = api.createFirstLink().join();
    String token = link.substring(link.indexOf('#') + 1);
    WebResponse response =
        client()
            .post(
                SessionApi.SETUP,
                "{\"token\":\"%s\",\"name\":\"admin\",\"password\":\"%s\"}"
                    .formatted(token, PASSWORD));
    assertEquals(201, response.status(), response::text);
    return client().logIn("admin", PASSWORD);
  }

  /** Creates a user and returns its client. */
  Client user(Client admin, String name, String grant) {
    WebResponse created =
        admin.post(UserResource.PATH, "{\"name\":\"" + name + "\"," + grant + "}");
    assertEquals(201, created.status(), created::text);
    String link = String.valueOf(object(created).get("link"));
    WebResponse set =
        client()
            .post(
                SessionApi.SETUP,
                "{\"token\":\"%s\",\"password\":\"%s\"}"
                    .formatted(link.substring(link.indexOf('#') + 1), PASSWORD));
    assertEquals(201, set.status(), set::text);
    return client().logIn(name, PASSWORD);
  }

  /** Returns the id of a user. */
  long userId(Client admin, String name) {
    if (object(admin.get(UserResource.PATH)).get("users") instanceof List<?> users) {
      for (Object each : users) {
        if (name.equals(Json.asObject(each).get("name"))) {
          return ((Number) Json.asObject(each).getOrDefault("id", 0L)).longValue();
        }
      }
    }
    throw new AssertionError("no user " + name);
  }

  /** Creates a token of a user, and returns its client. */
  Client token(Client owner, String grant, long expiresInS) {
    return client().withToken(createToken(owner, grant, expiresInS));
  }

  String createToken(Client owner, String grant, long expiresInS) {
    WebResponse created =
        owner.post(
            AccountApi.PATH + "/tokens",
            "{\"name\":\"t\",\"expiresInS\":%d,%s}".formatted(expiresInS, grant));
    assertEquals(201, created.status(), created::text);
    return String.valueOf(object(created).get("token"));
  }

  /** Authorizes a member, and has it ask for its configuration now. */
  void see(long address) {
    MemberRecord member = controller.member(NET, address).orElseThrow();
    controller.put(
        member.withAuthorization(
            member.authorization().authorize(Authorization.BY_API, null, nowMs)),
        nowMs);
    request(address);
  }

  /** Has a device ask for the configuration of the network. */
  void request(long address) {
    request(address, RequestMetaData.ours("linux/x86_64"));
  }

  /** Has a device whose host gives a name ask for the configuration of the network. */
  void request(long address, String hostName) {
    byte[] metaData = RequestMetaData.ours("linux/x86_64");
    request(address, RequestMetaData.withHostName(metaData, hostName));
  }

  private void request(long address, byte[] metaData) {
    var identity = Identity.parse(Addresses.text(address) + SELF.publicText().substring(10));
    controller.answer(new ConfigRequest(NET, identity, Bytes.of(metaData), 0, 0), nowMs);
  }

  Client client() {
    return new Client();
  }

  static Map<String, @Nullable Object> object(WebResponse response) {
    return Json.asObject(Json.parse(response.text()));
  }

  /** Returns the names of the fields that a problem names. */
  static List<String> fields(WebResponse response) {
    assertTrue(response.status() >= 400, response::text);
    assertEquals("application/problem+json", response.headers().get("Content-Type"));
    var names = new ArrayList<String>();
    if (object(response).get("errors") instanceof List<?> errors) {
      errors.forEach(each -> names.add(String.valueOf(Json.asObject(each).get("field"))));
    }
    return names;
  }

  private CompletableFuture<FileBody> backup() {
    try {
      Path file = Files.createTempFile("backup", ".db");
      FileChannel channel =
          FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.DELETE_ON_CLOSE);
      return CompletableFuture.completedFuture(new FileBody(channel, 0, () -> {}));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  // The history of rules, as changes have left it.

  @Override
  public CompletableFuture<List<SourceHistory.SourceVersion>> list(String networkId) {
    var all = new ArrayList<SourceHistory.SourceVersion>();
    for (int i = 0; i < sources.size(); i++) {
      all.addFirst(
          new SourceHistory.SourceVersion(i + 1, nowMs, "admin", "", sources.get(i).length()));
    }
    return CompletableFuture.completedFuture(all);
  }

  @Override
  public CompletableFuture<Optional<String>> source(String networkId, long id) {
    return CompletableFuture.completedFuture(
        id > 0 && id <= sources.size() ? Optional.of(sources.get((int) id - 1)) : Optional.empty());
  }

  // The daemon.

  @Override
  public long address() {
    return SELF.address();
  }

  @Override
  public <T> CompletableFuture<T> query(Query<T> query) {
    try {
      return CompletableFuture.completedFuture(query.apply(controller, nowMs));
    } catch (RuntimeException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  @Override
  public <T> CompletableFuture<T> change(Change<T> change) {
    try {
      return CompletableFuture.completedFuture(change.apply(controller, nowMs).record());
    } catch (RuntimeException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  @Override
  public CompletableFuture<Map<Long, MemberLink>> links(Set<Long> addresses) {
    return CompletableFuture.completedFuture(Map.of());
  }

  @Override
  public CompletableFuture<World> planet() {
    return CompletableFuture.completedFuture(planet);
  }

  @Override
  public Path packages() {
    return packages;
  }

  @Override
  public CompletableFuture<Health> health() {
    return CompletableFuture.completedFuture(
        new Health("/home", nowMs, true, 2, 1, 4_096, freeBytes, 1 << 25, "", backup));
  }

  @Override
  public CompletableFuture<String> storageTrouble() {
    return CompletableFuture.completedFuture(storageTrouble);
  }

  @Override
  public CompletableFuture<List<IpPrefix>> hostNetworks() {
    return CompletableFuture.completedFuture(List.copyOf(hostNetworks));
  }

  @Override
  public void onChange(@Nullable Consumer<RecordChange> callback) {
    onChange = callback == null ? change -> {} : callback;
  }

  @Override
  public long pushConfig(long member, NetworkConfig config) {
    return 0;
  }

  @Override
  public void revoke(List<Revocation> revocations, List<Long> recipients) {}

  @Override
  public void pushDirectory(long networkId, Bytes update, List<Long> recipients) {}
}
