// SPDX-License-Identifier: Apache-2.0
package net.backhaul.web.api;

import static net.backhaul.web.api.WebFixture.MEMBER_PATH;
import static net.backhaul.web.api.WebFixture.NETWORK_PATH;
import static net.backhaul.web.api.WebFixture.PASSWORD;
import static net.backhaul.web.api.WebFixture.object;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import net.backhaul.protocol.identity.NetworkIds;
import net.backhaul.sql.Database;
import net.backhaul.sql.DatabaseFile;
import net.backhaul.store.ControllerDirectory;
import net.backhaul.store.SqlRecordStore;
import net.backhaul.testing.Await;
import net.backhaul.web.account.DatabaseAccountStore;
import net.backhaul.web.hook.DatabaseWebhookStore;
import net.backhaul.web.http.WebResponse;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What was changed by the API is there after a restart, read from the database. */
class RestartTest {
  private static final String BULK = NETWORK_PATH + "/members/bulk/";
  private static final String BIN = NETWORK_PATH + "/bin";
  private static final String TOKENS = NETWORK_PATH + "/join-tokens";
  private static final String MEMBERS = "\"members\":[\"0123456789\",\"0123456701\"]";

  @TempDir Path home;
  private final AtomicLong savedTicket = new AtomicLong();
  private Database database;
  private SqlRecordStore store;
  private WebFixture web;
  private WebFixture.Client admin;

  @BeforeEach
  void start() throws IOException {
    run();
    admin = web.admin();
    ok(admin.post(NETWORK_PATH + "/members", "{\"id\":\"0123456701\",\"name\":\"second\"}"));
  }

  private void run() throws IOException {
    database = new Database(DatabaseFile.of(home.resolve(DatabaseFile.NAME)));
    store =
        SqlRecordStore.open(
            database,
            new ControllerDirectory(ControllerDirectory.Location.of(home.resolve("controller.d"))));
    savedTicket.set(0);
    store.start(
        new SqlRecordStore.Listener() {
          @Override
          public void saved(long ticket) {
            savedTicket.set(ticket);
          }

          @Override
          public void failed(long ticket, String reason) {
            throw new AssertionError(reason);
          }
        });
    web =
        new WebFixture(
            store,
            new WebFixture.Earlier(
                store.takeStored(),
                new DatabaseAccountStore(database).load(),
                new DatabaseWebhookStore(database)));
  }

  @AfterEach
  void stop() {
    store.close();
    database.close();
  }

  private static WebResponse ok(WebResponse response) {
    assertTrue(response.status() < 300, response::text);
    return response;
  }

  /** Returns all that the API shows, by path. */
  private Map<String, String> shown() {
    var all = new LinkedHashMap<String, String>();
    for (String path :
        List.of(
            NetworkResource.PATH,
            NETWORK_PATH + "/members?limit=100",
            NETWORK_PATH + "/blocks",
            NETWORK_PATH + "/rules",
            NETWORK_PATH + "/definitions",
            BIN,
            BIN + "/0123456789",
            TOKENS,
            UserResource.PATH,
            AccountApi.PATH,
            AccountApi.PATH + "/tokens",
            AccountApi.PATH + "/sessions",
            WebhookResource.PATH)) {
      WebResponse answer = admin.get(path);
      all.put(path, answer.status() + " " + answer.text());
    }
    return all;
  }

  private void assertSurvivesRestart() throws IOException {
    Map<String, String> before = shown();
    Await.until(() -> savedTicket.get() == web.controller.lastTicket());
    new DatabaseAccountStore(database).write(List.copyOf(web.accountChanges)).join();
    Map<String, String> headers = Map.copyOf(admin.headers);
    long nowMs = web.nowMs;
    stop();
    run();
    web.nowMs = nowMs;
    // The same session: it is in the database too.
    admin = web.client();
    admin.headers.putAll(headers);
    admin.with("x-csrf-token", String.valueOf(object(admin.get(SessionApi.PATH)).get("csrfToken")));
    before.forEach((path, text) -> assertEquals(text, shown().get(path), path));
  }

  @Test
  void keepsChangesOfManyMembers() throws IOException {
    ok(admin.post(BULK + "change", "{" + MEMBERS + ",\"change\":{\"notes\":\"n\"}}"));
    ok(admin.post(BULK + "labels", "{" + MEMBERS + ",\"add\":[\"a\",\"b\"]}"));
    ok(
        admin.post(
            BULK + "credentials",
            "{" + MEMBERS + ",\"tags\":{\"7\":9},\"capabilities\":{\"3\":true}}"));
    ok(admin.post(BULK + "authorization", "{" + MEMBERS + ",\"authorized\":true}"));

    assertSurvivesRestart();
    assertEquals(List.of("a", "b"), object(admin.get(MEMBER_PATH)).get("labels"));
  }

  @Test
  void keepsBlocks() throws IOException {
    ok(admin.post(MEMBER_PATH + "/block", "{}"));
    ok(admin.post(NETWORK_PATH + "/members/0123456799/block", "{}"));
    ok(admin.post(BULK + "block", "{\"members\":[\"0123456701\"],\"blocked\":true}"));
    ok(admin.post(NETWORK_PATH + "/members/0123456701/unblock", "{}"));

    assertSurvivesRestart();
    assertEquals(409, admin.patch(MEMBER_PATH, "{\"authorized\":true}").status());
  }

  @Test
  void keepsTheBinAndWhatWasRestoredOfIt() throws IOException {
    ok(admin.patch(MEMBER_PATH, "{\"name\":\"first\",\"notes\":\"n\",\"labels\":[\"x\"]}"));
    ok(admin.post(BULK + "delete", "{" + MEMBERS + "}"));
    ok(admin.post(BIN + "/0123456701/restore", "{}"));

    assertSurvivesRestart();
    ok(admin.post(BIN + "/0123456789/restore", "{}"));
    assertSurvivesRestart();
    assertEquals("first", object(admin.get(MEMBER_PATH)).get("name"));
  }

  @Test
  void keepsJoinTokensAndTheirUses() throws IOException {
    ok(admin.post(TOKENS, "{\"name\":\"t\",\"maxUses\":2,\"member\":{\"labels\":[\"x\"]}}"));
    WebResponse revoked = ok(admin.post(TOKENS, "{}"));
    ok(admin.delete(TOKENS + "/" + object(revoked).get("id")));

    assertSurvivesRestart();
  }

  @Test
  void keepsNetworksAndRules() throws IOException {
    ok(
        admin.patch(
            NETWORK_PATH,
            "{\"name\":\"home\",\"notes\":\"n\",\"labels\":[\"x\"],\"mtu\":1400,"
                + "\"deauthorizeAfterDays\":7}"));
    ok(admin.patch(NETWORK_PATH + "/rules", "{\"source\":\"# mine\\naccept;\"}"));
    ok(admin.delete(NetworkResource.PATH + "/" + NetworkIds.text(WebFixture.OTHER_NET)));

    assertSurvivesRestart();
    assertEquals("# mine\naccept;", object(admin.get(NETWORK_PATH + "/rules")).get("source"));
  }

  @Test
  void keepsUsersTheirTokensAndTheWebhook() throws IOException {
    web.user(admin, "op", "\"permission\":\"operate\"");
    ok(admin.patch(UserResource.PATH + "/" + web.userId(admin, "op"), "{\"permission\":\"read\"}"));
    WebFixture.Client user = web.client().logIn("op", PASSWORD);
    String token = web.createToken(user, "\"permission\":\"read\"", 600);
    web.user(admin, "left", "\"permission\":\"read\"");
    ok(admin.patch(UserResource.PATH + "/" + web.userId(admin, "left"), "{\"disabled\":true}"));
    ok(
        admin.patch(
            WebhookResource.PATH, "{\"url\":\"https://hook.test/in\",\"events\":[\"storage\"]}"));

    assertSurvivesRestart();
    assertEquals(200, web.client().withToken(token).get(NetworkResource.PATH).status());
    assertEquals(401, web.client().tryLogIn("left", PASSWORD).status(), "disabled");
    web.client().logIn("op", PASSWORD);
  }
}
