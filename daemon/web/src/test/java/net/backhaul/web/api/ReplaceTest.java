// SPDX-License-Identifier: Apache-2.0
package net.backhaul.web.api;

import static net.backhaul.web.api.WebFixture.MEMBER_PATH;
import static net.backhaul.web.api.WebFixture.NETWORK_PATH;
import static net.backhaul.web.api.WebFixture.object;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Map;
import net.backhaul.controller.RecordChange;
import net.backhaul.web.http.WebResponse;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A device that takes the place of another one. */
class ReplaceTest {
  private static final long OTHER = 0x0123456701L;
  private static final String OTHER_PATH = NETWORK_PATH + "/members/0123456701";
  private static final String BODY = "{\"address\":\"0123456701\"}";
  private static final String REPLACE = MEMBER_PATH + "/replace";

  private final WebFixture web = new WebFixture();
  private final WebFixture.Client admin = web.admin();

  @BeforeEach
  void giveTheMemberAllThereIs() {
    WebResponse changed =
        admin.patch(
            MEMBER_PATH,
            "{\"authorized\":true,\"name\":\"web-1\",\"notes\":\"rack 3\",\"labels\":[\"db\"],"
                + "\"tags\":{\"7\":9},\"capabilities\":[3],\"addresses\":[\"10.0.0.7\"]}");
    assertEquals(200, changed.status(), changed::text);
    web.recordChanges.clear();
  }

  private void assertReplaced() {
    Map<String, @Nullable Object> before = object(admin.get(MEMBER_PATH));
    WebResponse replaced = admin.post(REPLACE, BODY);
    assertEquals(200, replaced.status(), replaced::text);
    Map<String, @Nullable Object> after = object(admin.get(OTHER_PATH));
    assertEquals(after, object(replaced));
    for (String field :
        List.of(
            "authorized",
            "name",
            "notes",
            "labels",
            "tags",
            "capabilities",
            "addresses",
            "bridge",
            "autoAssign")) {
      assertEquals(before.get(field), after.get(field), field);
    }
    assertEquals(404, admin.get(MEMBER_PATH).status());
    assertEquals("web-1", object(admin.get(NETWORK_PATH + "/bin/0123456789")).get("name"));
  }

  @Test
  void movesAllToADeviceThatIsNotThereYet() {
    assertReplaced();
    assertEquals(
        1,
        web.recordChanges.stream().filter(RecordChange.Combined.class::isInstance).count(),
        "expected one change that is saved as a whole");
    assertEquals(
        List.of(),
        web.recordChanges.stream()
            .filter(
                each ->
                    !(each instanceof RecordChange.Combined)
                        && !(each instanceof RecordChange.MembershipEnded))
            .toList());
  }

  @Test
  void movesAllToADeviceThatWaits() {
    web.request(OTHER);
    assertEquals(false, object(admin.get(OTHER_PATH)).get("authorized"));
    assertReplaced();
    assertEquals(true, object(admin.get(OTHER_PATH)).get("authorized"));
  }

  @Test
  void movesNoAuthorizationThatThereIsNot() {
    admin.patch(MEMBER_PATH, "{\"authorized\":false}");
    assertReplaced();
    assertEquals(false, object(admin.get(OTHER_PATH)).get("authorized"));
  }

  @Test
  void rejectsDevicesThatAreMembersOrBlocked() {
    admin.post(NETWORK_PATH + "/members", "{\"id\":\"0123456701\",\"name\":\"mine\"}");
    assertRejected(409, "exists");
    assertEquals("mine", object(admin.get(OTHER_PATH)).get("name"));

    admin.post(OTHER_PATH + "/block", "{}");
    assertRejected(409, "blocked");
  }

  @Test
  void rejectsWhatIsNotAsTheCallerSawIt() {
    admin.with("if-match", "\"1\"");
    assertRejected(412, "revision-conflict");
    admin.headers.remove("if-match");
    for (String wrong : List.of("0123456789", "x", "ff00000001", "0000000000")) {
      assertEquals(
          List.of("address"),
          WebFixture.fields(admin.post(REPLACE, "{\"address\":\"" + wrong + "\"}")),
          wrong);
    }
    assertEquals(404, admin.post(OTHER_PATH + "/replace", "{\"address\":\"0123456702\"}").status());
    assertEquals("web-1", object(admin.get(MEMBER_PATH)).get("name"));
  }

  private void assertRejected(int status, String code) {
    WebResponse rejected = admin.post(REPLACE, BODY);
    assertEquals(status, rejected.status(), rejected::text);
    if (status == 409) {
      assertEquals("urn:backhaul:problem:" + code, object(rejected).get("type"));
    }
    assertEquals("web-1", object(admin.get(MEMBER_PATH)).get("name"));
  }
}
