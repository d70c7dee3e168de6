// SPDX-License-Identifier: Apache-2.0
package net.backhaul.web.api;

import static net.backhaul.web.api.WebFixture.MEMBER_PATH;
import static net.backhaul.web.api.WebFixture.NET;
import static net.backhaul.web.api.WebFixture.NETWORK_PATH;
import static net.backhaul.web.api.WebFixture.object;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import net.backhaul.controller.MemberBin;
import net.backhaul.json.Json;
import net.backhaul.protocol.identity.NetworkIds;
import net.backhaul.store.MemberJson;
import net.backhaul.web.http.WebResponse;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The bin of removed members in the API. */
class BinTest {
  private static final String BIN = NETWORK_PATH + "/bin";
  private static final String BINNED = BIN + "/0123456789";
  private static final String ALL = "{\"members\":[\"0123456789\",\"0123456701\",\"0123456702\"]}";

  private final WebFixture web = new WebFixture();
  private final WebFixture.Client admin = web.admin();

  private static List<?> members(WebResponse response) {
    assertEquals(200, response.status(), response::text);
    return (List<?>) object(response).get("members");
  }

  private static List<Long> statuses(WebResponse response) {
    assertEquals(200, response.status(), response::text);
    var statuses = new ArrayList<Long>();
    for (Object row : (List<?>) object(response).get("results")) {
      statuses.add((Long) Json.asObject(row).get("status"));
    }
    return statuses;
  }

  private Map<String, @Nullable Object> removeNamed() {
    admin.patch(
        MEMBER_PATH,
        "{\"authorized\":true,\"name\":\"web-1\",\"notes\":\"rack 3\",\"labels\":[\"db\"],"
            + "\"tags\":{\"7\":9},\"addresses\":[\"10.0.0.7\"]}");
    Map<String, @Nullable Object> before = object(admin.get(MEMBER_PATH));
    web.nowMs += 5;
    assertEquals(204, admin.delete(MEMBER_PATH).status());
    return before;
  }

  @Test
  void restoresWhatWasRemoved() {
    Map<String, @Nullable Object> before = removeNamed();
    assertEquals(404, admin.get(MEMBER_PATH).status());
    WebResponse shown = admin.get(BINNED);
    Map<String, @Nullable Object> binned = object(shown);
    assertEquals("web-1", binned.get("name"));
    assertEquals(web.nowMs, binned.get("removedMs"));
    assertEquals(web.nowMs + MemberBin.KEPT_MS, binned.get("expiresMs"));
    assertEquals(List.of(binned), members(admin.get(BIN)));
    assertEquals(1L, object(admin.get(NETWORK_PATH)).get("removedCount"));

    admin.with("if-match", shown.headers().get("ETag"));
    WebResponse restored = admin.post(BINNED + "/restore", "{}");
    admin.headers.remove("if-match");

    assertEquals(200, restored.status(), restored::text);
    Map<String, @Nullable Object> after = object(admin.get(MEMBER_PATH));
    for (String field :
        List.of("authorized", "name", "notes", "labels", "tags", "addresses", "createdMs")) {
      assertEquals(before.get(field), after.get(field), field);
    }
    assertEquals(404, admin.get(BINNED).status());
    assertEquals(List.of(), members(admin.get(BIN)));
  }

  @Test
  void offersToRestoreMemberThatWaitsAgain() {
    assertNull(object(admin.get(MEMBER_PATH)).get("removed"));
    removeNamed();
    web.controller.put(MemberJson.create(NetworkIds.text(NET), "0123456789", web.nowMs), web.nowMs);

    Map<String, @Nullable Object> waiting = object(admin.get(MEMBER_PATH));
    assertEquals(false, waiting.get("authorized"));
    assertEquals("web-1", Json.asObject(waiting.get("removed")).get("name"));
    assertEquals(200, admin.post(BINNED + "/restore", "{}").status());
    assertEquals("web-1", object(admin.get(MEMBER_PATH)).get("name"));
    assertEquals(true, object(admin.get(MEMBER_PATH)).get("authorized"));
  }

  @Test
  void rejectsWhatIsNotAsTheCallerSawIt() {
    removeNamed();
    admin.with("if-match", "\"1\"");
    assertEquals(412, admin.post(BINNED + "/restore", "{}").status());
    assertEquals(412, admin.delete(BINNED).status());
    admin.headers.remove("if-match");
    admin.post(NETWORK_PATH + "/members", "{\"id\":\"0123456789\"}");
    assertEquals(409, admin.post(BINNED + "/restore", "{}").status());
    assertEquals(404, admin.post(BIN + "/0123456701/restore", "{}").status());
    assertEquals(422, admin.post(BINNED + "/restore", "{\"no\":0}").status());
    assertEquals(1, members(admin.get(BIN)).size());
  }

  @Test
  void purgesForGood() {
    removeNamed();
    assertEquals(204, admin.delete(BINNED).status());
    assertEquals(404, admin.delete(BINNED).status());
    assertEquals(404, admin.post(BINNED + "/restore", "{}").status());
    assertEquals(404, admin.get(MEMBER_PATH).status());
  }

  @Test
  void removesRestoresAndPurgesManyWithAResultForEach() {
    removeNamed();
    admin.post(BINNED + "/restore", "{}");
    admin.post(NETWORK_PATH + "/members", "{\"id\":\"0123456701\"}");

    assertEquals(
        List.of(204L, 204L, 404L),
        statuses(admin.post(NETWORK_PATH + "/members/bulk/delete", ALL)));
    assertEquals(2, members(admin.get(BIN)).size());
    assertEquals(1, members(admin.get(BIN + "?limit=1&offset=1")).size());
    assertEquals(List.of(200L, 200L, 404L), statuses(admin.post(BIN + "/bulk/restore", ALL)));
    assertEquals("web-1", object(admin.get(MEMBER_PATH)).get("name"));
    admin.post(NETWORK_PATH + "/members/bulk/delete", ALL);
    assertEquals(List.of(204L, 204L, 404L), statuses(admin.post(BIN + "/bulk/purge", ALL)));
    assertEquals(List.of(), members(admin.get(BIN)));
  }

  @Test
  void onlyOperatorsRestoreAndPurge() {
    removeNamed();
    WebFixture.Client authorizer =
        web.user(admin, "desk", "\"permission\":\"authorize\",\"networks\":null");
    assertEquals(200, authorizer.get(BIN).status());
    assertEquals(403, authorizer.post(BINNED + "/restore", "{}").status());
    assertEquals(403, authorizer.post(BIN + "/bulk/restore", ALL).status());
    assertEquals(403, authorizer.post(BIN + "/bulk/purge", ALL).status());
    assertEquals(403, authorizer.delete(BINNED).status());
    assertEquals(1, members(admin.get(BIN)).size());
  }

  @Test
  void setsWhenAbsentMembersAreDeauthorized() {
    assertEquals(0L, object(admin.get(NETWORK_PATH)).get("deauthorizeAfterDays"));
    WebResponse changed = admin.patch(NETWORK_PATH, "{\"deauthorizeAfterDays\":30}");
    assertEquals(30L, object(changed).get("deauthorizeAfterDays"));
    assertEquals(
        30L, object(admin.patch(NETWORK_PATH, "{\"mtu\":1400}")).get("deauthorizeAfterDays"));
    for (String wrong : List.of("-1", "3651", "1.5", "\"30\"", "null")) {
      WebResponse rejected = admin.patch(NETWORK_PATH, "{\"deauthorizeAfterDays\":" + wrong + "}");
      assertEquals(List.of("deauthorizeAfterDays"), WebFixture.fields(rejected), wrong);
    }
    assertTrue(object(admin.get(NETWORK_PATH)).containsKey("removedCount"));
  }
}
