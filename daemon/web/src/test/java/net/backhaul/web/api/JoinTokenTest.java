// SPDX-License-Identifier: Apache-2.0
package net.backhaul.web.api;

import static net.backhaul.web.api.WebFixture.NETWORK_PATH;
import static net.backhaul.web.api.WebFixture.fields;
import static net.backhaul.web.api.WebFixture.object;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import net.backhaul.controller.JoinToken;
import net.backhaul.json.Json;
import net.backhaul.web.http.WebResponse;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Join tokens in the API. */
class JoinTokenTest {
  private static final String TOKENS = NETWORK_PATH + "/join-tokens";
  private static final String TILL =
      "{\"name\":\"shop\",\"expiresInS\":3600,\"maxUses\":1,\"member\":{\"name\":\"till\","
          + "\"notes\":\"n\",\"labels\":[\"pos\"],\"tags\":{\"7\":9},"
          + "\"addresses\":[\"10.0.0.7\"]}}";

  private final WebFixture web = new WebFixture();
  private final WebFixture.Client admin = web.admin();

  @Test
  void showsATokenOnceAndStoresItsHash() {
    WebResponse created = admin.post(TOKENS, TILL);

    assertEquals(201, created.status(), created::text);
    String secret = String.valueOf(object(created).get("token"));
    assertTrue(secret.startsWith(JoinToken.PREFIX));
    String path = created.headers().get("Location");
    Map<String, @Nullable Object> shown = object(admin.get(path));
    assertEquals(web.nowMs + 3_600_000, shown.get("expiresMs"));
    assertEquals("till", Json.asObject(shown.get("member")).get("name"));
    assertEquals(true, Json.asObject(shown.get("member")).get("authorized"));
    assertEquals(List.of("10.0.0.7"), Json.asObject(shown.get("member")).get("addresses"));
    String everything =
        admin.get(path).text() + admin.get(TOKENS).text() + web.recordChanges + web.accountChanges;
    assertFalse(everything.contains(secret));
    assertTrue(everything.contains(JoinToken.hash(secret)));
    assertFalse(admin.get(TOKENS).text().contains(JoinToken.hash(secret)));
  }

  @Test
  void revokes() {
    String path = admin.post(TOKENS, "{}").headers().get("Location");
    admin.with("if-match", "\"2\"");
    assertEquals(412, admin.delete(path).status());
    admin.headers.remove("if-match");

    assertEquals(204, admin.delete(path).status());
    assertEquals(404, admin.delete(path).status());
    assertEquals(List.of(), object(admin.get(TOKENS)).get("tokens"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          {"expiresInS":59}                                       | expiresInS
          {"maxUses":0}                                           | maxUses
          {"maxUses":2,"member":{"addresses":["10.0.0.7"]}}       | member.addresses
          {"member":{"addresses":["x"]}}                          | member.addresses[0]
          {"member":{"tags":{"x":1}}}                             | member.tags.x
          {"member":{"bridge":true}}                              | member.bridge
          {"name":"a\\u0000"}                                     | name
          """)
  void namesTheInvalidField(String body, String field) {
    assertEquals(List.of(field), fields(admin.post(TOKENS, body)));
  }

  @Test
  void limitsTokensOfANetwork() {
    for (int i = 0; i < JoinToken.MAX_PER_NETWORK; i++) {
      assertEquals(201, admin.post(TOKENS, "{}").status());
    }
    assertEquals(409, admin.post(TOKENS, "{}").status());
  }
}
