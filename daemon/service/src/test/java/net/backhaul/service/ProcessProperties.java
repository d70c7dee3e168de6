// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Properties of a process, of its files and answers, in the form of the recording. */
final class ProcessProperties {
  private static final ObjectMapper JSON = new ObjectMapper();

  private ProcessProperties() {}

  /** The recorded properties that any run reproduces. */
  static Map<String, String> expected(JsonNode recorded) {
    var expected = new TreeMap<String, String>();
    for (var field : recorded.properties()) {
      switch (field.getKey()) {
        // How the case is named and started, how long it took, and the list of cases itself.
        case "description", "cmd", "seconds", "note", "cases" -> {}
        default -> expected.put(field.getKey(), text(field.getValue()));
      }
    }
    return expected;
  }

  static String text(JsonNode value) {
    // The time of day differs, the capabilities of root are those of the process that starts it.
    return (value.isTextual() ? value.asText() : value.toString())
        .replaceAll("clock\\\\\": [0-9]+", "clock\\\\\": 0")
        .replace("000001fffeffffff", "<all>");
  }

  /** The lines of a process's status that the recording has. */
  static String status(long pid, JsonNode recorded) throws IOException {
    List<String> all = Files.readAllLines(Path.of("/proc/" + pid + "/status"));
    String own = capabilities(Files.readAllLines(Path.of("/proc/self/status")));
    var lines = JSON.createArrayNode();
    for (JsonNode line : recorded) {
      String name = line.asText().replaceAll("\t.*", "\t");
      String value = all.stream().filter(l -> l.startsWith(name)).findFirst().orElseThrow();
      lines.add(value.replace(own, "<all>"));
    }
    return lines.toString();
  }

  private static String capabilities(List<String> status) {
    return status.stream()
        .filter(line -> line.startsWith("CapEff:\t"))
        .findFirst()
        .orElseThrow()
        .substring("CapEff:\t".length());
  }

  /** Owner and mode of the files that the recording lists. */
  static String files(Path home, JsonNode recorded) throws IOException {
    var rows = JSON.createArrayNode();
    for (JsonNode row : recorded) {
      String name = row.required(0).asText();
      Path file = home.resolve(name);
      var ours = rows.addArray().add(name);
      if (Files.exists(file)) {
        int mode = (int) Files.getAttribute(file, "unix:mode") & 0777;
        ours.add((int) Files.getAttribute(file, "unix:uid"))
            .add("0o" + Integer.toOctalString(mode));
      }
    }
    return rows.toString();
  }

  /** Of networks, only which it is and how it is; everything else as it is. */
  static String briefly(String body) throws IOException {
    JsonNode parsed = JSON.readTree(body);
    if (!body.contains("portError")) {
      return body;
    }
    for (JsonNode network : parsed.isArray() ? parsed : List.of(parsed)) {
      ((ObjectNode) network).retain("id", "status");
    }
    return parsed.toString();
  }

  static String lines(Map<String, String> properties) {
    var lines = new StringBuilder();
    properties.forEach(
        (name, value) -> lines.append(name).append(" = ").append(value).append('\n'));
    return lines.toString();
  }
}
