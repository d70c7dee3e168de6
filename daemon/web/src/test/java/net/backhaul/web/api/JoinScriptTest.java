// SPDX-License-Identifier: Apache-2.0
package net.backhaul.web.api;

import static net.backhaul.web.api.WebFixture.NET;
import static net.backhaul.web.api.WebFixture.NETWORK_PATH;
import static net.backhaul.web.api.WebFixture.object;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import net.backhaul.controller.Annotations;
import net.backhaul.controller.Edit;
import net.backhaul.controller.JoinGrant;
import net.backhaul.controller.JoinToken;
import net.backhaul.json.Json;
import net.backhaul.protocol.Version;
import net.backhaul.web.access.SecretGuesses;
import net.backhaul.web.http.WebLimits;
import net.backhaul.web.http.WebMethod;
import net.backhaul.web.http.WebResponse;
import net.backhaul.web.join.JoinSite;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The script for hosts that join by a token: who gets it, and how often. */
class JoinScriptTest {
  private static final String TOKENS = NETWORK_PATH + "/join-tokens";
  private static final String PIN = "sha256//AAAA/BB+CC=";
  private static final String HOST = "192.0.2.9:9994";

  @TempDir Path directory;

  private WebFixture secure() {
    return new WebFixture(new JoinSite(true, "", PIN), directory);
  }

  private static WebFixture.Client client(WebFixture web) {
    WebFixture.Client client = web.client().with("host", HOST);
    client.isSecure = true;
    return client;
  }

  /** Makes a token as a user whose browser has reached a secure listener. */
  private static Map<String, @Nullable Object> token(WebFixture web, String body) {
    WebFixture.Client admin = admin(web).with("host", HOST);
    admin.isSecure = true;
    WebResponse created = admin.post(TOKENS, body);
    assertEquals(201, created.status(), created::text);
    return object(created);
  }

  private static WebFixture.Client admin(WebFixture web) {
    return web.api.accountCount() == 0
        ? web.admin()
        : web.client().logIn("admin", WebFixture.PASSWORD);
  }

  private static String path(Map<String, @Nullable Object> token) {
    return "/join/" + token.get("token");
  }

  private static Map<String, @Nullable Object> install(Map<String, @Nullable Object> token) {
    return Json.asObject(token.get("install"));
  }

  private void addPackage() throws IOException {
    Files.writeString(
        directory.resolve("backhaul-" + Version.backhaul() + "-linux-x86_64.tar.gz"), "content");
  }

  @Test
  void servesTheScriptByTheToken() throws IOException {
    addPackage();
    WebFixture web = secure();
    Map<String, @Nullable Object> token = token(web, "{\"maxUses\":2}");

    WebResponse script = client(web).get(path(token));

    assertEquals(200, script.status(), script::text);
    assertEquals("text/plain; charset=utf-8", script.headers().get("Content-Type"));
    assertTrue(script.text().startsWith("#!/bin/sh\n"));
    for (String line :
        new String[] {
          "  origin='https://" + HOST + "'\n",
          "  pin='" + PIN + "'\n",
          "  token='" + token.get("token") + "'\n",
          "  usable='yes'\n",
          "  authorizes='yes'\n",
          "  planet='default'\n",
          // SHA-256 of "content".
          "tar x86_64 ed7002b439e9ac84 "
              + "ed7002b439e9ac845f22357d822bac1444730fbdb6016d3ec9432297b9ec9f73'\n"
        }) {
      assertTrue(script.text().contains(line), () -> line + " in " + script.text());
    }
    WebResponse file = client(web).get(path(token) + "/packages/ed7002b439e9ac84");
    assertEquals(200, file.status(), file::text);
    assertTrue(file.body() instanceof WebResponse.Body.Download);
    assertEquals(404, client(web).get(path(token) + "/packages/0000000000000000").status());
  }

  @Test
  void showsTheLineOnce() throws IOException {
    addPackage();
    WebFixture web = secure();

    Map<String, @Nullable Object> token = token(web, "{}");

    assertEquals(
        "curl -fsSk --pinnedpubkey '" + PIN + "' https://" + HOST + path(token) + " | sudo sh",
        install(token).get("line"));
    assertNull(install(token).get("problem"));
    assertFalse(object(admin(web).get(TOKENS + "/" + token.get("id"))).containsKey("install"));
  }

  @Test
  void saysWhyTheLineDoesNotWork() throws IOException {
    assertEquals("package", install(token(secure(), "{}")).get("problem"));
    addPackage();
    assertNull(install(token(secure(), "{}")).get("problem"));
    Map<String, @Nullable Object> tooLong =
        install(token(secure(), "{\"expiresInS\":" + (86_400 + 1) + "}"));
    assertEquals("lifetime", tooLong.get("problem"));
    assertNull(tooLong.get("line"));

    var plain = new WebFixture(new JoinSite(false, "", ""), directory);
    Map<String, @Nullable Object> remote = object(plain.admin().post(TOKENS, "{}"));
    assertEquals("https", install(remote).get("problem"));
    assertNull(install(remote).get("line"));
    Map<String, @Nullable Object> local = object(admin(plain).from("127.0.0.1").post(TOKENS, "{}"));
    assertEquals("loopback", install(local).get("problem"));
    assertEquals(
        "curl -fsS http://127.0.0.1:9994" + path(local) + " | sudo sh", install(local).get("line"));
  }

  @Test
  void usesTheUrlOfAProxyWithoutAPin() throws IOException {
    addPackage();
    var web = new WebFixture(new JoinSite(true, "https://vpn.example.org", ""), directory);
    Map<String, @Nullable Object> token = token(web, "{}");

    assertEquals(
        "curl -fsS https://vpn.example.org" + path(token) + " | sudo sh",
        install(token).get("line"));
    assertTrue(
        client(web).get(path(token)).text().contains("  origin='https://vpn.example.org'\n"));
  }

  @Test
  void isRefusedOverPlainHttpOffLoopback() {
    var web = new WebFixture(new JoinSite(false, "", ""), directory);
    String path = path(object(web.admin().post(TOKENS, "{}")));

    assertEquals(200, web.client().from("127.0.0.1").get(path).status());
    assertEquals(403, web.client().from("192.0.2.1").get(path).status());
    assertEquals(403, web.client().from("::2").get(path + "/packages/0000000000000000").status());
    // A forwarding of ports on this host, which others reach.
    assertEquals(403, web.client().from("127.0.0.1").with("host", HOST).get(path).status());
    // A proxy that others reach without TLS.
    var proxied = new WebFixture(new JoinSite(false, "http://vpn.example.org", ""), directory);
    path = path(object(proxied.admin().post(TOKENS, "{}")));
    assertEquals(403, proxied.client().from("127.0.0.1").get(path).status());
  }

  @Test
  void servesATokenWhileItIsValid() {
    WebFixture web = secure();
    Map<String, @Nullable Object> token = token(web, "{\"expiresInS\":3600}");
    web.nowMs += 3_600_000 - 1;
    assertEquals(200, client(web).get(path(token)).status());
    web.nowMs++;
    assertEquals(404, client(web).get(path(token)).status());

    Map<String, @Nullable Object> revoked = token(web, "{}");
    WebFixture.Client admin = admin(web);
    assertEquals(204, admin.delete(TOKENS + "/" + revoked.get("id")).status());
    assertEquals(404, client(web).get(path(revoked)).status());
    assertEquals(404, client(web).get(path(token(web, "{\"expiresInS\":86401}"))).status());
  }

  /** A member that runs the line again gets the script, which finds that there is nothing to do. */
  @Test
  void servesATokenThatIsUsedUp() {
    WebFixture web = secure();
    String secret = "bhj_" + "B".repeat(43);
    var grant = new JoinGrant(true, "", Annotations.NONE, Map.of(), List.of());
    var used =
        new JoinToken(
            7, NET, 1, JoinToken.hash(secret), "", web.nowMs, web.nowMs + 60_000, 1, 1, grant);
    web.controller.createJoinToken(used, Edit.of("admin", "", web.nowMs));

    String script = client(web).get("/join/" + secret).text();

    assertTrue(script.contains("  usable='no'\n"), script);
  }

  @Test
  void slowsGuessesDown() {
    WebFixture web = secure();
    String valid = path(token(web, "{}"));
    for (int i = 0; i < SecretGuesses.BURST; i++) {
      assertEquals(404, client(web).get("/join/bhj_" + "A".repeat(43)).status());
    }
    WebResponse rejected = client(web).get("/join/bhj_" + "A".repeat(43));
    assertEquals(429, rejected.status());
    assertNotEquals("0", rejected.headers().get("Retry-After"));
    assertEquals(200, client(web).from("192.0.2.77").get(valid).status());
    web.nowMs += SecretGuesses.EVERY_MS;
    assertEquals(200, client(web).get(valid).status());
  }

  @Test
  void limitsDownloads() throws IOException {
    addPackage();
    WebFixture web = secure();
    String file = path(token(web, "{}")) + "/packages/ed7002b439e9ac84";
    var open = new ArrayList<WebResponse.Body.Download>();
    for (int i = 0; i < WebLimits.MAX_DOWNLOADS; i++) {
      open.add((WebResponse.Body.Download) client(web).get(file).body());
    }
    assertEquals(503, client(web).get(file).status());
    open.getFirst().file().close();
    open.getFirst().file().close();
    assertEquals(200, client(web).get(file).status());
    assertEquals(503, client(web).get(file).status());
    for (WebResponse.Body.Download each : open) {
      each.file().close();
    }
  }

  @Test
  void matchesNothingButTokens() {
    WebFixture web = secure();
    for (String path :
        new String[] {
          "/join/",
          "/join/x",
          "/join/bhj_",
          "/join/bhj_" + "A".repeat(42) + "'",
          "/join/bhj_" + "A".repeat(44),
          "/join/bhj_" + "A".repeat(42) + "%0a"
        }) {
      assertEquals(404, client(web).send(WebMethod.GET, path, null).status(), path);
    }
  }
}
