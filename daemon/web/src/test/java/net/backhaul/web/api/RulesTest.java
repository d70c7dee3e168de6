// SPDX-License-Identifier: Apache-2.0
package net.backhaul.web.api;

import static net.backhaul.web.api.WebFixture.NETWORK_PATH;
import static net.backhaul.web.api.WebFixture.object;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.Random;
import net.backhaul.json.Json;
import net.backhaul.protocol.identity.Addresses;
import net.backhaul.protocol.identity.Identity;
import net.backhaul.protocol.identity.NetworkIds;
import net.backhaul.protocol.network.ConfigRequest;
import net.backhaul.protocol.packet.Bytes;
import net.backhaul.rules.NetworkSource;
import net.backhaul.store.MemberJson;
import net.backhaul.store.NetworkJson;
import net.backhaul.web.http.WebResponse;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Rules by the API: checked, set, and their history. */
class RulesTest {
  private static final String PATH = NETWORK_PATH + "/rules";
  private static final String NO_SSH =
      "drop ethertype ipv4 and ipprotocol tcp and dport 22;\naccept;\n"
          + "# expect drop from any to any ipprotocol tcp dport 22\n";

  private WebFixture web;
  private WebFixture.Client admin;

  @BeforeEach
  void start() {
    web = new WebFixture();
    admin = web.admin();
  }

  private static String body(String source, String more) {
    return "{\"source\":" + Json.write(source) + more + "}";
  }

  private Map<String, @Nullable Object> check(String source) {
    WebResponse response = admin.post(PATH + "/check", body(source, ""));
    assertEquals(200, response.status(), response::text);
    return object(response);
  }

  private static Map<String, @Nullable Object> onlyError(Map<String, @Nullable Object> checked) {
    List<?> errors = (List<?>) checked.get("errors");
    assertNotNull(errors);
    assertEquals(1, errors.size(), errors::toString);
    return Json.asObject(errors.getFirst());
  }

  @Test
  void showsRulesThatWereSetWithoutSource() {
    Map<String, @Nullable Object> rules = object(admin.get(PATH));

    assertTrue(String.valueOf(rules.get("source")).contains("accept"), rules::toString);
    assertEquals(false, rules.get("kept"));
    assertEquals("", rules.get("problem"));
  }

  /** As the reference may have left it: its object says nothing about rules. */
  @Test
  void showsAndChangesANetworkWithoutRules() {
    String document = "{\"id\":\"" + NetworkIds.text(WebFixture.NET) + "\"}";
    web.controller.put(NetworkJson.read(document), web.nowMs);

    Map<String, @Nullable Object> rules = object(admin.get(PATH));
    assertEquals("", rules.get("source"), rules::toString);
    assertEquals("", rules.get("problem"));
    assertEquals(List.of(), check("accept;").get("errors"));
    WebResponse changed = admin.patch(PATH, body("accept;", ""));
    assertEquals("accept;", object(changed).get("source"), changed::text);
  }

  @Test
  void reportsErrorsAtTheirLine() {
    Map<String, @Nullable Object> error =
        onlyError(check("# one\r\ndrop\r\n  ethertype nonsense;\n"));
    assertEquals(3L, error.get("line"), error::toString);
    assertEquals(13L, error.get("column"));
    Map<String, @Nullable Object> test =
        onlyError(check("accept;\n\n# expect drop from any to any ipprotocol udp\n"));
    assertEquals(3L, test.get("line"));
    assertEquals("Expected drop, found accept.", test.get("message"));
    assertTrue(String.valueOf(test.get("detail")).contains("sender: "), test::toString);
    Map<String, @Nullable Object> word = onlyError(check("accept;\n# expect nothing\n"));
    assertEquals(2L, word.get("line"));
    assertEquals(10L, word.get("column"));
    Map<String, @Nullable Object> many = onlyError(check("drop ethertype arp;\n".repeat(800)));
    assertEquals(0L, many.get("line"));
    assertEquals("1600 rules; a network has at most 1024.", many.get("message"));
    Map<String, @Nullable Object> large = onlyError(check("#".repeat(NetworkSource.MAX_CHARS + 1)));
    assertTrue(String.valueOf(large.get("message")).contains("keeps at most"), large::toString);
    assertNull(check("</script>\u0000\u202e").get("compiled"));
  }

  @Test
  void setsAndShowsRulesAndTheirHistory() {
    WebResponse before = admin.get(PATH);
    WebResponse set = admin.patch(PATH, body(NO_SSH, ""));
    assertEquals(200, set.status(), set::text);
    assertEquals(NO_SSH, object(set).get("source"));
    assertEquals(true, object(set).get("kept"));
    assertEquals(set.text(), admin.get(PATH).text());
    assertTrue(set.text().contains("\"MATCH_IP_DEST_PORT_RANGE\""), set::text);

    admin.headers.put("if-match", before.headers().get("ETag"));
    assertEquals(412, admin.patch(PATH, body("accept;", "")).status());
    admin.headers.remove("if-match");
    assertEquals(200, admin.patch(PATH, body("accept;", "")).status());

    List<?> versions = (List<?>) object(admin.get(PATH + "/history")).get("versions");
    assertNotNull(versions);
    assertEquals(2, versions.size());
    assertEquals(NO_SSH, object(admin.get(PATH + "/history/1")).get("source"));
    assertEquals(404, admin.get(PATH + "/history/9").status());
  }

  @Test
  void setsNothingWhoseTestsFail() {
    WebResponse failing = admin.patch(PATH, body(NO_SSH.replace("dport 22;", "dport 23;"), ""));

    assertEquals(422, failing.status());
    assertEquals(List.of("source"), WebFixture.fields(failing));
    assertTrue(failing.text().contains("line 3, column 3: Expected drop"), failing::text);
    assertEquals(422, admin.patch(PATH, body("accept; drip;", "")).status());
    assertEquals(422, admin.patch(PATH, body("accept;", ",\"force\":1")).status());
    assertEquals(List.of(), object(admin.get(PATH + "/history")).get("versions"));
  }

  /** Members that have just asked the controller are online. */
  @Test
  void warnsOfFlowsThatMembersWhichAreOnlineWouldLose() {
    List<Identity> members =
        List.of(Identity.generate(new Random(11)), Identity.generate(new Random(12)));
    for (Identity each : members) {
      String id = Addresses.text(each.address());
      web.controller.put(
          MemberJson.edit(
              MemberJson.create(NetworkIds.text(WebFixture.NET), id, web.nowMs),
              Json.asObject(Json.parse("{\"authorized\":true,\"name\":\"n" + id + "\"}")),
              web.nowMs),
          web.nowMs);
    }
    assertEquals(List.of(), check(NO_SSH).get("lost"), "nobody is online");
    for (Identity each : members) {
      web.controller.answer(new ConfigRequest(WebFixture.NET, each, Bytes.EMPTY, 0, 0), web.nowMs);
    }

    List<?> lost = (List<?>) check(NO_SSH).get("lost");
    assertNotNull(lost);
    assertEquals(1, lost.size(), "of those that the rules do not distinguish, one pair");
    Map<String, @Nullable Object> first = Json.asObject(lost.getFirst());
    assertEquals(List.of("tcp 22"), first.get("flows"));
    assertTrue(String.valueOf(first.get("fromName")).startsWith("n"), first::toString);
    WebResponse rejected = admin.patch(PATH, body(NO_SSH, ""));
    assertEquals(409, rejected.status());
    assertTrue(rejected.text().contains("flows-lost"), rejected::text);
    assertEquals(200, admin.patch(PATH, body(NO_SSH, ",\"force\":true")).status());
    assertEquals(List.of(), check(NO_SSH).get("lost"), "they are lost already");
  }
}
