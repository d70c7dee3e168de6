// SPDX-License-Identifier: Apache-2.0
package net.backhaul.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;

/** The grammars parse words as specified, and the programs have the commands they declare. */
class GrammarTest {
  private static final int LISTS = 20_000;
  private static final int MAX_WORDS = 8;

  /** Words with a special meaning somewhere, in the reference or in picocli. */
  private static final List<String> ODD =
      List.of(
          "",
          "-",
          "--",
          "---",
          "-=",
          "=",
          "@",
          "@@",
          "@pom.xml",
          "/",
          "/status",
          "/a=b",
          "\"",
          "'q'",
          "-h",
          "-v",
          "-j",
          "-q",
          "-D",
          "-p",
          "-T",
          "-H",
          "-x",
          "-?",
          "-hx",
          "-vx",
          "-jq",
          "-qj",
          "-j=true",
          "-j=",
          "-jtrue",
          "-q=false",
          "-p1",
          "-p=1",
          "-p 7",
          "-p0",
          "-p65536",
          "-p80x",
          "-p-1",
          "-p+1",
          "-D=",
          "-D-j",
          "-Dinfo",
          "-Tjoin",
          "-Tstatus",
          "-D a b ",
          "-D\"a\"",
          "-T--",
          "-T@x",
          "-T${sys:user.home}",
          "-H::1",
          "--help",
          "--version",
          "-P1",
          "-é",
          "-𝔭",
          "status",
          "bond",
          "list",
          "setmtu",
          "show",
          "nosuch",
          "inf",
          "info=1",
          "-info",
          "allowDNS=1",
          "8056c2e21c000001",
          "${x}");

  @TempDir Path directory;

  @Test
  void parsesRandomWordsAsSpecified() throws Exception {
    var commands = new CliGrammar().commands();
    for (int seed = 0; seed < LISTS; seed++) {
      String[] args = list(new Random(seed), commands);
      String which = "seed " + seed + ": " + Arrays.toString(args);

      assertEquals(specified(args), parse(args), which);
    }
  }

  private static String[] list(Random random, List<String> commands) {
    var args = new ArrayList<String>();
    int count = random.nextInt(MAX_WORDS);
    for (int i = 0; i < count; i++) {
      boolean odd = random.nextInt(3) > 0;
      List<String> words = odd ? ODD : commands;
      args.add(words.get(random.nextInt(words.size())));
    }
    return args.toArray(String[]::new);
  }

  private static Object parse(String[] args) {
    try {
      return Invocation.parse(args);
    } catch (CliExit exit) {
      return text(exit);
    }
  }

  private static String text(CliExit exit) {
    var terminal = new CapturedTerminal("zerotier-cli", Map.of(), Path.of(""), 0);
    int code = exit.print(terminal.terminal());
    return code + ":" + terminal.out();
  }

  /** 04 section 1.4, word by word. */
  private static Object specified(String[] args) {
    var words = new ArrayList<String>();
    boolean json = false;
    String home = null;
    int port = 0;
    String token = null;
    String host = "127.0.0.1";
    for (String arg : args) {
      if (!arg.startsWith("-")) {
        words.addAll(arg.isEmpty() ? List.of() : List.of(arg));
        continue;
      }
      char letter = arg.length() < 2 ? '-' : arg.charAt(1);
      String value = arg.length() < 3 ? "" : arg.substring(2);
      boolean known = "qjvDTHp".indexOf(letter) >= 0;
      boolean flag = "qjv".indexOf(letter) >= 0;
      if (!known) {
        return text(CliExit.out(Help.cli(), 0));
      }
      if (flag != value.isEmpty() || letter == 'p' && Text.port(value) == 0) {
        return text(CliExit.out(Help.cli(), 1));
      }
      switch (letter) {
        case 'v' -> {
          return text(CliExit.out("1.14.1\n", 0));
        }
        case 'j' -> json = true;
        case 'D' -> home = value;
        case 'T' -> token = value;
        case 'H' -> host = value;
        case 'p' -> port = Text.port(value);
        default -> assertEquals('q', letter);
      }
    }
    return new Invocation(words, json, home, port, token, host, Map.of());
  }

  @Test
  void passesArgumentsOfTheIdentityToolUnchanged() throws Exception {
    for (int seed = 0; seed < LISTS; seed++) {
      var random = new Random(seed);
      var args = new ArrayList<>(List.of("verify"));
      int count = 3 + random.nextInt(3);
      while (args.size() <= count) {
        args.add(ODD.get(random.nextInt(ODD.size())));
      }

      List<String> read = Grammar.arguments(Idtool.parse(args.toArray(String[]::new)));

      assertEquals(args.subList(1, args.size()), read, "seed " + seed);
    }
  }

  static Stream<String> commands() {
    return Stream.concat(Stream.of("status"), new CliGrammar().commands().stream());
  }

  @ParameterizedTest
  @MethodSource("commands")
  void dispatchesEveryCommandOfTheClient(String command) throws Exception {
    int port;
    try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = socket.getLocalPort();
    }
    var terminal = new CapturedTerminal("zerotier-cli", Map.of(), directory, 0);

    int code =
        Cli.run(
            new String[] {"-p" + port, "-Tx", command, "8056c2e21c000001", "allowDNS=1"},
            terminal.terminal());

    assertFalse(terminal.err().contains("unknown command"), terminal.err());
    assertEquals(command.equals("version"), code == 0, terminal.err());
  }

  static Stream<String> toolCommands() {
    return new IdtoolGrammar().commands().stream();
  }

  @ParameterizedTest
  @MethodSource("toolCommands")
  void dispatchesEveryCommandOfTheIdentityTool(String command) {
    var terminal = new CapturedTerminal("zerotier-idtool", Map.of(), directory, 1);

    int code = Idtool.run(new String[] {command, "no/file", "no/file"}, terminal.terminal());

    assertFalse(terminal.err().contains("unknown command"), terminal.err());
    assertEquals(command.equals("version") ? 0 : 1, code);
  }

  @ParameterizedTest
  @ValueSource(strings = {"cli", "idtool"})
  void listsEverythingThatIsNotHiddenInTheHelp(String program) {
    CommandSpec spec = (program.equals("cli") ? new CliGrammar() : new IdtoolGrammar()).whole();
    String help = program.equals("cli") ? Help.cli() : Help.idtool();

    spec.options().stream()
        .filter(option -> !option.hidden())
        .forEach(option -> assertTrue(help.contains("\n  " + option.shortestName()), help));
    for (CommandLine command : spec.subcommands().values()) {
      assertTrue(help.contains("\n  " + command.getCommandName()), command.getCommandName());
      for (ArgSpec argument : command.getCommandSpec().positionalParameters()) {
        boolean isFixedWord =
            List.of("<action>", "<object>", "<part>").contains(argument.paramLabel());
        assertTrue(isFixedWord || help.contains(argument.paramLabel()), argument.paramLabel());
      }
    }
    assertTrue(help.lines().allMatch(line -> line.length() <= 100), help);
  }
}
