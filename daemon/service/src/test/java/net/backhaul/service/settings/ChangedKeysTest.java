// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.settings;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.stream.IntStream;
import net.backhaul.json.Json;
import org.junit.jupiter.api.Test;

class ChangedKeysTest {
  private static List<String> changed(String before, String now) {
    return ChangedKeys.of(Json.asObject(Json.parse(before)), Json.asObject(Json.parse(now)));
  }

  @Test
  void namesAddedRemovedAndChangedMembers() {
    assertEquals(
        List.of("settings.added", "settings.changed", "settings.removed"),
        changed(
            "{\"settings\": {\"same\": [1], \"changed\": 1, \"removed\": null}}",
            "{\"settings\": {\"same\": [1], \"changed\": 2, \"added\": {}}}"));
  }

  @Test
  void namesMembersOfPeersAndPhysicalNetworks() {
    assertEquals(
        List.of("physical.10.0.0.0/8.mtu", "virtual.461caecd4a.try"),
        changed(
            "{\"physical\": {\"10.0.0.0/8\": {\"mtu\": 1400, \"blacklist\": false}}}",
            "{\"physical\": {\"10.0.0.0/8\": {\"mtu\": 1300, \"blacklist\": false}},"
                + " \"virtual\": {\"461caecd4a\": {\"try\": [\"192.0.2.7/9993\"]}}}"));
  }

  @Test
  void doesNotDescendFurther() {
    assertEquals(
        List.of("a.b.c"),
        changed("{\"a\": {\"b\": {\"c\": {\"d\": 1}}}}", "{\"a\": {\"b\": {\"c\": {\"d\": 2}}}}"));
  }

  @Test
  void findsNoChangeInOtherOrder() {
    assertEquals(List.of(), changed("{\"a\": 1, \"b\": 2}", "{\"b\": 2, \"a\": 1}"));
  }

  @Test
  void limitsListOfMessage() {
    List<String> keys = IntStream.range(0, 12).mapToObj(i -> "k" + i).toList();

    assertEquals("k0, k1, k2, k3, k4, k5, k6, k7, k8, k9 and 2 more", ChangedKeys.text(keys));
    assertEquals("k0", ChangedKeys.text(keys.subList(0, 1)));
  }
}
