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
                + ": line 2, column 14: Invalid numeric range. It is a number from 0 to 65535, or"
                + " two with a hyphen, the smaller one first.\n"
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
  void runsTests() throws IOException {
    String rules = "accept ipprotocol tcp;\n# expect drop from new to new ipprotocol udp\n";
    String file = write("tested.rules", rules);
    assertEquals(
        new Result(0, file + ": OK, 2 rules, 0 capabilities, 0 tags, 1 test\n", ""),
        run("rules", "check", file));
    String named = write("named.rules", rules + "# expect drop from bob to new\n");
    assertEquals(
        new Result(
            0, named + ": OK, 2 rules, 0 capabilities, 0 tags, 2 tests (1 need a network)\n", ""),
        run("rules", "check", named));

    String wrong = write("wrong.rules", rules.replace("drop", "accept"));
    for (String json : new String[] {"-q", "-j"}) {
      Result failed = run("rules", "check", json, wrong);
      assertEquals(1, failed.code());
      assertEquals("", failed.out());
      assertTrue(failed.err().contains("line 2, column 3: Expected accept, found drop."));
      assertTrue(failed.err().endsWith("wrong.rules: 1 of 1 tests fails\n"), failed.err());
    }
    String many = write("fails.rules", "# expect accept from new to new\n".repeat(30));
    assertTrue(
        run("rules", "check", many)
            .err()
            .endsWith("30 of 30 tests fail; the first 10 are shown\n"));
  }

  @Test
  void explainsAndComparesWithoutADaemon() throws IOException {
    String file = write("e.rules", "tag r id 1 enum 1 a;\ndrop tseq r a;\naccept;\n");

    Result why =
        run("rules", "explain", file, "--from", "r=a", "--to=new", "--proto", "udp", "--dport=53");

    assertEquals(0, why.code(), why.err());
    assertTrue(
        why.out().startsWith("ethertype ipv4 ipprotocol udp dport 53\nfrom a member with r=a"));
    assertTrue(why.out().contains("sender: dropped by line 2: drop tseq r a\n"), why.out());
    Result matrix = run("rules", "matrix", "--proto=udp", file);
    assertEquals(
        """
        from \\ to               1     2
        1 a new member        yes   yes
        2 a member with r=a    no    no
        """,
        matrix.out());
    assertTrue(run("-j", "rules", "matrix", file).out().contains("\"reach\""));
  }

  @Test
  void namesWhatIsWrongWithOptions() throws IOException {
    String file = write("o.rules", "accept;\n");
    Result missing = run("rules", "explain", file, "--from", "new");
    assertEquals(2, missing.code());
    assertTrue(missing.err().contains("expected --from <party> and --to <party>"), missing.err());
    Result wrong = run("rules", "explain", file, "--from", "x=1", "--to", "new");
    assertTrue(wrong.err().startsWith("--from: line 1, column 1: Expected a tag"), wrong.err());
    Result twice = run("rules", "explain", file, "--from", "new", "--from", "new", "--to", "new");
    assertEquals(1, twice.code());
    assertTrue(twice.err().contains("--from"), twice.err());
    assertTrue(run("rules", "explain", file, "--from").err().contains("--from"));
    assertTrue(
        run("rules", "check", file, "--proto=tcp").err().contains("takes no option --proto"));
    assertTrue(run("rules", "matrix", file, "--to=new").err().contains("takes no --to"));
    assertTrue(run("rules", "matrix", file, "--dport=22").err().contains("need a protocol"));
    Result unknown = run("rules", "matrix", file, "--prot=tcp");
    assertTrue(unknown.err().contains("unknown switch \"--prot=tcp\""), unknown.err());
    String many =
        write(
            "m.rules", "accept dport 1 ;\naccept dport 3 ;\naccept dport 5 ;\naccept dport 7 ;\n");
    assertTrue(
        run("rules", "explain", many, "--from=new", "--to=new").err().contains("kinds of frames"));
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
    String target = "a\u001b\u009b\u007f31\u202exyz";
    String file = write("escape.rules", "redirect " + target + ";\ndrop ethertype arp;\n");
    Result json = run("rules", "check", "-j", file);

    assertEquals(0, json.code(), json.err());
    assertEquals("", json.out().replaceAll("[^\\p{Cntrl}\u0080-\u009f\u202e]|\n", ""));
    assertTrue(json.out().contains("\"a\\u001b\\u009b\\u007f31\\u202exyz\""), json.out());
    Result decompiled = run("rules", "decompile", write("escape.json", json.out()));
    assertEquals(1, decompiled.code());
    assertEquals("", decompiled.out());
    String shown = run("rules", "check", write("bad\u009b.rules", target + ";\n")).err();
    assertEquals("", shown.replaceAll("[^\\p{Cntrl}\u0080-\u009f\u202e]|\n", ""));
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
