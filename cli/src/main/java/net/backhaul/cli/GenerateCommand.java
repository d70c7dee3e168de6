// SPDX-License-Identifier: Apache-2.0
package net.backhaul.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.List;
import java.util.Locale;
import java.util.random.RandomGenerator;
import net.backhaul.protocol.identity.Addresses;
import net.backhaul.protocol.identity.Identity;

/** {@code generate}: generates an identity, optionally with a vanity prefix of its address. */
final class GenerateCommand {
  private static final int FAILED = 1;
  private static final int ADDRESS_DIGITS = 10;

  private GenerateCommand() {}

  static int run(List<String> words, Terminal terminal) throws CliExit {
    String prefix = words.size() > 2 ? words.get(2).toLowerCase(Locale.ROOT) : "";
    requireValidPrefix(prefix);
    Identity identity = generate(prefix, new SecureRandom(), terminal);
    if (words.isEmpty()) {
      terminal.printAsIs(identity.secretText());
      return 0;
    }
    writeSecret(words.get(0), identity.secretText(), terminal);
    if (words.size() > 1) {
      write(words.get(1), identity.publicText(), terminal);
    }
    return 0;
  }

  private static void requireValidPrefix(String prefix) throws CliExit {
    boolean digits = prefix.length() <= ADDRESS_DIGITS;
    for (int i = 0; i < prefix.length(); i++) {
      digits &= Character.digit(prefix.charAt(i), 16) >= 0;
    }
    if (!digits) {
      throw CliExit.err(
          "vanity: expected the first 1 to 10 hexadecimal digits of an address, found "
              + prefix
              + "\n",
          FAILED);
    }
    if (prefix.startsWith("ff") || prefix.equals("0".repeat(ADDRESS_DIGITS))) {
      throw CliExit.err(
          "vanity: no address begins with " + prefix + ", which is reserved; choose another\n",
          FAILED);
    }
  }

  /** Generates identities until the address of one has the prefix (01 section 9). */
  static Identity generate(String prefix, RandomGenerator random, Terminal terminal) {
    while (true) {
      Identity identity = Identity.generate(random);
      if (prefix.isEmpty()) {
        return identity;
      }
      String address = Addresses.text(identity.address());
      if (address.startsWith(prefix)) {
        terminal.err().print("vanity address: found " + address + " !\n");
        return identity;
      }
      terminal
          .err()
          .print(
              "vanity address: tried "
                  + address
                  + " looking for first "
                  + 4 * prefix.length()
                  + " bits of "
                  + prefix
                  + "0".repeat(ADDRESS_DIGITS - prefix.length())
                  + "\n");
      terminal.err().flush();
    }
  }

  /** Writes a secret to a file that at no time is readable for other users. */
  private static void writeSecret(String name, String text, Terminal terminal) throws CliExit {
    try {
      Path file = terminal.directory().resolve(name);
      var ownerOnly = PosixFilePermissions.fromString("rw-------");
      if (Files.isRegularFile(file)) {
        Files.setPosixFilePermissions(file, ownerOnly);
      } else if (!Files.exists(file)) {
        Files.createFile(file, PosixFilePermissions.asFileAttribute(ownerOnly));
      }
    } catch (IOException | InvalidPathException | UnsupportedOperationException e) {
      // Reported by the attempt to write, if it matters.
    }
    write(name, text, terminal);
  }

  private static void write(String name, String text, Terminal terminal) throws CliExit {
    try {
      Files.write(terminal.directory().resolve(name), text.getBytes(StandardCharsets.UTF_8));
    } catch (IOException | InvalidPathException e) {
      throw CliExit.err("Error writing to " + name + "\n", FAILED)
          .withHint(FileErrors.cannot("write", name, e));
    }
    terminal.out().print(name + " written\n");
  }
}
