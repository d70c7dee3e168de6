// SPDX-License-Identifier: Apache-2.0
package net.backhaul.web.api;

import static net.backhaul.web.api.WebFixture.MEMBER;
import static net.backhaul.web.api.WebFixture.MEMBER_PATH;
import static net.backhaul.web.api.WebFixture.NET;
import static net.backhaul.web.api.WebFixture.NETWORK_PATH;
import static net.backhaul.web.api.WebFixture.OTHER_NET;
import static net.backhaul.web.api.WebFixture.object;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import net.backhaul.controller.Annotations;
import net.backhaul.controller.Edit;
import net.backhaul.controller.MemberRecord;
import net.backhaul.controller.RecordLimits;
import net.backhaul.controller.RecordSize;
import net.backhaul.json.Json;
import net.backhaul.protocol.identity.NetworkIds;
import net.backhaul.store.NetworkJson;
import net.backhaul.web.http.WebResponse;
import org.junit.jupiter.api.Test;

/** Limits of what the API stores in the controller; each is reported and reversible. */
class StoredLimitsTest {
  private static final String MEMBERS = NETWORK_PATH + "/members";
  private static final String NOTES = "x".repeat(Annotations.MAX_NOTES_CHARS);
  private static final long FIRST = 0x1000000000L;

  private final WebFixture web = new WebFixture();
  private final WebFixture.Client admin = web.admin();

  private static void assertProblem(WebResponse response, String type, String detail) {
    assertEquals(409, response.status(), response::text);
    assertEquals("urn:backhaul:problem:" + type, object(response).get("type"));
    assertTrue(response.text().contains(detail), response::text);
  }

  private Edit edit() {
    return Edit.of("admin", "", web.nowMs);
  }

  /** Fills a network, but for a few characters. */
  private void fill(long network) {
    for (long i = 1; web.controller.hasRoom(network, 2 * NOTES.length()); i++) {
      put(network, FIRST + i, NOTES.length());
    }
    for (int chars = 1 << 14; chars > 8; chars /= 2) {
      if (web.controller.hasRoom(network, chars + 8)) {
        put(network, FIRST - chars, Math.min(chars, NOTES.length()));
      }
    }
    assertFalse(web.controller.hasRoom(network, 100));
  }

  private void put(long network, long address, int chars) {
    web.controller.put(
        MemberRecord.unauthorized(network, address, web.nowMs)
            .withAnnotations(new Annotations("x".repeat(chars), List.of())),
        edit());
  }

  private static String notes(String text) {
    return "{\"notes\":\"" + text + "\"}";
  }

  @Test
  void networkHasAMaximumOfText() {
    fill(NET);
    String limit = Long.toString(RecordSize.MAX_OF_NETWORK);
    assertProblem(admin.patch(MEMBER_PATH, notes(NOTES)), "too-much", limit);
    assertProblem(admin.patch(NETWORK_PATH, notes(NOTES)), "too-much", limit);
    String token = "{\"member\":" + notes(NOTES) + "}";
    assertProblem(admin.post(NETWORK_PATH + "/join-tokens", token), "too-much", limit);
    assertProblem(
        admin.post(MEMBERS, "{\"id\":\"0123456701\",\"notes\":\"" + NOTES + "\"}"),
        "too-much",
        limit);
    String noted = MEMBERS + "/1000000001";
    assertProblem(
        admin.post(noted + "/replace", "{\"address\":\"0123456701\"}"), "too-much", limit);
    WebResponse bulk =
        admin.post(
            MEMBERS + "/bulk/change",
            "{\"members\":[\"0123456789\"],\"change\":" + notes(NOTES) + "}");
    Map<String, ?> row = Json.asObject(((List<?>) object(bulk).get("results")).getFirst());
    assertEquals(409L, row.get("status"), bulk::text);

    // What makes room is possible, also a removal, and what keeps it.
    assertEquals(204, admin.delete(MEMBERS + "/1000000002").status());
    assertEquals(200, admin.patch(noted, notes(NOTES.replace('x', 'y'))).status());
    assertEquals(200, admin.patch(noted, notes("")).status());
    assertEquals(200, admin.patch(MEMBER_PATH, notes(NOTES)).status());
  }

  @Test
  void allNetworksHaveAMaximumOfText() {
    fill(NET);
    fill(OTHER_NET);
    WebResponse created = admin.post(NetworkResource.PATH, notes(NOTES));
    assertProblem(created, "too-much", Long.toString(RecordSize.MAX_OF_ALL));
    admin.patch(MEMBERS + "/1000000001", notes(""));
    admin.patch(MEMBERS + "/1000000002", notes(""));
    assertEquals(201, admin.post(NetworkResource.PATH, notes(NOTES)).status());
  }

  @Test
  void networkHasAMaximumOfMembers() {
    for (long i = web.controller.memberCount(NET); i < RecordLimits.MAX_MEMBERS_WITH_ADDED; i++) {
      web.controller.put(MemberRecord.unauthorized(NET, FIRST + i, web.nowMs), web.nowMs);
    }
    String member = "{\"id\":\"0123456701\"}";
    assertProblem(admin.post(MEMBERS, member), "too-many", "110000 members");
    assertEquals(200, admin.patch(MEMBER_PATH, "{\"name\":\"n\"}").status());
    assertEquals(204, admin.delete(MEMBER_PATH).status());
    assertEquals(201, admin.post(MEMBERS, member).status());
  }

  @Test
  void networkHasAMaximumOfBlockedAddresses() {
    for (long i = 0; i < RecordLimits.MAX_BLOCKED; i++) {
      web.controller.block(NET, FIRST + i, edit());
    }
    String members = "{\"members\":[\"0123456789\"],\"blocked\":true}";
    assertProblem(admin.post(MEMBER_PATH + "/block", "{}"), "too-many", "100000 blocked");
    WebResponse bulk = admin.post(MEMBERS + "/bulk/block", members);
    assertEquals(
        409L, Json.asObject(((List<?>) object(bulk).get("results")).getFirst()).get("status"));
    assertEquals(200, admin.post(MEMBERS + "/1000000000/block", "{}").status());
    assertEquals(204, admin.post(MEMBERS + "/1000000000/unblock", "{}").status());
    assertEquals(200, admin.post(MEMBER_PATH + "/block", "{}").status());
    assertTrue(web.controller.blocked(NET, MEMBER).isPresent());
  }

  @Test
  void controllerHasAMaximumOfNetworks() {
    long first = NET & ~0xff_ffffL | 0x10_0000;
    for (long id = first; web.controller.networkCount() < RecordLimits.MAX_NETWORKS; id++) {
      web.controller.put(NetworkJson.create(id, web.nowMs), web.nowMs);
    }
    assertProblem(admin.post(NetworkResource.PATH, "{}"), "too-many", "10000 networks");
    assertEquals(200, admin.patch(NETWORK_PATH, "{\"name\":\"n\"}").status());
    String one = NetworkResource.PATH + "/" + NetworkIds.text(first);
    assertEquals(204, admin.delete(one).status());
    assertEquals(201, admin.post(NetworkResource.PATH, "{}").status());
  }
}
