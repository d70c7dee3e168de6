// SPDX-License-Identifier: Apache-2.0
package net.backhaul.cli;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import net.backhaul.json.ByteOrderMark;
import net.backhaul.rules.CompiledRules;
import net.backhaul.rules.NetworkLimits;
import net.backhaul.rules.RulesCompiler;
import net.backhaul.rules.RulesException;

/** Files with sources of the rules language, or with rules in JSON (03 section 5.9). */
final class RulesFiles {
  /** Maximum length of a file: characters of a source have up to four bytes. */
  static final int MAX_FILE_BYTES = 4 * RulesCompiler.MAX_SOURCE_CHARS;

  private static final int FAILED = 1;

  private RulesFiles() {}

  /** Reads a file up to the limit; devices and pipes have no length. */
  static String read(String name, Terminal terminal) throws CliExit {
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

  /**
   * Compiles a source, and rejects one that a network cannot have.
   *
   * @param name of its file or network, for messages
   */
  static CompiledRules compile(String name, String source) throws CliExit {
    try {
      CompiledRules rules = RulesCompiler.compile(source);
      String exceeded = NetworkLimits.exceeded(rules);
      if (!exceeded.isEmpty()) {
        throw CliExit.err("", FAILED).withHint(name + ": " + exceeded);
      }
      return rules;
    } catch (RulesException e) {
      throw error(name, source, e);
    }
  }

  /** Returns the end of a command that found an error in a source: its line, and a caret. */
  static CliExit error(String name, String source, RulesException e) {
    return CliExit.err(Text.printable(name) + ": " + printable(e.show(source)) + "\n", FAILED);
  }

  /** Replaces control characters in lines; tabs stay, since a caret below a line counts them. */
  static String printable(String lines) {
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
}
