// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.api;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import net.backhaul.json.Json;
import net.backhaul.protocol.address.IpPrefix;
import net.backhaul.service.http.Response;
import net.backhaul.service.state.HostRole;
import net.backhaul.service.state.LocalNetworkSettings;
import net.backhaul.service.state.Permission;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NetworkPermissionsTest {
  private static final Permission TWO =
      new Permission(true, List.of(IpPrefix.parse("10.0.0.0/8"), IpPrefix.parse("fd00::/8")));

  @Test
  void keepsListsWhenBooleansAreSentBack() throws Exception {
    var before =
        new LocalNetworkSettings(TWO, TWO, true, TWO, new HostRole("br0", List.of("eth1"), "eth0"));
    String back =
        "{\"allowManaged\":true,\"allowGlobal\":true,\"allowDefault\":true,\"allowDNS\":true}";

    assertEquals(before, read(back, before));
  }

  @Test
  void keepsListWhilePermissionIsDenied() throws Exception {
    LocalNetworkSettings denied =
        read("{\"allowManaged\":false}", LocalNetworkSettings.DEFAULT.withManaged(TWO));

    assertEquals(TWO.granted(false), denied.managed());
    assertEquals(TWO, read("{\"allowManaged\":true}", denied).managed());
  }

  @Test
  void setsAndRemovesLists() throws Exception {
    LocalNetworkSettings listed =
        read(
            "{\"allowManaged\":[\"10.1.2.3/8\",\"fd00::1/8\"],\"allowDNS\":[\"10.0.0.53\"]}",
            LocalNetworkSettings.of(false, false, false, false));

    assertEquals(TWO, listed.managed());
    assertEquals(new Permission(true, List.of(IpPrefix.parse("10.0.0.53/32"))), listed.dns());
    assertEquals(Permission.NONE, listed.global());
    assertEquals(Permission.ALL, read("{\"allowManaged\":[]}", listed).managed());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "[\"10.0.0.0/8\",\"net\"]",
        "[\"10.0.0.0/33\"]",
        "[7]",
        "[null]",
        "\"10.0.0.0/8\"",
        "1",
        "null",
        "{}"
      })
  void ignoresOtherValuesAndReportsThem(String value) throws Exception {
    LocalNetworkSettings before = LocalNetworkSettings.DEFAULT.withManaged(TWO);
    String body = "{\"allowManaged\":" + value + "}";

    LocalNetworkSettings after = read(body, before);

    assertEquals(before, after);
    Map<String, @Nullable Object> object = Json.object();
    object.put("allowManaged", true);
    NetworkPermissions.putLists(object, after);
    var ignored = new IgnoredInput();
    ignored.compare(NetworkPermissions.expected(parse(body)), Map.of(), object);
    Response answer = Response.json("{}");
    // 1 means true here, as elsewhere in the API.
    assertEquals(value.equals("1"), ignored.report(answer) == answer);
  }

  @Test
  void rejectsListsAboveTheLimit() throws Exception {
    var entries = new ArrayList<>(Collections.nCopies(Permission.MAX_PREFIXES, "10.0.0.0/8"));
    LocalNetworkSettings before = LocalNetworkSettings.DEFAULT;
    String most = Json.write(Map.of("allowManaged", entries));
    assertEquals(Permission.MAX_PREFIXES, read(most, before).managed().within().size());

    entries.add("fd00::/8");

    assertEquals(before, read(Json.write(Map.of("allowManaged", entries)), before));
  }

  private static LocalNetworkSettings read(String body, LocalNetworkSettings before)
      throws Exception {
    return NetworkPermissions.read(parse(body), before);
  }

  private static Map<String, @Nullable Object> parse(String body) throws Exception {
    return Json.asObject(Json.parse(body));
  }
}
