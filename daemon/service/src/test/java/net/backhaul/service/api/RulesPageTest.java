// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs the commands of docs/rules.md and compares what they print. */
class RulesPageTest {
  private static final String NWID = "8056c2e21c000001";
  private static final String PROMPT = "$ zerotier-cli ";

  /** Sources that the page names, beside the one that it shows. */
  private static final Map<String, String> FILES =
      Map.of(
          "typo.rules", "# office\naccept macsrc 32:a1:5c:7e;\n",
          "wrong.rules",
              "accept ipprotocol tcp;\n# expect drop from new to new ipprotocol tcp dport 22\n",
          "closed.rules", "accept ethertype arp;\naccept ipprotocol icmp6;\n");

  @TempDir private Path directory;

  @Test
  void printsWhatThePageShows() throws IOException {
    List<String> page =
        Files.readAllLines(Path.of("").toAbsolutePath().resolve("../../docs/rules.md"));
    FILES.forEach(this::write);
    write("office.rules", source(page));
    int commands = 0;
    try (var daemon = new ControllerDaemon(directory)) {
      addMembers(daemon);
      for (int i = 0; i < page.size(); i++) {
        String line = code(page.get(i));
        if (!line.startsWith(PROMPT)) {
          continue;
        }
        var shown = new ArrayList<String>();
        for (int j = i + 1; j < page.size() && isOutput(page.get(j)); j++) {
          shown.add(code(page.get(j)));
        }
        assertEquals(String.join("\n", shown), run(daemon, line.substring(PROMPT.length())), line);
        commands++;
      }
    }
    assertTrue(commands >= 9, "commands: " + commands);
    assertEquals(source(page), Files.readString(directory.resolve("copy.rules")));
  }

  private static void addMembers(ControllerDaemon daemon) throws IOException {
    daemon.post("/controller/network/" + NWID, "{}");
    String members = "/controller/network/" + NWID + "/member/";
    daemon.post(members + "1111111111", "{\"authorized\":true,\"name\":\"web\",\"tags\":[[10,1]]}");
    daemon.post(
        members + "2222222222", "{\"authorized\":true,\"name\":\"desk\",\"capabilities\":[20]}");
    daemon.peers(
        "[{\"address\":\"1111111111\",\"paths\":[{\"active\":true}]},"
            + "{\"address\":\"2222222222\",\"paths\":[{\"active\":true}]}]");
  }

  private static String code(String line) {
    return line.startsWith("    ") ? line.substring(4) : "";
  }

  private static boolean isOutput(String line) {
    return line.startsWith("    ") && !code(line).startsWith("$ ");
  }

  /** Returns the source: the first block of code. */
  private static String source(List<String> page) {
    var source = new StringBuilder();
    boolean inside = false;
    for (String line : page) {
      if (line.startsWith("    ") || inside && line.isEmpty()) {
        inside = true;
        source.append(code(line)).append('\n');
      } else if (inside) {
        break;
      }
    }
    return source.toString().stripTrailing() + "\n";
  }

  private void write(String name, String text) {
    try {
      Files.writeString(directory.resolve(name), text);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private String run(ControllerDaemon daemon, String command) {
    String[] words = command.split(" ");
    for (int i = 0; i < words.length; i++) {
      words[i] = words[i].endsWith(".rules") ? directory.resolve(words[i]).toString() : words[i];
    }
    ControllerDaemon.Result result = daemon.run(words);
    return (result.out() + result.err()).replace(directory + "/", "").stripTrailing();
  }
}
