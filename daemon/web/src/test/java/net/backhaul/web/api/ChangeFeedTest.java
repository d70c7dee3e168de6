// SPDX-License-Identifier: Apache-2.0
package net.backhaul.web.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import net.backhaul.protocol.identity.NetworkIds;
import net.backhaul.web.http.EventStream;
import net.backhaul.web.http.WebResponse;
import org.junit.jupiter.api.Test;

/** Server-sent events of changes. */
class ChangeFeedTest {
  private final WebFixture web = new WebFixture();
  private final WebFixture.Client admin = web.admin();

  private static EventStream stream(WebResponse response) {
    assertEquals(200, response.status(), response::text);
    assertEquals("text/event-stream", response.headers().get("Content-Type"));
    return ((WebResponse.Body.Events) response.body()).stream();
  }

  private void change(String name) {
    assertEquals(200, admin.patch(WebFixture.NETWORK_PATH, "{\"name\":\"" + name + "\"}").status());
  }

  private static String lastId(String events) {
    int start = events.lastIndexOf("id: ") + 4;
    return events.substring(start, events.indexOf('\n', start));
  }

  @Test
  void sendsChangesOfMembersAndNetworks() {
    EventStream stream = stream(admin.get(GeneralApi.EVENTS));
    assertTrue(stream.next().isEmpty());
    int[] calls = new int[1];
    stream.onAvailable(() -> calls[0]++);

    admin.patch(WebFixture.MEMBER_PATH, "{\"authorized\":true}");

    assertEquals(1, calls[0]);
    String events = stream.next().orElseThrow();
    assertTrue(events.contains("event: member\n"), events);
    assertTrue(events.contains("\"member\":\"0123456789\""), events);
    assertTrue(events.endsWith("\n\n"), events);
    admin.delete(WebFixture.NETWORK_PATH);
    assertTrue(stream.next().orElseThrow().contains("event: network-deleted\n"));
    assertTrue(stream.next().isEmpty());
  }

  @Test
  void continuesAfterTheLastEvent() {
    EventStream stream = stream(admin.get(GeneralApi.EVENTS));
    change("a");
    String seen = lastId(stream.next().orElseThrow());
    stream.close();
    change("b");
    change("c");

    admin.with("last-event-id", seen);
    String events = stream(admin.get(GeneralApi.EVENTS)).next().orElseThrow();

    assertEquals(2, events.split("event: network\n", -1).length - 1, events);
  }

  @Test
  void resetsClientThatMissedChanges() {
    EventStream slow = stream(admin.get(GeneralApi.EVENTS));
    for (int i = 0; i <= ChangeFeed.MAX_CHANGES; i++) {
      change("n" + i);
    }

    String events = slow.next().orElseThrow();

    assertTrue(events.contains("event: reset\n"), events);
    assertTrue(slow.next().isEmpty());
    for (String id : new String[] {"of-another-run", "x", ""}) {
      admin.with("last-event-id", id);
      assertTrue(
          stream(admin.get(GeneralApi.EVENTS)).next().orElseThrow().contains("event: reset\n"), id);
    }
  }

  @Test
  void hidesOtherNetworks() {
    WebFixture.Client operator =
        web.user(
            admin,
            "operator",
            "\"permission\":\"operate\",\"networks\":[\""
                + NetworkIds.text(WebFixture.OTHER_NET)
                + "\"]");
    EventStream stream = stream(operator.get(GeneralApi.EVENTS));

    change("secret");
    assertTrue(stream.next().isEmpty());
    admin.patch(
        NetworkResource.PATH + "/" + NetworkIds.text(WebFixture.OTHER_NET), "{\"name\":\"shown\"}");
    assertTrue(stream.next().isPresent());
  }

  @Test
  void endsWithTheSession() {
    WebFixture.Client leaving = web.client().logIn("admin", WebFixture.PASSWORD);
    EventStream stream = stream(leaving.get(GeneralApi.EVENTS));
    boolean[] called = new boolean[1];
    stream.onAvailable(() -> called[0] = true);
    assertFalse(stream.hasEnded());

    leaving.delete(SessionApi.PATH);

    assertTrue(called[0]);
    assertTrue(stream.hasEnded());
  }

  @Test
  void limitsClients() {
    EventStream last = null;
    for (int i = 0; i < ChangeFeed.MAX_CLIENTS_PER_ACCOUNT; i++) {
      last = stream(admin.get(GeneralApi.EVENTS));
    }
    assertEquals(503, admin.get(GeneralApi.EVENTS).status());
    last.close();
    assertEquals(200, admin.get(GeneralApi.EVENTS).status());
  }
}
