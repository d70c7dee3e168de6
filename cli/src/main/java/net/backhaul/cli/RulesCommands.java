// SPDX-License-Identifier: Apache-2.0
package net.backhaul.cli;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.util.HexFormat;
import net.backhaul.json.ByteOrderMark;
import net.backhaul.json.InvalidJsonException;
import net.backhaul.json.Json;
import net.backhaul.protocol.network.Capability;
import net.backhaul.protocol.network.NetworkConfig;
import net.backhaul.protocol.network.Rules;
import net.backhaul.rules.CompiledRules;
import net.backhaul.rules.NamedCapability;
import net.backhaul.rules.RulesCompiler;
import net.backhaul.rules.RulesDecompiler;
import net.backhaul.rules.RulesException;

/** The command {@code rules}, which needs no daemon (03 section 5.9). */
final class RulesCommands {
  private static final int FAILED = 1;

  /** Maximum length of a file: characters of a source have up to four bytes. */
  private static final int MAX_FILE_BYTES = 4 * RulesCompiler.MAX_SOURCE_CHARS;

  private RulesCommands() {}

  static int run(Invocation invocation, Terminal terminal) throws CliExit {
    String action = invocation.first();
    String name = invocation.word(2);
    if (invocation.words().size() != 3) {
      throw usage("expected an action and a file");
    }
    return switch (action) {
      case "check" -> check(name, invocation.json(), terminal);
      case "decompile" -> decompile(name, terminal);
      default -> throw usage("unknown action " + Text.quoted(action));
    };
  }

  private static CliExit usage(String found) {
    return CliExit.err("", FAILED)
        .withHint("rules: " + found + "; use: rules check <file>, or rules decompile <file>");
  }

  private static int check(String name, boolean json, Terminal terminal) throws CliExit {
    String source = read(name, terminal);
    try {
      CompiledRules rules = RulesCompiler.compile(source);
      verifyLimits(name, rules);
      terminal
          .out()
          .print(json ? escaped(Json.writeIndented(rules.json(), 1)) : summary(name, rules));
      return 0;
    } catch (RulesException e) {
      throw CliExit.err(Text.printable(name) + ": " + printable(e.show(source)) + "\n", FAILED);
    }
  }

  /** Escapes the control characters that JSON allows, but a terminal would execute. */
  private static String escaped(String json) {
    var text = new StringBuilder(json.length() + 1);
    for (int i = 0; i < json.length(); i++) {
      char c = json.charAt(i);
      if (c >= 0x7f && Character.isISOControl(c)) {
        text.append("\\u00").append(HexFormat.of().toHexDigits((byte) c));
      } else {
        text.append(c);
      }
    }
    return text.append('\n').toString();
  }

  /** More than a configuration carries is cut off by the controllers (03 section 3.2). */
  private static void verifyLimits(String name, CompiledRules rules) throws CliExit {
    verifyLimit(name, "rules", rules.rules().size(), Rules.MAX_BASE_RULES);
    verifyLimit(name, "capabilities", rules.capabilities().size(), NetworkConfig.MAX_CAPABILITIES);
    verifyLimit(name, "tags", rules.tags().size(), NetworkConfig.MAX_TAGS);
    for (NamedCapability each : rules.capabilities()) {
      String what = "rules in capability " + each.name();
      verifyLimit(name, what, each.rules().size(), Capability.MAX_RULES);
    }
  }

  private static void verifyLimit(String name, String what, int count, int limit) throws CliExit {
    if (count > limit) {
      throw CliExit.err("", FAILED)
          .withHint("%s: %d %s; a network has at most %d".formatted(name, count, what, limit));
    }
  }

  private static String summary(String name, CompiledRules rules) {
    return Text.printable(name)
        + ": OK, "
        + count(rules.rules().size(), "rule", "rules")
        + ", "
        + count(rules.capabilities().size(), "capability", "capabilities")
        + ", "
        + count(rules.tags().size(), "tag", "tags")
        + "\n";
  }

  private static String count(int number, String one, String more) {
    return number + " " + (number == 1 ? one : more);
  }

  /** The lines of an error: the caret stands below a line in which tabs stay what they are. */
  private static String printable(String lines) {
    var text = new StringBuilder();
    for (String line : lines.split("\n", -1)) {
      text.append(text.isEmpty() ? "" : "\n");
      String[] parts = line.split("\t", -1);
      for (int i = 0; i < parts.length; i++) {
        text.append(i == 0 ? "" : "\t").append(Text.printable(parts[i]));
      }
    }
    return text.toString();
  }

  private static int decompile(String name, Terminal terminal) throws CliExit {
    try {
      String source = RulesDecompiler.decompile(Json.parse(read(name, terminal)));
      terminal.out().print(source);
      return 0;
    } catch (InvalidJsonException e) {
      throw CliExit.err("", FAILED).withHint(name + ": not valid JSON: " + e.reason());
    } catch (IllegalArgumentException e) {
      throw CliExit.err("", FAILED).withHint(name + ": " + e.getMessage());
    }
  }

  /** Reads a file up to the limit; devices and pipes have no length. */
  private static String read(String name, Terminal terminal) throws CliExit {
    try (InputStream in = Files.newInputStream(terminal.directory().resolve(name))) {
      byte[] bytes = in.readNBytes(MAX_FILE_BYTES + 1);
      if (bytes.length > MAX_FILE_BYTES) {
        throw CliExit.err("", FAILED)
            .withHint("%s: more than %d bytes".formatted(name, MAX_FILE_BYTES));
      }
      return ByteOrderMark.strip(new String(bytes, StandardCharsets.UTF_8));
    } catch (IOException | InvalidPathException e) {
      throw CliExit.err("", FAILED).withHint(FileErrors.cannot("read", name, e));
    }
  }
}
