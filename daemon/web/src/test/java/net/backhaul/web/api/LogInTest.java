// SPDX-License-Identifier: Apache-2.0
package net.backhaul.web.api;

import static net.backhaul.web.api.WebFixture.PASSWORD;
import static net.backhaul.web.api.WebFixture.object;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import net.backhaul.json.Json;
import net.backhaul.protocol.identity.NetworkIds;
import net.backhaul.web.access.SessionCookie;
import net.backhaul.web.account.Account;
import net.backhaul.web.account.AccountChange;
import net.backhaul.web.account.SetupLink;
import net.backhaul.web.account.Totp;
import net.backhaul.web.account.WebSession;
import net.backhaul.web.http.WebMethod;
import net.backhaul.web.http.WebResponse;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Log-in, sessions, tokens, links, and attacks on them; guesses are in GuessesTest. */
class LogInTest {
  private final WebFixture web = new WebFixture();
  private final WebFixture.Client admin = web.admin();

  @Test
  void ignoresSessionThatWasFixedBefore() {
    WebFixture.Client victim = web.client().with("cookie", "session=chosen-by-an-attacker");

    victim.logIn("admin", PASSWORD);

    assertFalse(victim.headers.get("cookie").contains("chosen"));
    assertEquals(
        401,
        web.client()
            .with("cookie", "session=chosen-by-an-attacker")
            .get("/api/v1/session")
            .status());
  }

  @Test
  void restrictsTheCookie() {
    WebResponse response = web.client().tryLogIn("admin", PASSWORD);

    String cookie = response.headers().get("Set-Cookie");
    assertTrue(cookie.contains("; HttpOnly") && cookie.contains("; SameSite=Strict"), cookie);
    assertTrue(cookie.contains("; Path=/") && !cookie.contains("Domain"), cookie);
    var secure = new SessionCookie(true);
    assertTrue(secure.set("x", 1_000).startsWith("__Host-session=x;"));
    assertTrue(secure.set("x", 1_000).endsWith("; Secure"));
  }

  @Test
  void expiresIdleSessions() {
    web.nowMs += WebSession.IDLE_MS - 1;
    assertEquals(200, admin.get(SessionApi.PATH).status());
    web.nowMs += WebSession.IDLE_MS;
    assertEquals(401, admin.get(SessionApi.PATH).status());
  }

  @Test
  void expiresSessionsByAge() {
    long beganMs = web.nowMs;
    while (web.nowMs + WebSession.IDLE_MS / 2 < beganMs + WebSession.LIFETIME_MS) {
      web.nowMs += WebSession.IDLE_MS / 2;
      assertEquals(200, admin.get(SessionApi.PATH).status());
    }
    web.nowMs = beganMs + WebSession.LIFETIME_MS;
    assertEquals(401, admin.get(SessionApi.PATH).status());
  }

  @Test
  void listsAndEndsSessions() {
    WebFixture.Client other =
        web.client().with("user-agent", "Evil\u202eagent\u0000").logIn("admin", PASSWORD);
    String list = admin.get(AccountApi.PATH + "/sessions").text();
    assertTrue(list.contains("Evil?agent?"), list);
    var sessions = (List<?>) object(admin.get(AccountApi.PATH + "/sessions")).get("sessions");
    assertEquals(2, sessions.size());
    Object id =
        sessions.stream()
            .map(Json::asObject)
            .filter(each -> Boolean.FALSE.equals(each.get("current")))
            .findFirst()
            .orElseThrow()
            .get("id");

    assertEquals(204, admin.delete(AccountApi.PATH + "/sessions/" + id).status());
    assertEquals(401, other.get(SessionApi.PATH).status());
    assertEquals(404, admin.delete(AccountApi.PATH + "/sessions/" + id).status());
  }

  @Test
  void endsNoSessionOfAnother() {
    WebFixture.Client user = web.user(admin, "user", "\"permission\":\"read\"");
    var sessions = (List<?>) object(admin.get(AccountApi.PATH + "/sessions")).get("sessions");
    Object id = Json.asObject(sessions.getFirst()).get("id");

    assertEquals(404, user.delete(AccountApi.PATH + "/sessions/" + id).status());
    assertEquals(200, admin.get(SessionApi.PATH).status());
  }

  @Test
  void evictsTheOldestSession() {
    for (int i = 0; i < WebSession.MAX_PER_ACCOUNT; i++) {
      web.nowMs++;
      web.client().logIn("admin", PASSWORD);
    }

    assertEquals(401, admin.get(SessionApi.PATH).status());
  }

  @Test
  void changeOfPasswordEndsSessionsAndTokens() {
    WebFixture.Client other = web.client().logIn("admin", PASSWORD);
    WebFixture.Client token = web.token(admin, "\"permission\":\"admin\"", 3_600);
    String body = "{\"password\":\"%s\",\"newPassword\":\"another long one\"}";

    assertEquals(
        422, admin.post(AccountApi.PATH + "/password", body.formatted("wrong one")).status());
    assertEquals(200, token.get(NetworkResource.PATH).status());
    String link = "/" + web.userId(admin, "admin") + "/link";
    String path = String.valueOf(object(admin.post(UserResource.PATH + link, "{}")).get("link"));
    assertEquals(201, admin.post(AccountApi.PATH + "/password", body.formatted(PASSWORD)).status());
    String set = "{\"token\":\"%s\",\"password\":\"%s\"}".formatted(path.split("#")[1], PASSWORD);
    assertTrue(
        web.client().post(SessionApi.SETUP, set).status() >= 400, "a link outlives the password");

    assertEquals(401, other.get(SessionApi.PATH).status());
    assertEquals(401, token.get(NetworkResource.PATH).status());
    assertEquals(200, admin.get(SessionApi.PATH).status(), "the caller has a new session");
    assertEquals(401, web.client().tryLogIn("admin", PASSWORD).status());
  }

  @Test
  void changeOfRoleEndsSessionsAndTokens() {
    WebFixture.Client user = web.user(admin, "user", "\"permission\":\"operate\"");
    WebFixture.Client token = web.token(user, "\"permission\":\"read\"", 3_600);
    Object id = object(user.get(AccountApi.PATH)).get("id");

    assertEquals(
        200, admin.patch(UserResource.PATH + "/" + id, "{\"permission\":\"read\"}").status());

    assertEquals(401, user.get(SessionApi.PATH).status());
    assertEquals(401, token.get(NetworkResource.PATH).status());
  }

  @Test
  void keepsTheLastAdministrator() {
    Object id = object(admin.get(AccountApi.PATH)).get("id");

    assertEquals(409, admin.delete(UserResource.PATH + "/" + id).status());
    assertEquals(
        409, admin.patch(UserResource.PATH + "/" + id, "{\"permission\":\"operate\"}").status());
    web.user(admin, "second", "\"permission\":\"admin\"");
    assertEquals(204, admin.delete(UserResource.PATH + "/" + id).status());
    assertEquals(401, admin.get(SessionApi.PATH).status());
  }

  @Test
  void tokenPermitsAtMostWhatItsOwnerMay() {
    WebFixture.Client user = web.user(admin, "user", "\"permission\":\"read\"");

    WebResponse response =
        user.post(
            AccountApi.PATH + "/tokens",
            "{\"name\":\"x\",\"permission\":\"admin\",\"expiresInS\":60}");

    assertEquals(List.of("permission"), WebFixture.fields(response));
  }

  @Test
  void revokesTokens() {
    String secret = web.createToken(admin, "\"permission\":\"read\"", 60);
    WebFixture.Client token = web.client().withToken(secret);
    var tokens = (List<?>) object(admin.get(AccountApi.PATH + "/tokens")).get("tokens");
    Object id = Json.asObject(tokens.getFirst()).get("id");
    assertEquals(200, token.get(NetworkResource.PATH).status());
    assertFalse(admin.get(AccountApi.PATH + "/tokens").text().contains(secret), "it is shown once");

    assertEquals(204, admin.delete(AccountApi.PATH + "/tokens/" + id).status());

    assertEquals(401, token.get(NetworkResource.PATH).status());
  }

  @Test
  void expiresTokens() {
    WebFixture.Client token = web.token(admin, "\"permission\":\"read\"", 60);
    web.nowMs += 59_999;
    assertEquals(200, token.get(NetworkResource.PATH).status());
    web.nowMs += 1;
    assertEquals(401, token.get(NetworkResource.PATH).status());
  }

  // Codes.

  private String requireCodes() {
    String password = "{\"password\":\"" + PASSWORD + "\"}";
    WebResponse begun = admin.post(AccountApi.PATH + "/totp", password);
    String secret = String.valueOf(object(begun).get("secret"));
    String code = "{\"code\":\"" + Totp.code(secret, web.nowMs) + "\"}";
    assertEquals(
        List.of("code"),
        WebFixture.fields(admin.post(AccountApi.PATH + "/totp/confirm", "{\"code\":\"x\"}")));
    assertEquals(200, admin.post(AccountApi.PATH + "/totp/confirm", code).status());
    return secret;
  }

  private WebResponse logIn(int source, String password, String code) {
    return web.client()
        .from("198.51.100." + source)
        .post(
            SessionApi.PATH,
            "{\"name\":\"admin\",\"password\":\"%s\",\"code\":\"%s\"}".formatted(password, code));
  }

  @Test
  void requiresCodeThatWasNotUsed() {
    String secret = requireCodes();
    assertEquals(401, logIn(1, PASSWORD, Totp.code(secret, web.nowMs)).status(), "used");
    web.nowMs += 30_000;
    String code = Totp.code(secret, web.nowMs);

    assertEquals(401, logIn(2, "wrong password", code).status());
    assertEquals(401, logIn(2, PASSWORD, "").status());
    assertEquals(201, logIn(2, PASSWORD, code).status());
    assertEquals(401, logIn(2, PASSWORD, code).status(), "accepted once");
  }

  @Test
  void throttlesGuessesOfCodes() {
    String secret = requireCodes();
    web.nowMs += 60_000;
    String right = Totp.code(secret, web.nowMs);
    for (int i = 0; i < 5; i++) {
      String guess = String.format("%06d", (Integer.parseInt(right) + 1 + i) % 1_000_000);
      assertEquals(401, logIn(3, PASSWORD, guess).status());
    }
    assertEquals(429, logIn(3, PASSWORD, right).status());
  }

  // Links.

  @Test
  void useOfLinkIsOnce() {
    String link = web.api.createLink("admin").join();
    String body =
        "{\"token\":\"%s\",\"password\":\"the password of the link\"}"
            .formatted(link.substring(link.indexOf('#') + 1));
    web.holdsPasswordWork = true;
    var answers = new ArrayList<CompletableFuture<WebResponse>>();
    for (int i = 0; i < 200; i++) {
      answers.add(web.client().begin(WebMethod.POST, SessionApi.SETUP, body));
    }

    web.passwordWork.forEach(Runnable::run);

    long accepted = answers.stream().filter(each -> each.join().status() == 201).count();
    assertEquals(1, accepted);
    assertEquals(401, admin.get(SessionApi.PATH).status(), "its sessions have ended");
  }

  @Test
  void endsEverythingOfAUserThatIsDisabled() {
    WebFixture.Client user = web.user(admin, "op", "\"permission\":\"operate\"");
    WebFixture.Client token = web.token(user, "\"permission\":\"read\"", 3600);
    String path = UserResource.PATH + "/" + web.userId(admin, "op");
    String link = web.api.createLink("op").join();

    WebResponse disabled = admin.patch(path, "{\"disabled\":true}");
    assertEquals(true, WebFixture.object(disabled).get("disabled"), disabled::text);
    assertEquals("operate", WebFixture.object(disabled).get("permission"));
    assertEquals(401, user.get(AccountApi.PATH).status());
    assertEquals(401, token.get(AccountApi.PATH).status());
    WebResponse rejected = web.client().tryLogIn("op", PASSWORD);
    assertEquals(401, rejected.status());
    assertEquals(web.client().tryLogIn("nobody", PASSWORD).text(), rejected.text());
    String set = "{\"token\":\"%s\",\"password\":\"%s\"}".formatted(link.split("#")[1], PASSWORD);
    assertEquals(403, web.client().post(SessionApi.SETUP, set).status());

    assertEquals(200, admin.patch(path, "{\"disabled\":false}").status());
    web.client().logIn("op", PASSWORD);
  }

  @Test
  void keepsAnAdministratorThatMayLogIn() {
    web.user(admin, "second", "\"permission\":\"admin\"");
    String second = UserResource.PATH + "/" + web.userId(admin, "second");
    String first = UserResource.PATH + "/" + web.userId(admin, "admin");

    assertEquals(200, admin.patch(second, "{\"disabled\":true}").status());
    assertEquals(409, admin.patch(first, "{\"disabled\":true}").status());
    assertEquals(409, admin.delete(first).status());
  }

  @Test
  void expiresLinks() {
    String link = web.api.createLink("admin").join();
    web.nowMs += SetupLink.LIFETIME_MS;

    WebResponse response =
        web.client()
            .post(
                SessionApi.SETUP,
                "{\"token\":\"%s\",\"password\":\"%s\"}"
                    .formatted(link.substring(link.indexOf('#') + 1), PASSWORD));

    assertEquals(403, response.status());
  }

  @Test
  void firstLinkCreatesNoSecondAdministrator() {
    String link = web.api.createFirstLink().join();

    WebResponse response =
        web.client()
            .post(
                SessionApi.SETUP,
                "{\"token\":\"%s\",\"name\":\"mallory\",\"password\":\"%s\"}"
                    .formatted(link.substring(link.indexOf('#') + 1), PASSWORD));

    assertEquals(403, response.status());
  }

  @Test
  void storesNoSecret() {
    String token = web.createToken(admin, "\"permission\":\"read\"", 60);
    String link = web.api.createLink("admin").join();
    String cookie = admin.headers.get("cookie").split("=")[1];
    String stored = web.accountChanges.toString();

    assertTrue(stored.contains("SessionSaved") && stored.contains("TokenSaved"), stored);
    for (String secret : List.of(token, token.substring(3), cookie, link.split("#")[1], PASSWORD)) {
      assertFalse(stored.contains(secret), "a secret is stored");
    }
    for (AccountChange change : web.accountChanges) {
      if (change instanceof AccountChange.AccountSaved(Account account)
          && !account.passwordHash().isEmpty()) {
        assertTrue(account.passwordHash().startsWith("$argon2id$v=19$m=64,t=2,p=1$"));
      }
    }
    assertNotEquals(0, web.accountChanges.size());
  }

  @Test
  void linksSetThePasswordOfTheirUserAlone() {
    String link = web.api.createLink("admin").join();
    assertTrue(link.contains("/setup?user=admin#"), link);
    String body = "{\"token\":\"%s\",\"name\":\"%s\",\"password\":\"another password\"}";
    WebResponse other =
        web.client().post(SessionApi.SETUP, body.formatted(link.split("#")[1], "robert"));

    assertEquals(List.of("name"), WebFixture.fields(other));
    assertEquals(
        201,
        web.client().post(SessionApi.SETUP, body.formatted(link.split("#")[1], "admin")).status());
  }

  @Test
  void rejectsWeakPasswordsAndNames() {
    String link = web.api.createLink("admin").join();
    String body = "{\"token\":\"%s\",\"password\":\"short\"}";
    assertEquals(
        List.of("password"),
        WebFixture.fields(web.client().post(SessionApi.SETUP, body.formatted(link.split("#")[1]))));
    for (String name : List.of("", "Upper", "a b", ".x", "<svg>", "a\u202eb", "../x", "a/b")) {
      WebResponse response =
          admin.post(
              UserResource.PATH,
              "{\"name\":%s,\"permission\":\"read\"}".formatted(Json.write(name)));
      assertTrue(WebFixture.fields(response).contains("name"), name);
    }
    assertEquals(
        List.of("name"),
        WebFixture.fields(
            admin.post(UserResource.PATH, "{\"name\":\"admin\",\"permission\":\"read\"}")));
  }

  /** A change of the permission alone does not add the networks that the user may not see. */
  @Test
  void keepsTheNetworksOfAUserWithAnotherPermission() {
    String network = NetworkIds.text(WebFixture.NET);
    web.user(admin, "op", "\"permission\":\"operate\",\"networks\":[\"" + network + "\"]");
    String path = UserResource.PATH + "/" + web.userId(admin, "op");

    Map<String, @Nullable Object> changed = object(admin.patch(path, "{\"permission\":\"read\"}"));
    assertEquals(List.of(network), changed.get("networks"));
    assertEquals("read", changed.get("permission"));
    changed = object(admin.patch(path, "{\"networks\":null}"));
    assertEquals(null, changed.get("networks"));
    assertEquals("read", changed.get("permission"));
  }

  /** A user that is disabled while its password is verified gets no session by changing it. */
  @Test
  void changeOfPasswordEndsWithTheSession() {
    WebFixture.Client user = web.user(admin, "user", "\"permission\":\"read\"");
    String body = "{\"password\":\"%s\",\"newPassword\":\"another long one\"}";
    web.holdsPasswordWork = true;
    CompletableFuture<WebResponse> changing =
        user.begin(WebMethod.POST, AccountApi.PATH + "/password", body.formatted(PASSWORD));
    String path = UserResource.PATH + "/" + web.userId(admin, "user");
    assertEquals(200, admin.patch(path, "{\"disabled\":true}").status());

    while (!web.passwordWork.isEmpty()) {
      web.passwordWork.removeFirst().run();
    }
    assertEquals(401, changing.join().status());
    assertEquals(401, user.get(SessionApi.PATH).status());
    web.holdsPasswordWork = false;
    assertEquals(200, admin.patch(path, "{\"disabled\":false}").status());
    assertEquals(201, web.client().tryLogIn("user", PASSWORD).status(), "the password is the same");
  }
}
