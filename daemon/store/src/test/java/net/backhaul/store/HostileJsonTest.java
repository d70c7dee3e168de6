// SPDX-License-Identifier: Apache-2.0
package net.backhaul.store;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.backhaul.controller.MemberRecord;
import net.backhaul.controller.NetworkRecord;
import net.backhaul.json.Json;
import org.junit.jupiter.api.Test;

/** Records edited with arbitrary bodies can be written and read again. */
class HostileJsonTest {
  private static final List<String> NAMES =
      List.of(
          "name",
          "private",
          "enableBroadcast",
          "multicastLimit",
          "mtu",
          "v4AssignMode",
          "v6AssignMode",
          "remoteTraceTarget",
          "remoteTraceLevel",
          "authTokens",
          "routes",
          "ipAssignmentPools",
          "rules",
          "capabilities",
          "tags",
          "dns",
          "authorized",
          "activeBridge",
          "noAutoAssignIps",
          "ipAssignments",
          "authenticationExpiryTime",
          "id",
          "nwid",
          "address",
          "identity",
          "revision",
          "objtype",
          "ssoExempt");
  private static final List<String> INNER =
      List.of(
          "target",
          "via",
          "ipRangeStart",
          "ipRangeEnd",
          "type",
          "default",
          "id",
          "rules",
          "zt",
          "6plane",
          "domain",
          "servers",
          "mac",
          "ip",
          "mask",
          "start",
          "end",
          "icmpCode",
          "not");
  private static final List<Object> VALUES =
      List.of(
          true,
          false,
          0L,
          1L,
          -1L,
          70_000L,
          Json.unsigned(-1),
          0.5,
          -1.5,
          1e300,
          "",
          "1",
          "true",
          "10.0.0.0/8",
          "10.0.0.1",
          "::/0",
          "fd00::1/64",
          "1.2.3/999",
          "junk",
          "0123456789",
          "zt,rfc4193",
          "MATCH_IPV4_SOURCE",
          "MATCH_CHARACTERISTICS",
          "ACTION_TEE",
          "MATCH_ICMP",
          "MATCH_MAC_DEST",
          "ACTION_ACCEPT",
          "é☃😀\u0000\n");

  private static Object value(Random random, int depth) {
    int kind = random.nextInt(depth > 3 ? 4 : 8);
    if (kind < 4) {
      return kind == 0 ? null : VALUES.get(random.nextInt(VALUES.size()));
    }
    if (kind < 6) {
      var list = new ArrayList<>();
      for (int i = random.nextInt(4); i > 0; i--) {
        list.add(value(random, depth + 1));
      }
      return list;
    }
    Map<String, Object> object = Json.object();
    for (int i = random.nextInt(5); i > 0; i--) {
      object.put(INNER.get(random.nextInt(INNER.size())), value(random, depth + 1));
    }
    return object;
  }

  private static Map<String, Object> body(Random random) {
    Map<String, Object> body = Json.object();
    for (int i = random.nextInt(6); i > 0; i--) {
      body.put(NAMES.get(random.nextInt(NAMES.size())), value(random, 0));
    }
    return Json.asObject(Json.parse(Json.write(body)));
  }

  @Test
  void writesAndReadsNetworkAfterArbitraryEdits() {
    NetworkRecord network = NetworkJson.create(0x0b59471541000001L, 1);
    for (long seed = 0; seed < 10_000; seed++) {
      var random = new Random(seed);
      try {
        network = NetworkJson.edit(network, body(random)).withRevision(seed + 1);
      } catch (IllegalArgumentException expected) {
        continue; // The request is rejected as a whole.
      }
      String text = Json.write(NetworkJson.write(network));
      assertEquals(network, NetworkJson.read(text), "seed " + seed);
      Map<String, Object> noChange = Json.object();
      noChange.put("remoteTraceLevel", Json.unsigned(network.traceLevel()));
      assertEquals(network, NetworkJson.edit(network, noChange), "seed " + seed);
    }
  }

  @Test
  void writesAndReadsMemberAfterArbitraryEdits() {
    MemberRecord member = MemberJson.create("0b59471541000001", "0123456789", 1);
    for (long seed = 0; seed < 10_000; seed++) {
      var random = new Random(seed);
      try {
        member = MemberJson.edit(member, body(random), seed).withRevision(seed + 1);
      } catch (IllegalArgumentException expected) {
        continue; // The request is rejected as a whole.
      }
      String text = Json.write(MemberJson.write(member));
      assertEquals(member, MemberJson.read(member.networkId(), text), "seed " + seed);
      Map<String, Object> noChange = Json.object();
      noChange.put("remoteTraceLevel", Json.unsigned(member.settings().traceLevel()));
      assertEquals(member, MemberJson.edit(member, noChange, 7), "seed " + seed);
    }
  }
}
