// SPDX-License-Identifier: Apache-2.0
package net.backhaul.web.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import net.backhaul.sql.AuditLog;
import net.backhaul.web.http.WebLimits;
import net.backhaul.web.http.WebMethod;
import net.backhaul.web.http.WebResponse;
import org.junit.jupiter.api.Test;

/** Users who ask for much at once get little memory of the daemon. */
class BusyTest {
  private final List<CompletableFuture<AuditLog.Page>> searches = new ArrayList<>();
  private final WebFixture web =
      new WebFixture(
          (ticket, change) -> {},
          query -> {
            var search = new CompletableFuture<AuditLog.Page>();
            searches.add(search);
            return search;
          });
  private final WebFixture.Client admin = web.admin();

  private static final AuditLog.Page NOTHING = new AuditLog.Page(List.of(), 0);

  @Test
  void limitsTheRequestsOfAUserAtOnce() {
    WebFixture.Client user = web.user(admin, "user", "\"permission\":\"read\"");
    WebFixture.Client token = web.token(user, "\"permission\":\"read\"", 3_600);
    var pending = new ArrayList<CompletableFuture<WebResponse>>();
    for (int i = 0; i < WebLimits.MAX_REQUESTS_PER_ACCOUNT; i++) {
      pending.add((i % 2 == 0 ? user : token).begin(WebMethod.GET, AuditResource.PATH, null));
    }

    WebResponse rejected = token.get(NetworkResource.PATH);
    assertEquals(503, rejected.status(), "of the same user");
    assertEquals("1", rejected.headers().get("Retry-After"));
    assertEquals(200, admin.get(NetworkResource.PATH).status(), "of another user");
    searches.getFirst().complete(NOTHING);
    assertEquals(200, pending.getFirst().join().status());
    for (int i = 0; i < 2; i++) {
      assertEquals(422, token.get(AuditResource.PATH + "?limit=x").status(), "each ends");
      assertEquals(200, token.get(NetworkResource.PATH).status());
    }
  }

  @Test
  void searchesTheLogOnceAtATime() {
    CompletableFuture<WebResponse> first = admin.begin(WebMethod.GET, AuditResource.PATH, null);
    CompletableFuture<WebResponse> second = admin.begin(WebMethod.GET, AuditResource.CSV, null);
    assertEquals(1, searches.size());

    searches.getFirst().completeExceptionally(new IllegalStateException("of a test"));
    assertEquals(500, first.join().status());
    assertEquals(2, searches.size());
    assertFalse(second.isDone());
    searches.get(1).complete(NOTHING);
    assertEquals(200, second.join().status());
  }

  @Test
  void namesSomeOfManyInvalidFields() {
    String fields =
        IntStream.range(0, 5_000)
            .mapToObj(each -> "\"f" + each + "\":0")
            .collect(Collectors.joining(",", "{", "}"));

    WebResponse response = admin.post(NetworkResource.PATH, fields);
    assertEquals(422, response.status());
    var errors = (List<?>) WebFixture.object(response).get("errors");
    assertEquals(WebLimits.MAX_FIELD_ERRORS, errors.size());
    assertTrue(response.text().length() < 100 * WebLimits.MAX_FIELD_ERRORS);
  }
}
