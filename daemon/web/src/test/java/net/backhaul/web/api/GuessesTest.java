// SPDX-License-Identifier: Apache-2.0
package net.backhaul.web.api;

import static net.backhaul.web.api.WebFixture.PASSWORD;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import net.backhaul.web.access.SecretGuesses;
import net.backhaul.web.account.PasswordWorker;
import net.backhaul.web.http.WebMethod;
import net.backhaul.web.http.WebResponse;
import org.junit.jupiter.api.Test;

/** Guesses of passwords, tokens and links are slowed down, and never exclude the owner. */
class GuessesTest {
  private final WebFixture web = new WebFixture();
  private final WebFixture.Client admin = web.admin();

  private WebResponse fromElsewhere(int source, String name, String password) {
    return web.client()
        .from("198.51." + source / 250 + "." + source % 250)
        .tryLogIn(name, password);
  }

  private List<String> failures() {
    return web.accountChanges.stream()
        .map(String::valueOf)
        .filter(each -> each.contains("log-in-failed"))
        .toList();
  }

  @Test
  void recordsFailuresOfASourceOnceInAWhile() {
    for (int i = 0; i < 4; i++) {
      fromElsewhere(1, "admin", "wrong password");
    }
    fromElsewhere(1, "my secret password", "x");
    assertEquals(2, failures().size(), "one of the account, one of unknown names");
    assertTrue(failures().getFirst().contains("\"attempts\":1"), failures().getFirst());
    assertTrue(failures().getFirst().contains("\"user\":\"admin\""), failures().getFirst());
    assertFalse(failures().toString().contains("secret"), "a password in the field of the name");

    web.nowMs += 10 * 60_000;
    fromElsewhere(1, "admin", "wrong password");
    assertTrue(failures().getLast().contains("\"attempts\":4"), failures().getLast());
    for (int i = 2; i < 200; i++) {
      fromElsewhere(i, "name" + i, "wrong password");
    }
    assertEquals(2 + 50 + 1, failures().size(), "the log is filled from many sources");
    web.nowMs += 10 * 60_000;
    fromElsewhere(1, "admin", "wrong password");
    String many =
        failures().stream().filter(each -> each.contains("many addresses")).toList().getLast();
    assertTrue(many.contains("\"attempts\":148"), many);
  }

  @Test
  void answersUnknownNamesLikeWrongPasswords() {
    WebResponse wrong = fromElsewhere(1, "admin", "wrong password");
    int verifications = web.passwordWork.size();
    web.holdsPasswordWork = true;
    CompletableFuture<WebResponse> unknown =
        web.client()
            .from("198.51.100.2")
            .begin(
                WebMethod.POST,
                SessionApi.PATH,
                "{\"name\":\"nobody\",\"password\":\"wrong one\"}");

    assertEquals(verifications + 1, web.passwordWork.size(), "a password is verified");
    web.passwordWork.removeFirst().run();
    assertEquals(401, wrong.status());
    assertEquals(wrong, withoutBody(unknown.join(), wrong));
  }

  /** Compares bodies by their text: records compare arrays by identity. */
  private static WebResponse withoutBody(WebResponse response, WebResponse expected) {
    assertEquals(expected.text(), response.text());
    assertEquals(expected.headers(), response.headers());
    return new WebResponse(response.status(), response.headers(), expected.body());
  }

  @Test
  void throttlesGuessesFromOneSource() {
    var statuses = new ArrayList<Integer>();
    for (int i = 0; i < 10; i++) {
      statuses.add(fromElsewhere(1, "admin", "guess number " + i).status());
    }

    assertEquals(List.of(401, 401, 401, 401, 401, 429, 429, 429, 429, 429), statuses);
    WebResponse rejected = fromElsewhere(1, "admin", PASSWORD);
    assertEquals(429, rejected.status(), "the right password is not tried either");
    assertTrue(Integer.parseInt(rejected.headers().get("Retry-After")) > 0);
  }

  @Test
  void throttlesUnknownNamesAlike() {
    for (int i = 0; i < 5; i++) {
      assertEquals(401, fromElsewhere(1, "nobody", "guess number " + i).status());
    }
    assertEquals(429, fromElsewhere(1, "nobody", "guess").status());
  }

  @Test
  void throttlesGuessesOfManyNamesFromOneSource() {
    var statuses = new HashSet<Integer>();
    for (int i = 0; i < 40; i++) {
      statuses.add(fromElsewhere(1, "name" + i, "guess").status());
    }
    assertEquals(Set.of(401, 429), statuses);
  }

  @Test
  void neverExcludesTheOwner() {
    for (int i = 0; i < 2_000; i++) {
      int status = fromElsewhere(i, "admin", "guess number " + i).status();
      assertEquals(i < 20 ? 401 : 429, status, "guess " + i);
    }

    assertEquals(201, web.client().tryLogIn("admin", PASSWORD).status(), "from a known source");
    assertEquals(429, fromElsewhere(9_999, "admin", PASSWORD).status(), "from a new source");
    web.nowMs += 10_000;
    assertEquals(201, fromElsewhere(9_999, "admin", PASSWORD).status(), "a little later");
    assertTrue(web.api.createLink("admin").join().contains("#"), "by a link from the host");
  }

  /** A script behind the same address that was accepted before goes on. */
  @Test
  void throttlesGuessesOfTokens() {
    WebFixture.Client used = web.token(admin, "\"permission\":\"read\"", 3_600);
    assertEquals(200, used.get(NetworkResource.PATH).status());
    WebFixture.Client unused = web.token(admin, "\"permission\":\"read\"", 3_600);
    for (int i = 0; i < SecretGuesses.BURST; i++) {
      assertEquals(401, web.client().withToken("bh_guess" + i).get(NetworkResource.PATH).status());
    }

    WebResponse rejected = web.client().withToken("bh_guess").get(NetworkResource.PATH);
    assertEquals(429, rejected.status());
    assertTrue(Integer.parseInt(rejected.headers().get("Retry-After")) > 0);
    assertEquals(429, unused.get(NetworkResource.PATH).status(), "no further one is looked up");
    assertFalse(web.api.isKnownCaller(unused.headers, unused.from), "nor for its body");
    assertEquals(200, used.get(NetworkResource.PATH).status());
    assertEquals(200, admin.get(NetworkResource.PATH).status(), "a session is none of them");
    assertEquals(200, unused.from("198.51.100.7").get(NetworkResource.PATH).status());
    web.nowMs += SecretGuesses.EVERY_MS;
    assertEquals(200, unused.from("192.0.2.1").get(NetworkResource.PATH).status());
  }

  @Test
  void throttlesGuessesOfLinks() {
    String body = "{\"token\":\"%s\",\"password\":\"" + PASSWORD + "\"}";
    for (int i = 0; i < SecretGuesses.BURST; i++) {
      assertEquals(403, web.client().post(SessionApi.SETUP, body.formatted("x" + i)).status());
    }
    assertEquals(429, web.client().post(SessionApi.SETUP, body.formatted("x")).status());
    String link = web.api.createLink("admin").join().split("#")[1];
    assertEquals(429, web.client().post(SessionApi.SETUP, body.formatted(link)).status());
    WebFixture.Client elsewhere = web.client().from("198.51.100.7");
    assertEquals(201, elsewhere.post(SessionApi.SETUP, body.formatted(link)).status());
  }

  /** Guesses that wait for their turn exclude no owner, and those rejected do not count. */
  @Test
  void floodsOfGuessesLeaveRoomForOwners() {
    web.holdsPasswordWork = true;
    for (int i = 0; i < PasswordWorker.MAX_UNKNOWN_BACKLOG; i++) {
      web.client()
          .from("198.51.100." + i)
          .begin(
              WebMethod.POST,
              SessionApi.PATH,
              "{\"name\":\"x%d\",\"password\":\"y\"}".formatted(i));
    }
    for (int i = 0; i < 30; i++) {
      assertEquals(503, fromElsewhere(1, "admin", PASSWORD).status());
    }
    CompletableFuture<WebResponse> owner =
        web.client()
            .begin(
                WebMethod.POST,
                SessionApi.PATH,
                "{\"name\":\"admin\",\"password\":\"" + PASSWORD + "\"}");
    assertFalse(owner.isDone());

    web.passwordWork.forEach(Runnable::run);
    web.holdsPasswordWork = false;
    assertEquals(201, owner.join().status());
    assertEquals(201, fromElsewhere(1, "admin", PASSWORD).status());
  }
}
