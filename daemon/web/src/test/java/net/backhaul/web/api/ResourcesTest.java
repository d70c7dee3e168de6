// SPDX-License-Identifier: Apache-2.0
package net.backhaul.web.api;

import static net.backhaul.web.api.WebFixture.MEMBER_PATH;
import static net.backhaul.web.api.WebFixture.NETWORK_PATH;
import static net.backhaul.web.api.WebFixture.fields;
import static net.backhaul.web.api.WebFixture.object;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import net.backhaul.json.Json;
import net.backhaul.protocol.address.IpPrefix;
import net.backhaul.protocol.identity.Addresses;
import net.backhaul.protocol.identity.NetworkIds;
import net.backhaul.store.MemberJson;
import net.backhaul.store.NetworkJson;
import net.backhaul.web.http.WebResponse;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Networks and members in the API. */
class ResourcesTest {
  private final WebFixture web = new WebFixture();
  private final WebFixture.Client admin = web.admin();

  private static List<?> list(WebResponse response, String name) {
    assertEquals(200, response.status(), response::text);
    return (List<?>) object(response).get(name);
  }

  private static @Nullable Object first(WebResponse response, String array, String name) {
    return Json.asObject(((List<?>) object(response).get(array)).getFirst()).get(name);
  }

  private void addMembers(int count) {
    for (int i = 0; i < count; i++) {
      web.controller.put(
          MemberJson.create(
              NetworkIds.text(WebFixture.NET), Addresses.text(0x10_0000_0000L + i), web.nowMs + i),
          web.nowMs);
    }
  }

  // Networks.

  @Test
  void createsNetworkWithFreeSubnet() {
    web.hostNetworks.add(IpPrefix.parse("10.0.0.0/9"));
    web.hostNetworks.add(IpPrefix.parse("0.0.0.0/0"));
    List<IpPrefix> used = new ArrayList<>(web.hostNetworks);
    for (int i = 0; i < 40; i++) {
      WebResponse created = admin.post(NetworkResource.PATH, "{\"name\":\"net " + i + "\"}");
      assertEquals(201, created.status(), created::text);
      var subnet = IpPrefix.parse(String.valueOf(first(created, "routes", "target")));
      assertTrue(
          used.stream().noneMatch(each -> FreeSubnet.overlap(each, subnet)), subnet::toString);
      used.add(subnet);
      assertEquals(true, object(created).get("private"));
      assertEquals(true, Json.asObject(object(created).get("autoAssign")).get("ipv4"));
      assertEquals(subnet.toString().replace(".0/24", ".1"), first(created, "pools", "start"));
      assertEquals(created.text(), admin.get(created.headers().get("Location")).text());
    }
  }

  @Test
  void offersSubnetsThatNothingUses() {
    web.hostNetworks.add(IpPrefix.parse("10.0.0.0/9"));
    web.hostNetworks.add(IpPrefix.parse("192.168.0.0/17"));
    admin.patch(NETWORK_PATH, "{\"routes\":[{\"target\":\"192.168.128.0/18\",\"via\":null}]}");
    List<IpPrefix> used = new ArrayList<>(web.hostNetworks);
    used.add(IpPrefix.parse("192.168.128.0/18"));
    String path = NETWORK_PATH + "/subnets";
    for (int i = 0; i < 40; i++) {
      List<IpPrefix> offered = subnets(admin.get(path));
      assertEquals(
          List.of("10", "172", "192"),
          offered.stream().map(each -> each.toString().split("\\.")[0]).toList());
      for (IpPrefix each : offered) {
        assertTrue(used.stream().noneMatch(one -> FreeSubnet.overlap(one, each)), each::toString);
      }
    }
    web.hostNetworks.add(IpPrefix.parse("192.168.192.0/18"));
    web.hostNetworks.add(IpPrefix.parse("172.0.0.0/8"));

    assertEquals(1, subnets(admin.get(path)).size(), "only 10.128.0.0/9 is free");
    assertEquals(404, admin.get(NetworkResource.PATH + "/ffffffffffffffff/subnets").status());
  }

  private static List<IpPrefix> subnets(WebResponse response) {
    assertEquals(200, response.status(), response::text);
    return ((List<?>) Objects.requireNonNull(object(response).get("subnets")))
        .stream().map(each -> IpPrefix.parse(String.valueOf(each))).toList();
  }

  @Test
  void findsNoSubnetWhereAllAreUsed() {
    web.hostNetworks.add(IpPrefix.parse("10.0.0.0/8"));
    assertTrue(
        FreeSubnet.choose(web.hostNetworks, new Random(1))
            .orElseThrow()
            .toString()
            .startsWith("172."));
    web.hostNetworks.add(IpPrefix.parse("172.16.0.0/12"));

    assertEquals(409, admin.post(NetworkResource.PATH, "{}").status());
    assertEquals(201, admin.post(NetworkResource.PATH, "{\"routes\":[]}").status());
  }

  @Test
  void rejectsAnAddressThatAnotherMemberHas() {
    String other = NETWORK_PATH + "/members/0123456701";
    assertEquals(
        200, admin.patch(MEMBER_PATH, "{\"addresses\":[\"10.9.8.6\",\"10.9.8.7\"]}").status());
    admin.post(NETWORK_PATH + "/members", "{\"id\":\"0123456701\"}");
    String taken = "{\"addresses\":[\"10.9.8.5\",\"10.9.8.7\"]}";
    assertEquals(List.of("addresses[1]"), fields(admin.patch(other, taken)));
    assertEquals(
        List.of("member.addresses[1]"),
        fields(admin.post(NETWORK_PATH + "/join-tokens", "{\"member\":" + taken + "}")));

    assertEquals(200, admin.patch(MEMBER_PATH, taken).status(), "what is its own");
    assertEquals(200, admin.patch(other, "{\"addresses\":[\"10.9.8.6\"]}").status());
  }

  @Test
  void changesWhatIsNamedOnly() {
    WebResponse created = admin.post(NetworkResource.PATH, "{\"name\":\"a\",\"mtu\":1400}");
    String path = created.headers().get("Location");

    WebResponse changed = admin.patch(path, "{\"autoAssign\":{\"6plane\":true}}");

    Object revision = object(changed).get("revision");
    Map<String, @Nullable Object> expected = object(created);
    Json.asObject(expected.get("autoAssign")).put("6plane", true);
    assertNotEquals(expected.put("revision", revision), revision);
    assertEquals(expected, object(changed));
    assertEquals("\"" + revision + "\"", changed.headers().get("ETag"));
  }

  @Test
  void loosesNoChangeOfTwoAdministrators() {
    String seen = admin.get(NETWORK_PATH).headers().get("ETag");
    admin.with("if-match", seen);
    assertEquals(200, admin.patch(NETWORK_PATH, "{\"name\":\"first\"}").status());

    WebResponse second = admin.patch(NETWORK_PATH, "{\"name\":\"second\"}");

    assertEquals(412, second.status());
    assertEquals(412, admin.delete(NETWORK_PATH).status());
    admin.headers.remove("if-match");
    assertEquals("first", object(admin.get(NETWORK_PATH)).get("name"));
  }

  /** Who has seen the one that was deleted does not change the one that came after it. */
  @Test
  void tellsRecordsOfTheSameIdApart() {
    String member = admin.get(MEMBER_PATH).headers().get("ETag");
    assertEquals(204, admin.delete(MEMBER_PATH).status());
    web.nowMs++;
    admin.post(NETWORK_PATH + "/members", "{\"id\":\"0123456789\",\"authorized\":false}");
    String network = admin.get(NETWORK_PATH).headers().get("ETag");
    admin.with("if-match", member);
    assertEquals(412, admin.patch(MEMBER_PATH, "{\"authorized\":true}").status());
    admin.headers.remove("if-match");

    assertEquals(204, admin.delete(NETWORK_PATH).status());
    web.controller.put(NetworkJson.create(WebFixture.NET, web.nowMs), web.nowMs);
    admin.with("if-match", network);
    assertEquals(412, admin.delete(NETWORK_PATH).status());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          {"name":7}                                                     | name
          {"nam":"x"}                                                    | nam
          {"mtu":1279}                                                   | mtu
          {"mtu":1280.5}                                                 | mtu
          {"routes":[{"target":"10.0.0.0/24"},{"target":"10.0.0.1/24"}]} | routes[1].target
          {"routes":[{"target":"10.0.0.0/33"}]}                          | routes[0].target
          {"routes":[{"target":"10.0.0.0/24","via":"fd00::1"}]}          | routes[0].via
          {"routes":[{"target":"10.0.0.0/24","to":"x"}]}                 | routes[0].to
          {"routes":{}}                                                  | routes
          {"pools":[{"start":"10.0.0.9","end":"10.0.0.1"}]}              | pools[0].end
          {"dns":{"servers":["example.org"]}}                            | dns.servers[0]
          {"autoAssign":{"ipv4":"yes"}}                                  | autoAssign.ipv4
          {"name":"a\\u0000b"}                                           | name
          {"name":"a\\u202eb"}                                           | name
          {"name":"a","mtu":1400,"name":"b"}                             | name
          {"routes":[{"target":"10.0.0.0/24","via":null,"via":null}]}    | routes[0].via
          """)
  void namesTheInvalidField(String body, String field) {
    Object revision = object(admin.get(NETWORK_PATH)).get("revision");
    WebResponse response = admin.patch(NETWORK_PATH, body);

    assertEquals(422, response.status());
    assertEquals(List.of(field), fields(response));
    assertEquals(revision, object(admin.get(NETWORK_PATH)).get("revision"));
  }

  @Test
  void namesAllInvalidFields() {
    assertEquals(
        List.of("name", "mtu", "x"),
        fields(admin.patch(NETWORK_PATH, "{\"name\":1,\"mtu\":2,\"x\":3}")));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "[]", "\"x\"", "{", "{\"a\":1}{", "null"})
  void rejectsOtherThanJsonObjects(String body) {
    assertEquals(400, admin.patch(NETWORK_PATH, body).status());
  }

  @Test
  void rejectsDeepJsonAndOtherMediaTypes() {
    assertEquals(400, admin.patch(NETWORK_PATH, "[".repeat(100_000)).status());
    admin.with("content-type", "text/plain");
    assertEquals(415, admin.patch(NETWORK_PATH, "{}").status());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "</script><script>alert(1)</script>",
        "<svg onload=alert(1)>",
        "'; DROP TABLE network; --",
        "$(reboot) `reboot` ${x}",
        "=cmd|' /C calc'!A0",
        "שלום עולם"
      })
  void returnsHostileNamesAsTheyAre(String name) {
    WebResponse changed = admin.patch(NETWORK_PATH, "{\"name\":" + Json.write(name) + "}");
    assertEquals(200, changed.status(), changed::text);
    assertEquals(name, object(admin.get(NETWORK_PATH)).get("name"));
    assertEquals("application/json", changed.headers().get("Content-Type"));
    WebResponse member = admin.patch(MEMBER_PATH, "{\"name\":" + Json.write(name) + "}");
    assertEquals(name, object(member).get("name"));
  }

  @Test
  void showsOperatorsTheirNetworksOnly() {
    WebFixture.Client operator =
        web.user(
            admin,
            "operator",
            "\"permission\":\"operate\",\"networks\":[\""
                + NetworkIds.text(WebFixture.OTHER_NET)
                + "\"]");

    List<?> networks = list(operator.get(NetworkResource.PATH), "networks");

    assertEquals(1, networks.size());
    assertEquals(
        NetworkIds.text(WebFixture.OTHER_NET), Json.asObject(networks.getFirst()).get("id"));
    assertEquals(403, operator.get(NETWORK_PATH).status());
    assertEquals(
        403, operator.get(NetworkResource.PATH + "/ffffffffffffffff").status(), "as if it existed");
    assertEquals(403, operator.post(NetworkResource.PATH, "{}").status());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/api/v1/networks/..%2f..%2fetc",
        "/api/v1/networks/0123456789abcdeg",
        "/api/v1/networks/0123456789abcdef0",
        "/api/v1/networks/0123456789abcdef'--",
        "/api/v1//networks",
        "/api/v1/networks/",
        "/api/v2/networks",
        "//example.org/",
        "/api/v1/users/-1",
        "/api/v1/users/9999999999999999999"
      })
  void rejectsOtherPaths(String path) {
    assertEquals(404, admin.get(path).status());
  }

  @Test
  void namesTheMethodsOfAPath() {
    WebResponse response = admin.delete(NetworkResource.PATH);
    assertEquals(405, response.status());
    assertEquals("GET, POST", response.headers().get("Allow"));
  }

  @Test
  void deletesNetwork() {
    assertEquals(204, admin.delete(NETWORK_PATH).status());
    assertEquals(404, admin.get(NETWORK_PATH).status());
    assertEquals(404, admin.get(MEMBER_PATH).status());
  }

  // Members.

  @Test
  void authorizesMember() {
    assertEquals(false, object(admin.get(MEMBER_PATH)).get("authorized"));
    WebFixture.Client helper = web.user(admin, "helper", "\"permission\":\"authorize\"");

    WebResponse changed =
        helper.patch(MEMBER_PATH + "/authorization", "{\"authorized\":true,\"name\":\"box\"}");

    assertEquals(200, changed.status(), changed::text);
    assertTrue(web.controller.member(WebFixture.NET, WebFixture.MEMBER).orElseThrow().authorized());
    assertEquals("box", object(changed).get("name"));
    assertEquals(403, helper.patch(MEMBER_PATH, "{\"bridge\":true}").status());
    assertEquals(
        List.of("bridge"),
        fields(helper.patch(MEMBER_PATH + "/authorization", "{\"bridge\":true}")));
    assertEquals(403, helper.delete(MEMBER_PATH).status());
  }

  @Test
  void changesSettingsOfMember() {
    WebResponse changed =
        admin.patch(
            MEMBER_PATH,
            "{\"addresses\":[\"10.1.2.3\",\"fd00::1\"],\"bridge\":true,\"autoAssign\":false,"
                + "\"tags\":{\"7\":9},\"capabilities\":[3]}");

    assertEquals(200, changed.status(), changed::text);
    assertEquals(List.of("10.1.2.3", "fd00::1"), object(changed).get("addresses"));
    assertEquals(Map.of("7", 9L), object(changed).get("tags"));
    assertEquals(List.of(3L), object(changed).get("capabilities"));
    assertEquals(true, object(changed).get("bridge"));
    assertEquals(false, object(changed).get("autoAssign"));
    assertEquals(changed.text(), admin.get(MEMBER_PATH).text());
    WebResponse emptied = admin.patch(MEMBER_PATH, "{\"addresses\":[],\"tags\":{}}");
    assertEquals(List.of(), object(emptied).get("addresses"));
    assertEquals(Map.of(), object(emptied).get("tags"));
    assertEquals(List.of(3L), object(emptied).get("capabilities"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          {"addresses":["10.1.2"]}               | addresses[0]
          {"addresses":["10.1.2.3","10.1.2.3"]}  | addresses[1]
          {"addresses":["10.1.2.3","0.0.0.0"]} | addresses[1]
          {"addresses":["10.1.2.3","255.255.255.255"]} | addresses[1]
          {"addresses":["10.1.2.3","127.0.0.1"]} | addresses[1]
          {"addresses":["10.1.2.3","224.0.0.1"]} | addresses[1]
          {"addresses":["10.1.2.3","::"]} | addresses[1]
          {"addresses":["10.1.2.3","::ffff:10.1.2.4"]} | addresses[1]
          {"tags":{"x":1}}                       | tags.x
          {"tags":{"4294967296":1}}              | tags.4294967296
          {"capabilities":[-1]}                  | capabilities[0]
          {"authorized":"yes"}                   | authorized
          """)
  void namesTheInvalidFieldOfMember(String body, String field) {
    assertEquals(List.of(field), fields(admin.patch(MEMBER_PATH, body)));
  }

  @Test
  void addsMemberBeforehand() {
    WebResponse added = admin.post(NETWORK_PATH + "/members", "{\"id\":\"0a0b0c0d0e\"}");
    assertEquals(201, added.status(), added::text);
    assertEquals(true, object(added).get("authorized"));
    assertEquals(added.text(), admin.get(added.headers().get("Location")).text());
    assertEquals(409, admin.post(NETWORK_PATH + "/members", "{\"id\":\"0a0b0c0d0e\"}").status());
    for (String id : List.of("", "0000000000", "ff00000001", "0a0b0c0d0", "zzzzzzzzzz")) {
      assertEquals(
          List.of("id"), fields(admin.post(NETWORK_PATH + "/members", "{\"id\":\"" + id + "\"}")));
    }
  }

  @Test
  void listsMembersInParts() {
    addMembers(250);
    var seen = new ArrayList<Object>();
    for (int offset = 0; offset < 300; offset += 100) {
      for (Object each :
          list(admin.get(NETWORK_PATH + "/members?sort=address&offset=" + offset), "members")) {
        seen.add(Json.asObject(each).get("id"));
      }
    }
    assertEquals(251, seen.size());
    assertEquals(seen.stream().sorted().distinct().toList(), seen);
    WebResponse page = admin.get(NETWORK_PATH + "/members?limit=1");
    assertEquals(251L, object(page).get("total"));
    assertEquals(1, list(page, "members").size());
  }

  @Test
  void searchesMembers() {
    addMembers(3);
    admin.patch(
        MEMBER_PATH, "{\"name\":\"Web-1\",\"authorized\":true,\"addresses\":[\"10.9.8.7\"]}");
    for (String search :
        List.of(
            "web",
            "name:web*",
            "name:*-1",
            "authorized:yes",
            "ip:10.9",
            "10.9.8.7",
            "address:0123*",
            "0123456",
            "name:web authorized:yes seen:>0d online:no")) {
      WebResponse found = admin.get(NETWORK_PATH + "/members?q=" + search);
      assertEquals(1, list(found, "members").size(), search);
      assertEquals(1L, object(found).get("matching"), search);
    }
    assertEquals(0, list(admin.get(NETWORK_PATH + "/members?q=name:x*"), "members").size());
    assertEquals(3, list(admin.get(NETWORK_PATH + "/members?q=authorized:no"), "members").size());
    for (String query :
        List.of(
            "q=online:maybe",
            "q=onlin:no",
            "q=seen:30d",
            "sort=color",
            "limit=0",
            "offset=-1",
            "limit=x")) {
      String name = query.substring(0, query.indexOf('='));
      assertEquals(List.of(name), fields(admin.get(NETWORK_PATH + "/members?" + query)), query);
    }
  }

  @Test
  void showsUnauthorizedMembersFirst() {
    admin.patch(MEMBER_PATH, "{\"authorized\":true}");
    web.nowMs++;
    addMembers(2);

    WebResponse found = admin.get(NETWORK_PATH + "/members");

    assertEquals("1000000001", first(found, "members", "id"), "the newest request");
    assertEquals(
        "0123456789", Json.asObject(list(found, "members").getLast()).get("id"), "authorized");
  }

  @Test
  void operatesOnManyMembers() {
    addMembers(250);
    var ids = new ArrayList<String>();
    for (int i = 0; i < 250; i++) {
      ids.add('"' + Addresses.text(0x10_0000_0000L + i) + '"');
    }
    ids.add(3, "\"0a0a0a0a0a\"");
    String members = "{\"members\":[" + String.join(",", ids) + "]";

    WebResponse response =
        admin.post(NETWORK_PATH + "/members/bulk/authorization", members + ",\"authorized\":true}");

    List<?> results = list(response, "results");
    assertEquals(251, results.size());
    assertEquals(404L, Json.asObject(results.get(3)).get("status"));
    assertEquals(250, web.controller.authorizedCount(WebFixture.NET));
    WebResponse changed =
        admin.post(
            NETWORK_PATH + "/members/bulk/change", members + ",\"change\":{\"bridge\":true}}");
    assertEquals(200L, Json.asObject(list(changed, "results").getFirst()).get("status"));
    assertEquals(
        List.of("change.addresses"),
        fields(
            admin.post(
                NETWORK_PATH + "/members/bulk/change",
                "{\"members\":[],\"change\":{\"addresses\":[\"10.0.0.1\"]}}")));
    admin.post(NETWORK_PATH + "/members/bulk/delete", members + "}");
    assertEquals(1, web.controller.memberCount(WebFixture.NET));
    assertEquals(
        List.of("members[0]"),
        fields(admin.post(NETWORK_PATH + "/members/bulk/delete", "{\"members\":[\"../x\"]}")));
  }

  @Test
  void deletesMemberOfTheRevisionSeen() {
    admin.with("if-match", "\"7\"");
    assertEquals(412, admin.delete(MEMBER_PATH).status());
    admin.with("if-match", admin.get(MEMBER_PATH).headers().get("ETag"));
    assertEquals(204, admin.delete(MEMBER_PATH).status());
    assertFalse(web.controller.member(WebFixture.NET, WebFixture.MEMBER).isPresent());
  }
}
