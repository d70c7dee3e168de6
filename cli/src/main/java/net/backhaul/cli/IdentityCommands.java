// SPDX-License-Identifier: Apache-2.0
package net.backhaul.cli;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.util.HexFormat;
import java.util.Optional;
import net.backhaul.crypto.Signatures;
import net.backhaul.json.ByteOrderMark;
import net.backhaul.protocol.identity.Identity;

/** The commands of the identity tool for existing identities. */
final class IdentityCommands {
  private static final int FAILED = 1;
  private static final int MAX_FILE_NAME = 32;
  private static final int COLON = 10;
  private static final int MAX_IDENTITY_BYTES = 4096;

  private IdentityCommands() {}

  /** Parses an argument that is an identity or the name of a file that holds one. */
  static Optional<Identity> identity(String argument, Terminal terminal) {
    String text = argument;
    if (isFileName(argument)) {
      try (InputStream in = Files.newInputStream(terminal.directory().resolve(argument))) {
        byte[] bytes = ByteOrderMark.strip(in.readNBytes(MAX_IDENTITY_BYTES));
        text = new String(bytes, StandardCharsets.UTF_8);
      } catch (IOException | InvalidPathException e) {
        return Optional.empty();
      }
    }
    try {
      return Optional.of(Identity.parse(text));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  /** Returns why an argument gave no identity. */
  static String identityError(String argument, Terminal terminal) {
    if (!isFileName(argument)) {
      return "the argument is not an identity: expected address:0:public key[:private key]";
    }
    try (InputStream in = Files.newInputStream(terminal.directory().resolve(argument))) {
      in.readNBytes(MAX_IDENTITY_BYTES);
      return argument + " holds no identity: expected address:0:public key[:private key]";
    } catch (IOException | InvalidPathException e) {
      return FileErrors.cannot("read", argument, e);
    }
  }

  private static boolean isFileName(String argument) {
    return argument.length() <= MAX_FILE_NAME || argument.charAt(COLON) != ':';
  }

  private static Identity required(String argument, Terminal terminal) throws CliExit {
    return identity(argument, terminal)
        .orElseThrow(
            () ->
                CliExit.err(
                        "Identity argument invalid or file unreadable: " + argument + "\n", FAILED)
                    .withHint(identityError(argument, terminal)));
  }

  static int validate(String argument, Terminal terminal) throws CliExit {
    Identity identity = required(argument, terminal);
    if (!identity.validates() || !identity.keysMatch()) {
      throw CliExit.err(argument + " FAILED validation.\n", FAILED);
    }
    terminal.out().print(argument + " is a valid identity\n");
    return 0;
  }

  static int getPublic(String argument, Terminal terminal) throws CliExit {
    terminal.printAsIs(required(argument, terminal).publicText());
    return 0;
  }

  static int sign(String argument, String file, Terminal terminal) throws CliExit {
    Identity identity = required(argument, terminal);
    if (!identity.hasPrivateKey()) {
      throw CliExit.err(
          argument + " does not contain a private key (must use private to sign)\n", FAILED);
    }
    if (!identity.keysMatch()) {
      throw CliExit.err(
          argument + " is damaged: its private key does not belong to its public key\n", FAILED);
    }
    byte[] signature = identity.sign(content(file, terminal));
    terminal.printAsIs(HexFormat.of().formatHex(signature));
    return 0;
  }

  static int verify(String argument, String file, String signature, Terminal terminal)
      throws CliExit {
    Identity identity = required(argument, terminal);
    byte[] message = content(file, terminal);
    if (!signed(identity, message, signature)
        && !signed(identity, message, signatureIn(signature, terminal))) {
      throw CliExit.err(file + " signature check FAILED\n", FAILED);
    }
    terminal.out().print(file + " signature valid\n");
    return 0;
  }

  private static boolean signed(Identity identity, byte[] message, String hex) {
    byte[] signature = parseHexLeniently(hex);
    return signature.length == Signatures.BYTES && identity.verify(message, signature);
  }

  private static byte[] content(String file, Terminal terminal) throws CliExit {
    try {
      return Files.readAllBytes(terminal.directory().resolve(file));
    } catch (IOException | InvalidPathException e) {
      throw CliExit.err(file + " is not readable\n", FAILED)
          .withHint(FileErrors.cannot("read", file, e));
    }
  }

  private static String signatureIn(String file, Terminal terminal) {
    try (InputStream in = Files.newInputStream(terminal.directory().resolve(file))) {
      byte[] bytes = ByteOrderMark.strip(in.readNBytes(MAX_IDENTITY_BYTES));
      return new String(bytes, StandardCharsets.ISO_8859_1);
    } catch (IOException | InvalidPathException e) {
      return "";
    }
  }

  /** Parses pairs of digits; other characters count as 0, a single last one is skipped. */
  private static byte[] parseHexLeniently(String hex) {
    byte[] bytes = new byte[hex.length() / 2];
    for (int i = 0; i < bytes.length; i++) {
      int high = Math.max(0, Character.digit(hex.charAt(2 * i), 16));
      int low = Math.max(0, Character.digit(hex.charAt(2 * i + 1), 16));
      bytes[i] = (byte) (high << 4 | low);
    }
    return bytes;
  }
}
