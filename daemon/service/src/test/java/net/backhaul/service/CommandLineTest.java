// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import net.backhaul.cli.Help;
import net.backhaul.service.CommandLine.Action;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CommandLineTest {
  private static final Path HOME = Path.of("/home/of/this/system");

  @Test
  void runsWithDefaultsWithoutWords() {
    CommandLine parsed = parse();

    assertEquals(new CommandLine(Action.RUN, 9993, false, false, HOME, List.of(), ""), parsed);
  }

  @Test
  void acceptsSwitchesAndHomeInAnyOrder() {
    CommandLine parsed = parse("/srv/home", "-U", "-p9000", "-d");

    assertEquals(Path.of("/srv/home"), parsed.home());
    assertEquals(9000, parsed.port());
    assertTrue(parsed.unprivileged());
    assertTrue(parsed.fork());
  }

  @ParameterizedTest
  @CsvSource({"-p0, 0", "-p, 0", "-pabc, 0", "-p80x, 80", "-p65535, 65535"})
  void parsesLeadingDigitsOfPort(String word, int port) {
    assertEquals(port, parse(word).port());
    assertEquals(Action.RUN, parse(word).action());
  }

  @ParameterizedTest
  @CsvSource({
    "-p65536, INVALID",
    "-p99999999999, INVALID",
    "-v, VERSION",
    "-h, HELP",
    "-?, HELP",
    "--help, HELP",
    "-, HELP",
    "-ix, HELP",
    "-qx, HELP",
    "-i, IDTOOL",
    "-q, CLI"
  })
  void selectsActionByOneWord(String word, Action action) {
    assertEquals(action, parse(word).action());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--bogus | unknown option --bogus; the options are -h -v -U -p<port> -d -i -q",
        "--versoin | unknown option --versoin; did you mean -v?",
        "--port=1 | unknown option --port=1; did you mean -p<port>?",
        "-ix | unknown option -ix; did you mean -i, as a word of its own?",
        "-p65536 | invalid port in -p65536; expected -p<port> with a number from 0 to 65535",
        "-h | ''",
        "-? | ''",
        "--help | ''",
        "-v | ''"
      })
  void namesTheWrongWordAndTheNearestOption(String word, String problem) {
    assertEquals(problem, parse(word).problem());
  }

  @Test
  void acceptsEverySwitchOfTheHelp() {
    var letters = new StringBuilder();
    for (MatchResult option :
        Pattern.compile("(?m)^  (-(.))").matcher(Help.daemon("x")).results().toList()) {
      assertEquals("", parse(option.group(1)).problem());
      letters.append(option.group(2));
    }
    assertEquals("hvUpdiq", letters.toString());
  }

  @Test
  void takesSeparateValueAsHome() {
    CommandLine parsed = parse("-p", "9000");

    assertEquals(0, parsed.port());
    assertEquals(Path.of("9000"), parsed.home());
  }

  @Test
  void showsHelpForTwoHomes() {
    assertEquals(Action.HELP, parse("/one", "/two").action());
  }

  @Test
  void stopsAtFirstDecidingWord() {
    assertEquals(Action.VERSION, parse("-U", "-v", "-i").action());
    assertFalse(parse("-v", "-U").unprivileged());
  }

  @Test
  void passesRemainingWordsToIdentityToolAndAllToClient() {
    assertEquals(List.of("generate", "x"), parse("-U", "-i", "generate", "x").words());
    assertEquals(List.of("-q", "-D/x", "info"), parse("-q", "-D/x", "info").words());
  }

  @Test
  void choosesHomeByEnvironmentOrSystem() {
    assertEquals(Path.of("/var/lib/zerotier-one"), CommandLine.defaultHome(null, "Linux"));
    assertEquals(Path.of("/var/db/zerotier-one"), CommandLine.defaultHome("", "FreeBSD"));
    assertEquals(
        Path.of("/Library/Application Support/ZeroTier/One"),
        CommandLine.defaultHome(null, "Mac OS X"));
    assertEquals(Path.of("/x"), CommandLine.defaultHome("/x", "Linux"));
  }

  private static CommandLine parse(String... words) {
    return CommandLine.parse(List.of(words), HOME);
  }
}
