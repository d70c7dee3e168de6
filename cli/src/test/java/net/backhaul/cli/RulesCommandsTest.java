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

  @Test
  void readsFilesThatWindowsWrote() throws IOException {
    Result result =
        run("rules", "check", write("bom.rules", "\ufeff# x\r\ndrop ethertype arp\r\n;\r\n"));

    assertEquals(0, result.code(), result.err());
  }

  @Test
  void limitsFilesWithoutALength() {
    for (String action : new String[] {"check", "decompile"}) {
      Result result = run("rules", action, "/dev/zero");

      assertEquals(1, result.code());
      assertEquals("zerotier-cli: /dev/zero: more than 4194304 bytes\n", result.err());
    }
  }

  @Test
  void printsNoControlCharacters() throws IOException {
    String target = "a\u001b\u009b\u007f31mxyz";
    String file = write("escape.rules", "redirect " + target + ";\ndrop ethertype arp;\n");
    Result json = run("rules", "check", "-j", file);

    assertEquals(0, json.code(), json.err());
    assertEquals("", json.out().replaceAll("[^\\p{Cntrl}\u0080-\u009f]|\n", ""));
    assertTrue(json.out().contains("\"a\\u001b\\u009b\\u007f31mxyz\""), json.out());
    Result decompiled = run("rules", "decompile", write("escape.json", json.out()));
    assertEquals(1, decompiled.code());
    assertEquals("", decompiled.out());
    String shown = run("rules", "check", write("bad\u009b.rules", target + ";\n")).err();
    assertEquals("", shown.replaceAll("[^\\p{Cntrl}\u0080-\u009f]|\n", ""));
  }

  @Test
  void rejectsJsonThatIsNoNetwork() throws IOException {
    for (String other : new String[] {"[]", "5", "{}", "{\"config\": 1}", "{\"rules\": 5}"}) {
      Result result = run("rules", "decompile", write("other.json", other));

      assertEquals(1, result.code(), other);
      assertEquals("", result.out(), other);
      assertTrue(result.err().contains("expected"), result.err());
    }
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
