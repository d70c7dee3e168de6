// SPDX-License-Identifier: Apache-2.0
package net.backhaul.web.api;

import static net.backhaul.web.api.WebFixture.MEMBER;
import static net.backhaul.web.api.WebFixture.MEMBER_PATH;
import static net.backhaul.web.api.WebFixture.NETWORK_PATH;
import static net.backhaul.web.api.WebFixture.object;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import net.backhaul.controller.Controller;
import net.backhaul.json.Json;
import net.backhaul.web.http.WebResponse;
import org.junit.jupiter.api.Test;

/** Which devices wait for their authorization, and which were absent for long. */
class WaitingTest {
  private static final String MEMBERS = NETWORK_PATH + "/members";
  private static final long OTHER = 0x0123456701L;
  private static final long DAY_MS = 86_400_000;

  private final WebFixture web = new WebFixture();
  private final WebFixture.Client admin = web.admin();

  private List<?> ids(String query) {
    WebResponse response = admin.get(MEMBERS + query);
    assertEquals(200, response.status(), response::text);
    return ((List<?>) object(response).get("members"))
        .stream().map(each -> Json.asObject(each).get("id")).toList();
  }

  private void assertWaiting(long count) {
    assertEquals(count, object(admin.get(NETWORK_PATH)).get("waitingCount"));
    assertEquals(count, ids("?q=waiting:yes").size());
    assertEquals(
        object(admin.get(NETWORK_PATH)).get("memberCount"), count + ids("?q=waiting:no").size());
  }

  @Test
  void countsDevicesThatAskAndAreNotAuthorized() {
    assertWaiting(0); // It never asked.
    web.request(MEMBER);
    assertWaiting(1);
    assertEquals(web.nowMs, object(admin.get(MEMBER_PATH)).get("waitingSinceMs"));

    admin.patch(MEMBER_PATH, "{\"authorized\":true}");
    assertWaiting(0);
    assertEquals(0L, object(admin.get(MEMBER_PATH)).get("waitingSinceMs"));

    web.nowMs += 10_000;
    admin.patch(MEMBER_PATH, "{\"authorized\":false}");
    assertWaiting(0); // Until it asks again.
    web.nowMs += 60_000;
    web.request(MEMBER);
    assertWaiting(1);

    admin.post(MEMBER_PATH + "/block", "{}");
    web.nowMs += 60_000;
    web.request(MEMBER);
    assertWaiting(0);
    admin.post(MEMBER_PATH + "/unblock", "{}");
    assertWaiting(1);
  }

  @Test
  void showsAndFindsHostNames() {
    web.request(MEMBER);
    assertEquals(null, object(admin.get(MEMBER_PATH)).get("hostName"));
    web.nowMs += 60_000;
    web.request(MEMBER, "Web-1");
    web.request(OTHER, "db");

    assertEquals("Web-1", object(admin.get(MEMBER_PATH)).get("hostName"));
    assertEquals(List.of("0123456789"), ids("?q=host:web*"));
    assertEquals(List.of("0123456789"), ids("?q=eb-1"));
    assertEquals(List.of("0123456701"), ids("?q=host:db"));
  }

  @Test
  void listsTheDeviceThatAskedLastOnTop() {
    web.request(MEMBER);
    admin.patch(MEMBER_PATH, "{\"authorized\":true}");
    admin.patch(MEMBER_PATH, "{\"authorized\":false}");
    web.nowMs += 10 * Controller.ONLINE_MS;
    web.request(OTHER);
    assertEquals(List.of("0123456701", "0123456789"), ids(""));

    web.nowMs += 50_000;
    web.request(MEMBER);
    assertEquals(List.of("0123456789", "0123456701"), ids(""));
    web.nowMs += 50_000;
    web.request(OTHER);
    assertEquals(List.of("0123456789", "0123456701"), ids(""), "requests reorder the list");
  }

  @Test
  void newMembersAreNotAbsent() {
    web.nowMs += 40 * DAY_MS;
    admin.logIn("admin", WebFixture.PASSWORD);
    admin.post(MEMBERS, "{\"id\":\"0123456701\"}");
    assertEquals(List.of("0123456789"), ids("?q=seen:>30d"));
    assertEquals(List.of(), ids("?q=seen:<30d"));

    admin.patch(MEMBER_PATH, "{\"authorized\":true}");
    assertEquals(List.of(), ids("?q=seen:>30d"));
    web.nowMs += 31 * DAY_MS;
    admin.logIn("admin", WebFixture.PASSWORD);
    assertEquals(List.of("0123456701", "0123456789"), ids("?q=seen:>30d&sort=address"));
  }
}
