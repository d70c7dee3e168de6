// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import net.backhaul.json.Json;
import org.jspecify.annotations.Nullable;

/** Writes networks and members as a controller.d, which the daemon imports at its start. */
final class ImportedNetworks {
  /** What a name, a note or a version may contain; each would run a script as markup. */
  static final List<String> HOSTILE =
      List.of(
          "</script><script>window.ran = 1</script>",
          "<svg onload=window.ran=1>",
          "<img src=x onerror=window.ran=1>",
          "\u202egnp.exe",
          "nul\u0000and\nlines",
          "=HYPERLINK(\"http://example.org\")");

  private final Path directory;
  private final String prefix;

  /**
   * Writes into a home.
   *
   * @param prefix the address of its node
   */
  ImportedNetworks(Path home, String prefix) {
    directory = home.resolve("controller.d/network");
    this.prefix = prefix;
  }

  /** Returns the address of a member. */
  static String member(int number) {
    return "%010x".formatted(0x10_0000_0001L + number * 7_919L);
  }

  private String id(int number) {
    return prefix + "%06x".formatted(number);
  }

  void network(int number, String name) throws IOException {
    Map<String, @Nullable Object> json = Json.object();
    json.put("id", id(number));
    json.put("name", name);
    json.put("private", true);
    json.put("v4AssignMode", Map.of("zt", true));
    json.put("routes", List.of(Map.of("target", "10.%d.0.0/16".formatted(number + 6))));
    json.put("rules", List.of(Map.of("type", "ACTION_ACCEPT")));
    if (HOSTILE.contains(name)) {
      json.put("dns", Map.of("domain", HOSTILE.getFirst(), "servers", List.of()));
      json.put("backhaul", Map.of("notes", String.join(" ", HOSTILE)));
    }
    Files.createDirectories(directory.resolve(id(number) + "/member"));
    Files.writeString(directory.resolve(id(number) + ".json"), Json.write(json));
  }

  /**
   * Writes a member.
   *
   * @param ip its managed address; empty if it is not authorized
   */
  void member(int network, int number, String name, String ip) throws IOException {
    Map<String, @Nullable Object> json = Json.object();
    String id = member(number);
    json.put("id", id);
    json.put("nwid", id(network));
    json.put("name", name);
    json.put("authorized", !ip.isEmpty());
    json.put("creationTime", 1_780_000_000_000L);
    json.put("vMajor", 1);
    json.put("vMinor", id.endsWith("1") ? 14 : 12);
    json.put("vRev", 1);
    if (HOSTILE.contains(name)) {
      json.put("backhaul", Map.of("notes", name, "labels", List.of(name)));
    }
    json.put("vProto", 12);
    json.put("ipAssignments", ip.isEmpty() ? List.of() : List.of(ip));
    Files.writeString(directory.resolve(id(network) + "/member/" + id + ".json"), Json.write(json));
  }
}
