// SPDX-License-Identifier: Apache-2.0
package net.backhaul.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import net.backhaul.json.Json;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code rules check} and {@code rules decompile}, without a daemon. */
class RulesCommandsTest {
  @TempDir private Path directory;

  private record Result(int code, String out, String err) {}

  @Test
  void checksASource() throws IOException {
    String file = write("ok.rules", "tag t id 1;\ndrop not ethertype ipv4;\naccept;\n");

    assertEquals(
        new Result(0, file + ": OK, 3 rules, 0 capabilities, 1 tag\n", ""),
        run("rules", "check", file));
  }

  @Test
  void printsJsonThatDecompilesToAnEqualSource() throws IOException {
    String file = write("ok.rules", "cap c id 2 accept ethertype arp; ;\naccept;\n");
    Result first = run("rules", "check", "-j", file);
    assertEquals(0, first.code());
    String json = write("ok.json", first.out());

    Result source = run("rules", "decompile", json);

    assertEquals(0, source.code(), source.err());
    String again = write("again.rules", source.out());
    assertEquals(first, run("-j", "rules", "check", again));
    assertTrue(Json.asObject(Json.parse(first.out())).containsKey("capabilitiesByName"));
  }

  @Test
  void showsTheLineOfAnError() throws IOException {
    String file = write("bad.rules", "# office\naccept dport 70000;\n");

    assertEquals(
        new Result(
            1,
            "",
            file
                + ": line 2, column 14: Invalid numeric range.\n"
                + "  accept dport 70000;\n"
                + "               ^\n"),
        run("rules", "check", file));
  }

  @Test
  void reportsMoreRulesThanANetworkHas() throws IOException {
    String many = write("many.rules", "accept ethertype 1;\n".repeat(513));
    Result result = run("rules", "check", many);

    assertEquals(1, result.code());
    assertTrue(result.err().contains("1026 rules; a network has at most 1024"), result.err());
  }

  @Test
  void namesWhatIsWrongWithTheCommand() throws IOException {
    assertTrue(run("rules").err().contains("rules check <file>"));
    assertTrue(run("rules", "chekc", "x").err().contains("unknown action \"chekc\""));
    Result missing = run("rules", "check", directory.resolve("nosuch").toString());
    assertEquals(1, missing.code());
    assertTrue(missing.err().contains("there is no such file"), missing.err());
    Result text = run("rules", "decompile", write("x.json", "accept;"));
    assertEquals(1, text.code());
    assertTrue(text.err().contains("not valid JSON"), text.err());
    Result unknown =
        run(
            "rules",
            "decompile",
            write("y.json", "{\"rules\": [{\"type\": \"ACTION_PRIORITY\"}]}"));
    assertTrue(unknown.err().contains("no word for ACTION_PRIORITY"), unknown.err());
  }

  private String write(String name, String text) throws IOException {
    return Files.writeString(directory.resolve(name), text).toString();
  }

  private static Result run(String... args) {
    var out = new ByteArrayOutputStream();
    var err = new ByteArrayOutputStream();
    int code =
        Cli.run(
            args,
            new PrintStream(out, false, StandardCharsets.UTF_8),
            new PrintStream(err, false, StandardCharsets.UTF_8));
    return new Result(
        code, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
  }
}
