// SPDX-License-Identifier: Apache-2.0
package net.backhaul.web.api;

import static net.backhaul.web.api.WebFixture.MEMBER_PATH;
import static net.backhaul.web.api.WebFixture.NETWORK_PATH;
import static net.backhaul.web.api.WebFixture.fields;
import static net.backhaul.web.api.WebFixture.object;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Collections;
import java.util.List;
import net.backhaul.json.Json;
import net.backhaul.web.http.WebResponse;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Blocks, notes and labels in the API, and revisions of accounts, sessions and tokens. */
class BlocksTest {
  private static final String BLOCKS = NETWORK_PATH + "/blocks";

  private final WebFixture web = new WebFixture();
  private final WebFixture.Client admin = web.admin();

  private static List<?> list(WebResponse response, String name) {
    assertEquals(200, response.status(), response::text);
    return (List<?>) object(response).get(name);
  }

  @Test
  void blockedMemberStaysSo() {
    admin.patch(MEMBER_PATH, "{\"authorized\":true}");
    WebResponse blocked = admin.post(MEMBER_PATH + "/block", "{}");
    assertEquals(200, blocked.status(), blocked::text);

    assertEquals(false, object(admin.get(MEMBER_PATH)).get("authorized"));
    assertEquals(true, object(admin.get(MEMBER_PATH)).get("blocked"));
    WebResponse authorized = admin.patch(MEMBER_PATH, "{\"authorized\":true}");
    assertEquals(409, authorized.status(), authorized::text);
    assertEquals("urn:backhaul:problem:blocked", object(authorized).get("type"));
    WebResponse renamed = admin.patch(MEMBER_PATH, "{\"name\":\"n\"}");
    assertEquals(false, object(renamed).get("authorized"), renamed::text);
    assertEquals(409L, bulkStatus("\"authorized\":true"));
    assertEquals(200L, bulkStatus("\"authorized\":false"));
    admin.delete(MEMBER_PATH);
    assertEquals(1, list(admin.get(BLOCKS), "blocks").size());
    WebResponse rejected = admin.post(NETWORK_PATH + "/members", "{\"id\":\"0123456789\"}");
    assertEquals(409, rejected.status(), rejected::text);
    WebResponse added =
        admin.post(NETWORK_PATH + "/members", "{\"id\":\"0123456789\",\"authorized\":false}");
    assertEquals(false, object(added).get("authorized"));

    assertEquals(204, admin.post(MEMBER_PATH + "/unblock", "{}").status());
    assertEquals(List.of(), list(admin.get(BLOCKS), "blocks"));
    assertEquals(false, object(admin.get(MEMBER_PATH)).get("authorized"));
  }

  private Object bulkStatus(String more) {
    WebResponse response =
        admin.post(
            NETWORK_PATH + "/members/bulk/authorization",
            "{\"members\":[\"0123456789\"]," + more + "}");
    return Json.asObject(list(response, "results").getFirst()).getOrDefault("status", 0L);
  }

  @Test
  void blocksAddressWithoutRecord() {
    WebResponse blocked = admin.post(NETWORK_PATH + "/members/0123456701/block", "{}");

    assertEquals("0123456701", object(blocked).get("id"));
    assertEquals(web.nowMs, object(blocked).get("sinceMs"));
    assertEquals(404, admin.get(NETWORK_PATH + "/members/0123456701").status());
    assertEquals(
        404,
        admin.post("/api/v1/networks/ffffffffffffffff/members/0123456701/block", "{}").status());
  }

  @Test
  void blocksOnlyTheMemberThatTheCallerSaw() {
    admin.patch(MEMBER_PATH, "{\"name\":\"other\"}");
    admin.with("if-match", "\"1\"");

    assertEquals(412, admin.post(MEMBER_PATH + "/block", "{}").status());
    assertEquals(List.of(), list(admin.get(BLOCKS), "blocks"));
  }

  @Test
  void findsBlockedAndLabelledMembers() {
    admin.patch(MEMBER_PATH, "{\"labels\":[\"Web-1\",\"db\"],\"notes\":\"Rack 7\\nleft\"}");
    String members = NETWORK_PATH + "/members?q=";

    for (String search : List.of("label:db", "label:web-*", "rack", "notes:rack", "blocked:no")) {
      assertEquals(1, list(admin.get(members + search), "members").size(), search);
    }
    admin.post(
        NETWORK_PATH + "/members/bulk/block", "{\"members\":[\"0123456789\"],\"blocked\":true}");
    assertEquals(1, list(admin.get(members + "blocked:yes"), "members").size());
    for (String search : List.of("label:web", "label:d", "blocked:no", "notes:shelf")) {
      assertEquals(List.of(), list(admin.get(members + search), "members"), search);
    }
    admin.post(
        NETWORK_PATH + "/members/bulk/block", "{\"members\":[\"0123456789\"],\"blocked\":false}");
    assertEquals(List.of(), list(admin.get(BLOCKS), "blocks"));
  }

  /** A colon may be a part of what is searched for, where it begins no term. */
  @Test
  void findsTextsWithColons() {
    String members = NETWORK_PATH + "/members?q=";
    String changes =
        "{\"labels\":[\"env:prod\"],\"notes\":\"see https://example.org/1, at 12:30\","
            + "\"addresses\":[\"fade:cafe::7\"]}";
    assertEquals(200, admin.patch(MEMBER_PATH, changes).status());
    for (String search :
        List.of("label:env:prod", "https://example.org", "12:30", "notes:12:30", "fade:cafe:")) {
      assertEquals(1, list(admin.get(members + search), "members").size(), search);
    }
    WebResponse rejected = admin.get(members + "env:prod");
    assertEquals(List.of("q"), fields(rejected));
    assertTrue(rejected.text().contains("there is no env:; expected address,"), rejected::text);
  }

  @Test
  void annotatesNetworksAndMembers() {
    for (String path : List.of(NETWORK_PATH, MEMBER_PATH)) {
      WebResponse changed = admin.patch(path, "{\"notes\":\"a\\nb\",\"labels\":[\" x \",\"x\"]}");
      assertEquals("a\nb", object(changed).get("notes"), changed::text);
      assertEquals(List.of("x"), object(changed).get("labels"));
      assertEquals(object(changed), object(admin.get(path)));

      WebResponse renamed = admin.patch(path, "{\"name\":\"n\"}");
      assertEquals("a\nb", object(renamed).get("notes"));
      WebResponse cleared = admin.patch(path, "{\"notes\":\"\",\"labels\":[]}");
      assertEquals("", object(cleared).get("notes"));
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          {"notes":7}              | notes
          {"notes":"a\\u0000b"}    | notes
          {"notes":"a\\u202eb"}    | notes
          {"labels":"x"}           | labels
          {"labels":["a",""]}      | labels[1]
          {"labels":["a\\n"," b\\nc"]} | labels[1]
          """)
  void namesTheInvalidField(String body, String field) {
    assertEquals(List.of(field), fields(admin.patch(MEMBER_PATH, body)));
    assertEquals(List.of(field), fields(admin.patch(NETWORK_PATH, body)));
  }

  @Test
  void limitsNotesAndLabels() {
    String notes = "{\"notes\":" + Json.write("n".repeat(10_001)) + "}";
    assertEquals(List.of("notes"), fields(admin.patch(MEMBER_PATH, notes)));
    String label = "{\"labels\":[" + Json.write("l".repeat(65)) + "]}";
    assertEquals(List.of("labels[0]"), fields(admin.patch(MEMBER_PATH, label)));
    String labels = "{\"labels\":" + Json.write(Collections.nCopies(33, "l")) + "}";
    assertEquals(List.of("labels"), fields(admin.patch(MEMBER_PATH, labels)));
  }

  @Test
  void endsOnlyTheSessionAndTokenThatTheCallerSaw() {
    web.createToken(admin, "\"permission\":\"read\"", 60);
    for (String kind : List.of("sessions", "tokens")) {
      String path = AccountApi.PATH + "/" + kind;
      Object id = Json.asObject(list(admin.get(path), kind).getFirst()).get("id");
      WebResponse one = admin.get(path + "/" + id);
      assertEquals(id, object(one).get("id"));
      admin.with("if-match", "\"7\"");
      assertEquals(412, admin.delete(path + "/" + id).status());
      admin.headers.remove("if-match");
      assertEquals("\"1\"", one.headers().get("ETag"));
      assertEquals(404, admin.get(path + "/1").status());
    }
  }

  @Test
  void changesOnlyTheAccountThatTheCallerSaw() {
    String tag = admin.get(AccountApi.PATH).headers().get("ETag");
    String password =
        "{\"password\":\"%s\",\"newPassword\":\"correct horse 2\"}".formatted(WebFixture.PASSWORD);
    admin.with("if-match", "\"999\"");
    assertEquals(412, admin.post(AccountApi.PATH + "/password", password).status());
    admin.with("if-match", tag);
    assertEquals(201, admin.post(AccountApi.PATH + "/password", password).status());
  }
}
