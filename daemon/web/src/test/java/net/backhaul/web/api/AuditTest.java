// SPDX-License-Identifier: Apache-2.0
package net.backhaul.web.api;

import static net.backhaul.web.api.WebFixture.MEMBER_PATH;
import static net.backhaul.web.api.WebFixture.NETWORK_PATH;
import static net.backhaul.web.api.WebFixture.fields;
import static net.backhaul.web.api.WebFixture.object;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import net.backhaul.controller.Edit;
import net.backhaul.json.Json;
import net.backhaul.protocol.identity.NetworkIds;
import net.backhaul.sql.AuditEntry;
import net.backhaul.sql.AuditLog;
import net.backhaul.sql.Database;
import net.backhaul.sql.DatabaseFile;
import net.backhaul.store.ControllerDirectory;
import net.backhaul.store.NetworkJson;
import net.backhaul.store.SqlRecordStore;
import net.backhaul.testing.Await;
import net.backhaul.web.account.AccountChange;
import net.backhaul.web.http.WebResponse;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The audit log in the API, with a database. */
class AuditTest {
  private static final String OTHER = NetworkIds.text(WebFixture.OTHER_NET);

  @TempDir Path home;
  private Database database;
  private WebFixture web;
  private WebFixture.Client admin;
  private SqlRecordStore store;
  private final AtomicLong savedTicket = new AtomicLong();

  @BeforeEach
  void start() throws IOException {
    database = new Database(DatabaseFile.of(home.resolve(DatabaseFile.NAME)));
    store =
        SqlRecordStore.open(
            database,
            new ControllerDirectory(ControllerDirectory.Location.of(home.resolve("controller.d"))));
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
    web = new WebFixture(store, new DatabaseAuditReader(database));
    admin = web.admin();
  }

  @AfterEach
  void stop() {
    store.close();
    database.close();
  }

  private void awaitSaved() {
    Await.until(() -> savedTicket.get() == web.controller.lastTicket());
  }

  private static List<Map<String, @Nullable Object>> entries(WebResponse response) {
    assertEquals(200, response.status(), response::text);
    var entries = new ArrayList<Map<String, @Nullable Object>>();
    for (Object each : (List<?>) object(response).get("entries")) {
      entries.add(Json.asObject(each));
    }
    return entries;
  }

  private void append(AuditEntry entry) {
    database.submit(session -> AuditLog.append(session, entry)).join();
  }

  private static AuditEntry entry(long atMs, String actor, String network) {
    return new AuditEntry(atMs, actor, "", "change", network, "", null, "{}");
  }

  @Test
  void recordsWhoChangedWhatAndFromWhere() {
    admin.from("203.0.113.9").patch(NETWORK_PATH, "{\"name\":\"home\",\"notes\":\"a\\nb\"}");
    WebFixture.Client script = web.token(admin, "\"permission\":\"operate\"", 60);
    script.from("2001:db8::7").patch(MEMBER_PATH, "{\"authorized\":true,\"labels\":[\"db\"]}");
    web.controller.put(
        NetworkJson.edit(
            web.controller.network(WebFixture.NET).orElseThrow(),
            Json.asObject(Json.parse("{\"name\":\"x\"}"))),
        Edit.of("authtoken.secret", "local API", web.nowMs));
    awaitSaved();

    List<Map<String, @Nullable Object>> log = entries(admin.get(AuditResource.PATH));

    assertEquals(3, log.size());
    assertEquals("local API", log.get(0).get("origin"));
    Map<String, @Nullable Object> member = log.get(1);
    assertEquals("admin (token t)", member.get("actor"));
    assertEquals("2001:db8::7", member.get("origin"));
    assertEquals("0123456789", member.get("member"));
    assertEquals(false, Json.asObject(member.get("before")).get("authorized"));
    assertEquals(true, Json.asObject(member.get("after")).get("authorized"));
    assertEquals(
        List.of("db"),
        Json.asObject(Json.asObject(member.get("after")).get("backhaul")).get("labels"));
    Map<String, @Nullable Object> network = log.get(2);
    assertEquals("admin", network.get("actor"));
    assertEquals("203.0.113.9", network.get("origin"));
    assertEquals("change", network.get("action"));
    assertEquals(web.nowMs, network.get("atMs"));
    assertEquals(null, network.get("member"));
  }

  @Test
  void recordsEveryKindOfChange() {
    String created = admin.post(NetworkResource.PATH, "{}").headers().get("Location");
    admin.post(created + "/members", "{\"id\":\"0123456701\"}");
    admin.post(created + "/members/bulk/authorization", bulk("\"authorized\":false"));
    admin.post(created + "/members/bulk/change", bulk("\"change\":{\"notes\":\"n\"}"));
    admin.post(created + "/members/0123456701/block", "{}");
    admin.post(created + "/members/0123456701/unblock", "{}");
    admin.post(created + "/members/bulk/block", bulk("\"blocked\":true"));
    String members = bulk("\"x\":0").replace(",\"x\":0", "");
    admin.post(created + "/members/bulk/delete", members);
    admin.post(created + "/bin/bulk/restore", members);
    admin.delete(created + "/members/0123456701");
    admin.delete(created + "/bin/0123456701");
    admin.delete(created);
    awaitSaved();

    assertEquals(
        List.of(
            "delete", "purge", "remove", "restore", "remove", "block", "unblock", "block", "change",
            "change", "create", "create"),
        entries(admin.get(AuditResource.PATH)).stream().map(each -> each.get("action")).toList());
    assertTrue(
        entries(admin.get(AuditResource.PATH)).stream()
            .allMatch(each -> "admin".equals(each.get("actor"))));
  }

  private static String bulk(String more) {
    return "{\"members\":[\"0123456701\"]," + more + "}";
  }

  @Test
  void showsOnlyWhatTheCallerMayRead() {
    append(entry(1, "a", NetworkIds.text(WebFixture.NET)));
    append(entry(2, "a", OTHER));
    append(entry(3, "a", ""));
    WebFixture.Client operator =
        web.user(admin, "op", "\"permission\":\"operate\",\"networks\":[\"" + OTHER + "\"]");

    assertEquals(3, entries(admin.get(AuditResource.PATH)).size());
    List<Map<String, @Nullable Object>> seen = entries(operator.get(AuditResource.PATH));
    assertEquals(List.of(OTHER), seen.stream().map(each -> each.get("network")).toList());
    assertEquals(
        List.of(),
        entries(operator.get(AuditResource.PATH + "?network=" + NetworkIds.text(WebFixture.NET))));
    assertEquals(2, operator.get(AuditResource.CSV).text().lines().count());
  }

  @Test
  void findsByNetworkMemberActorAndTime() {
    admin.patch(NETWORK_PATH, "{\"name\":\"n\"}");
    admin.patch(MEMBER_PATH, "{\"name\":\"m\"}");
    append(entry(5, "eve", OTHER));
    awaitSaved();

    assertEquals(1, entries(admin.get(AuditResource.PATH + "?network=" + OTHER)).size());
    assertEquals(1, entries(admin.get(AuditResource.PATH + "?actor=eve")).size());
    assertEquals(1, entries(admin.get(AuditResource.PATH + "?member=0123456789")).size());
    String ofMember =
        "?network=" + NetworkIds.text(WebFixture.NET) + "&member=0123456789&actor=admin";
    assertEquals(1, entries(admin.get(AuditResource.PATH + ofMember)).size());
    assertEquals(1, entries(admin.get(AuditResource.PATH + "?since=5&until=6")).size());
    assertEquals(2, entries(admin.get(AuditResource.PATH + "?since=6")).size());
  }

  @Test
  void returnsPages() {
    for (int i = 0; i < 250; i++) {
      append(entry(i, i % 2 == 0 ? "even" : "odd", OTHER));
    }
    var seen = new ArrayList<@Nullable Object>();
    String next = "";
    int pages = 0;
    do {
      WebResponse page = admin.get(AuditResource.PATH + "?actor=odd&limit=50" + next);
      entries(page).forEach(each -> seen.add(each.get("atMs")));
      Object before = object(page).get("next");
      next = before == null ? "" : "&before=" + before;
      pages++;
    } while (!next.isEmpty());

    assertEquals(125, seen.size());
    assertEquals(125, seen.stream().distinct().count());
    assertEquals(249L, seen.getFirst());
    assertEquals(3, pages);
  }

  @Test
  void exportsCellsThatAreNoFormulas() {
    append(
        new AuditEntry(1, "=HYPERLINK(\"x\")", "@a", "change", OTHER, "", null, "{\"a\":\"b,c\"}"));

    WebResponse csv = admin.get(AuditResource.CSV);

    assertEquals("text/csv; charset=utf-8", csv.headers().get("Content-Type"));
    assertEquals(
        "1,1,\"'=HYPERLINK(\"\"x\"\")\",\"'@a\",\"change\",\""
            + OTHER
            + "\",\"\",\"\",\"{\"\"a\"\":\"\"b,c\"\"}\"",
        csv.text().lines().skip(1).findFirst().orElseThrow());
  }

  @Test
  void hidesSecretsOfTheRecordedApi() {
    append(
        new AuditEntry(
            1,
            "a",
            "",
            "change",
            OTHER,
            "",
            "{\"authTokens\":{\"s3cret\":0},\"name\":\"n\"}",
            "{\"lastAuthorizedCredential\":\"s3cret\",\"authTokens\":null}"));

    assertFalse(admin.get(AuditResource.PATH).text().contains("s3cret"));
    assertFalse(admin.get(AuditResource.CSV).text().contains("s3cret"));
    assertTrue(admin.get(AuditResource.PATH).text().contains("\"name\":\"n\""));
  }

  @ParameterizedTest
  @ValueSource(strings = {"network=1", "network=x' OR 1", "member=012", "since=-1", "limit=0"})
  void rejectsInvalidFilters(String filter) {
    WebResponse response = admin.get(AuditResource.PATH + "?" + filter);

    assertEquals(List.of(filter.split("=", 2)[0]), fields(response));
  }

  private List<Map<String, @Nullable Object>> accountEntries() {
    var all = new ArrayList<Map<String, @Nullable Object>>();
    for (AccountChange each : web.accountChanges) {
      if (each instanceof AccountChange.Recorded(AuditEntry entry)) {
        assertEquals("", entry.networkId());
        append(entry);
      }
    }
    web.accountChanges.clear();
    for (Map<String, @Nullable Object> each : entries(admin.get(AuditResource.PATH))) {
      if (each.get("network") == null) {
        all.add(each);
      }
    }
    return all.reversed();
  }

  @Test
  void recordsChangesOfAccountsWithoutSecrets() {
    WebFixture.Client user = web.user(admin, "op", "\"permission\":\"read\"");
    String token = web.createToken(user, "\"permission\":\"read\"", 60);
    List<?> tokens = (List<?>) object(user.get(AccountApi.PATH + "/tokens")).get("tokens");
    user.delete(
        AccountApi.PATH
            + "/tokens/"
            + Json.asObject(Objects.requireNonNull(tokens).getFirst()).get("id"));
    user.delete(SessionApi.PATH);
    long id = web.userId(admin, "op");
    String path = UserResource.PATH + "/" + id;
    admin.from("203.0.113.9").patch(path, "{\"disabled\":true}");
    admin.post(path + "/link", "{}");
    admin.delete(path);
    admin.post(
        AccountApi.PATH + "/password",
        "{\"password\":\"%s\",\"newPassword\":\"another password\"}"
            .formatted(WebFixture.PASSWORD));

    List<Map<String, @Nullable Object>> found = accountEntries();
    assertEquals(
        List.of(
            "authtoken.secret create-link",
            "admin use-link",
            "admin log-in",
            "admin create-user",
            "op use-link",
            "op log-in",
            "op create-api-token",
            "op revoke-api-token",
            "op log-out",
            "admin change-user",
            "admin create-link",
            "admin delete-user",
            "admin change-password",
            "admin log-in"),
        found.stream().map(each -> each.get("actor") + " " + each.get("action")).toList());
    Map<String, @Nullable Object> change = found.get(9);
    assertEquals("203.0.113.9", change.get("origin"));
    assertEquals(false, Json.asObject(change.get("before")).get("disabled"));
    assertEquals(true, Json.asObject(change.get("after")).get("disabled"));
    String text = admin.get(AuditResource.PATH).text();
    assertFalse(text.contains(token), text);
    assertFalse(text.contains("argon2"), text);
  }

  /** Where others have logged in from does not concern all who may read networks. */
  @Test
  void showsChangesOfAccountsToAdministratorsAlone() {
    WebFixture.Client reader = web.user(admin, "reader", "\"permission\":\"read\"");
    assertFalse(accountEntries().isEmpty());

    assertEquals(List.of(), entries(reader.get(AuditResource.PATH)));
  }
}
