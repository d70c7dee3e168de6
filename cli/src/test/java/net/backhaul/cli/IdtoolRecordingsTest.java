// SPDX-License-Identifier: Apache-2.0
package net.backhaul.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import net.backhaul.protocol.identity.Identity;
import net.backhaul.testing.Vectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Repeats every recorded run of the reference's identity tool: the output is the same. */
class IdtoolRecordingsTest {
  /**
   * Moons that the reference signs although no node can use them, or that crash it; ours rejects
   * them with a reason.
   */
  private static final Set<String> REJECTED =
      Set.of("bad-endpoints", "five-roots", "bad-root-identity", "bad-json");

  private static final JsonNode SERVICE = Vectors.file("service/idtool.json");
  private static final JsonNode CRYPTO = Vectors.file("crypto/idtool.json");

  @TempDir Path directory;

  static Stream<JsonNode> runs() {
    return StreamSupport.stream(SERVICE.required("cases").spliterator(), false)
        .filter(run -> !run.required("id").asText().equals("idtool-54")) // crashes at invalid JSON
        .filter(
            run ->
                !run.required("id")
                    .asText()
                    .equals("idtool-08")) // generatesUntilTheVanityPrefixMatches
        .filter(
            run -> {
              JsonNode argv = run.required("argv");
              return argv.get(0).asText().equals("zerotier-idtool")
                  || argv.path(1).asText().equals("-i");
            });
  }

  @ParameterizedTest
  @MethodSource("runs")
  void matchesTheRecordedRun(JsonNode run) throws IOException {
    createFiles(run);
    String[] args =
        StreamSupport.stream(run.required("argv").spliterator(), false)
            .skip(1)
            .map(JsonNode::asText)
            .filter(word -> !word.equals("-i"))
            .toArray(String[]::new);
    var terminal = terminal(timestampIn(run.required("stdout").asText()));

    int code = Idtool.run(args, terminal.terminal());

    String stdout = run.required("stdout").asText();
    stdout = stdout.equals("@HELP_1") ? Help.idtool() : stdout;
    assertEquals(run.required("exit_code").asInt(), code, terminal.err());
    assertEquals(masked(args, stdout), masked(args, terminal.out()));
    assertBeginsWith(masked(args, run.required("stderr").asText()), masked(args, terminal.err()));
    for (Map.Entry<String, JsonNode> file : run.path("files_after").properties()) {
      byte[] found = Files.readAllBytes(directory.resolve(file.getKey()));
      if (file.getKey().endsWith(".moon")) {
        assertEquals(file.getValue().asText(), HexFormat.of().formatHex(found));
      } else {
        Identity identity = Identity.parse(new String(found));
        assertTrue(identity.validates());
        assertEquals(file.getKey().endsWith(".secret"), identity.hasPrivateKey());
        assertEquals(file.getValue().asText().length(), found.length);
      }
    }
  }

  @Test
  void matchesTheSecondSetOfRecordedRuns() throws IOException {
    JsonNode otherRoot =
        CRYPTO.required("genmoon").get(1).required("json").required("roots").get(0);
    Files.writeString(directory.resolve("b.public"), otherRoot.required("identity").asText());
    for (JsonNode run : CRYPTO.required("commands")) {
      if (run.path("note").asText().startsWith("vanity")) {
        continue; // generatesUntilTheVanityPrefixMatches, with a seed
      }
      for (Map.Entry<String, JsonNode> file : run.path("input_files").properties()) {
        Files.writeString(directory.resolve(file.getKey()), file.getValue().asText());
      }
      String[] args =
          StreamSupport.stream(run.required("args").spliterator(), false)
              .map(JsonNode::asText)
              .toArray(String[]::new);
      var terminal = terminal(0);

      int code = Idtool.run(args, terminal.terminal());

      if (args.length > 2 && args[0].equals("sign") && args[2].equals("msg.txt") && code == 0) {
        Files.writeString(directory.resolve("msg.sig"), terminal.out());
        Files.writeString(directory.resolve("msg.sig.nl"), terminal.out() + "\n");
        Files.writeString(
            directory.resolve("msg.sig.upper"), terminal.out().toUpperCase(Locale.ROOT));
      }
      String which = String.join(" ", args);
      assertEquals(run.required("exit_code").asInt(), code, which);
      assertMatches(run.required("stdout").asText(), terminal.out(), which);
      assertMatches(run.required("stderr").asText(), withoutHint(terminal.err()), which);
      for (Map.Entry<String, JsonNode> file : run.path("output_file_shapes").properties()) {
        assertMatches(
            file.getValue().asText(), Files.readString(directory.resolve(file.getKey())), which);
      }
    }
  }

  static Stream<JsonNode> moons() {
    return StreamSupport.stream(CRYPTO.required("genmoon").spliterator(), false);
  }

  @ParameterizedTest
  @MethodSource("moons")
  void signsTheRecordedMoons(JsonNode moon) throws IOException {
    JsonNode text = moon.path("json_text");
    Files.writeString(
        directory.resolve("m.json"),
        text.isTextual() ? text.asText() : moon.get("json").toString());
    var terminal = terminal(moon.path("timestamp").asLong());

    int code = Idtool.run(new String[] {"genmoon", "m.json"}, terminal.terminal());

    if (REJECTED.contains(moon.required("name").asText())) {
      assertEquals(1, code);
      assertTrue(terminal.err().startsWith("m.json: "), terminal.err());
      try (Stream<Path> files = Files.list(directory)) {
        assertTrue(files.noneMatch(file -> file.toString().endsWith(".moon")));
      }
      return;
    }
    assertEquals(moon.required("exit_code").asInt(), code, terminal.err());
    assertEquals(moon.required("stdout").asText(), terminal.out());
    assertBeginsWith(moon.required("stderr").asText(), terminal.err());
    if (moon.has("file")) {
      byte[] found = Files.readAllBytes(directory.resolve(moon.get("file_name").asText()));
      assertEquals(moon.get("file").asText(), HexFormat.of().formatHex(found));
    }
  }

  @Test
  void signsMoonAfterByteOrderMark() throws IOException {
    JsonNode moon = moons().filter(each -> each.has("file")).findFirst().orElseThrow();
    Files.writeString(directory.resolve("m.json"), "\ufeff" + moon.required("json"));
    var terminal = terminal(moon.path("timestamp").asLong());

    assertEquals(0, Idtool.run(new String[] {"genmoon", "m.json"}, terminal.terminal()));

    byte[] found = Files.readAllBytes(directory.resolve(moon.get("file_name").asText()));
    assertEquals(moon.get("file").asText(), HexFormat.of().formatHex(found));
  }

  @Test
  void writesSecretsReadableByTheirOwnerOnly() throws IOException {
    Files.writeString(directory.resolve("old.secret"), "world-readable so far");

    Idtool.run(new String[] {"generate", "new.secret"}, terminal(0).terminal());
    Idtool.run(new String[] {"generate", "old.secret"}, terminal(0).terminal());

    for (String name : new String[] {"new.secret", "old.secret"}) {
      assertEquals(
          "[OWNER_READ, OWNER_WRITE]",
          Files.getPosixFilePermissions(directory.resolve(name)).stream()
              .sorted()
              .toList()
              .toString());
    }
  }

  @Test
  void generatesUntilTheVanityPrefixMatches() {
    var terminal = terminal(0);

    Identity identity = GenerateCommand.generate("36", new Random(2), terminal.terminal());

    assertTrue(identity.toString().startsWith("36"));
    assertEquals(
        "vanity address: tried 4661d457d7 looking for first 8 bits of 3600000000\n"
            + "vanity address: found 36250dff41 !\n",
        terminal.err());
  }

  @Test
  void rejectsSecretsWhoseKeysDoNotMatch() throws IOException {
    createFiles(SERVICE.required("cases").get(0));
    String a = Files.readString(directory.resolve("a.secret"));
    String digit = a.endsWith("0") ? "1" : "0";
    Files.writeString(directory.resolve("damaged"), a.substring(0, a.length() - 1) + digit);
    var validation = terminal(0);
    var signing = terminal(0);

    int validated = Idtool.run(new String[] {"validate", "damaged"}, validation.terminal());
    int signed = Idtool.run(new String[] {"sign", "damaged", "msg.txt"}, signing.terminal());

    assertEquals(1, validated);
    assertEquals("damaged FAILED validation.\n", validation.err());
    assertEquals(1, signed);
    assertEquals(
        "damaged is damaged: its private key does not belong to its public key\n", signing.err());
  }

  @Test
  void rejectsVanityPrefixesThatNoAddressHas() {
    for (String vanity : new String[] {"ff", "FF01", "0000000000", "12345678901", "xyz", "12g"}) {
      var terminal = terminal(0);

      int code = Idtool.run(new String[] {"generate", "s", "p", vanity}, terminal.terminal());

      assertEquals(1, code, vanity);
      assertTrue(terminal.err().startsWith("vanity: "), vanity);
      assertFalse(Files.exists(directory.resolve("s")));
    }
  }

  /** Our tool may add a hint, one line that begins with its name. */
  private static void assertBeginsWith(String recorded, String err) {
    assertEquals(recorded, withoutHint(err));
  }

  private static String withoutHint(String err) {
    return err.replaceFirst("zerotier-idtool: [^\n]+\n$", "");
  }

  private CapturedTerminal terminal(long wallMs) {
    return new CapturedTerminal("zerotier-idtool", Map.of(), directory, wallMs);
  }

  private void createFiles(JsonNode run) throws IOException {
    JsonNode a = Vectors.file("service/identities.json").required("a");
    Files.writeString(directory.resolve("a.secret"), a.required("secret").asText());
    Files.writeString(directory.resolve("a.public"), a.required("public").asText());
    Files.writeString(directory.resolve("a.public.nl"), a.required("public").asText() + "\n");
    Files.writeString(directory.resolve("msg.txt"), "hello\n");
    Files.writeString(directory.resolve("bad.txt"), "not an identity");
    Files.writeString(directory.resolve("empty"), "");
    Files.writeString(directory.resolve("sig.hex"), signature());
    Files.writeString(
        directory.resolve("m2.json"), "{\"id\":\"879369bf84\",\"worldType\":\"sun\"}");
    Files.writeString(directory.resolve("m3.json"), "{\"id\":\"zz\",\"worldType\":\"moon\"}");
    if (run.has("moon_json")) {
      Files.writeString(
          directory.resolve(run.required("argv").get(2).asText()), run.get("moon_json").toString());
    }
  }

  private static String signature() {
    for (JsonNode run : SERVICE.required("cases")) {
      if (run.required("description").asText().equals("sign")) {
        return run.required("stdout").asText();
      }
    }
    throw new AssertionError("no recording of sign");
  }

  private static long timestampIn(String stdout) {
    String digits = stdout.replaceAll("(?s).*with timestamp (\\d+)\\).*", "$1");
    return digits.equals(stdout) ? 0 : Long.parseLong(digits);
  }

  /** Masks random values. */
  private static String masked(String[] args, String text) {
    return switch (args.length == 0 ? "" : args[0]) {
      case "generate" ->
          text.replaceAll("[0-9a-f]{10}:0:[0-9a-f]{128}:[0-9a-f]{128}", "<SECRET-IDENTITY>");
      case "initmoon" ->
          text.replaceAll("\"(signingKey\\w*|updates\\w+)\": \"[0-9a-f]{128}\"", "\"$1\": <KEY>");
      default -> text;
    };
  }

  private static void assertMatches(String shape, String found, String which) {
    if (shape.equals("<USAGE>")) {
      assertEquals(Help.idtool(), found, which);
      return;
    }
    String pattern =
        ("\\Q" + shape + "\\E")
            .replace("<SECRET-IDENTITY>", "\\E[0-9a-f]{10}:0:[0-9a-f]{128}:[0-9a-f]{128}\\Q")
            .replace("<PUBLIC-IDENTITY>", "\\E[0-9a-f]{10}:0:[0-9a-f]{128}\\Q")
            .replaceAll("<PUBLIC-KEY[^>]*>|<KEY[^>]*>|<HEX128>", "\\\\E[0-9a-f]{128}\\\\Q")
            .replace("<ADDRESS>", "\\E[0-9a-f]{10}\\Q")
            .replaceAll("<[A-Z0-9 -]+>", "\\\\E[0-9a-f]+\\\\Q");
    assertTrue(found.matches("(?s)" + pattern), which + ": expected " + shape + ", found " + found);
  }
}
