// SPDX-License-Identifier: Apache-2.0
package net.backhaul.cli;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import net.backhaul.crypto.KeyPair;
import net.backhaul.json.InvalidJsonException;
import net.backhaul.json.Json;
import net.backhaul.protocol.address.Endpoints;
import net.backhaul.protocol.identity.Addresses;
import net.backhaul.protocol.identity.Identity;
import net.backhaul.protocol.packet.WireWriter;
import net.backhaul.protocol.world.World;

/** Makes moons: {@code initmoon} and {@code genmoon} (01 section 9). */
final class MoonFile {
  private static final int FAILED = 1;

  private MoonFile() {}

  /** Prints a moon of one root with new keys, for the administrator to complete. */
  static int begin(String argument, Terminal terminal) throws CliExit {
    Identity first =
        IdentityCommands.identity(argument, terminal)
            .orElseThrow(
                () ->
                    CliExit.err(argument + " is not a valid identity\n", FAILED)
                        .withHint(IdentityCommands.identityError(argument, terminal)));
    KeyPair signer = KeyPair.generate(new SecureRandom());
    String signingKey = HexFormat.of().formatHex(signer.publicKey());
    Map<String, Object> moon = new TreeMap<>();
    moon.put("id", Addresses.text(first.address()));
    moon.put("objtype", "world");
    moon.put(
        "roots",
        List.of(
            new TreeMap<>(Map.of("identity", first.publicText(), "stableEndpoints", List.of()))));
    moon.put("signingKey", signingKey);
    moon.put("signingKey_SECRET", HexFormat.of().formatHex(signer.privateKey()));
    moon.put("updatesMustBeSignedBy", signingKey);
    moon.put("worldType", "moon");
    terminal.out().print(Json.writeIndented(moon, 1) + "\n");
    return 0;
  }

  /** Signs the moon that a file describes, and writes it to the current directory. */
  static int sign(String file, Terminal terminal) throws CliExit {
    World world = world(file, terminal, terminal.wallMs());
    String name = HexFormat.of().toHexDigits(world.id()) + ".moon";
    var out = new WireWriter();
    world.writeTo(out);
    try {
      Files.write(terminal.directory().resolve(name), out.toByteArray());
    } catch (IOException e) {
      throw CliExit.err(FileErrors.cannot("write", name, e) + "\n", FAILED);
    }
    terminal
        .out()
        .print("wrote " + name + " (signed world with timestamp " + world.timestampMs() + ")\n");
    return 0;
  }

  /** Reads, completes and signs the world that a file describes (01 section 9.2). */
  static World world(String file, Terminal terminal, long wallMs) throws CliExit {
    JsonObject moon = read(file, terminal);
    long id = leadingHexNumber(moon.text("id", ""));
    if (id == 0) {
      throw CliExit.err("ID in " + file + " is invalid\n", FAILED)
          .withHint(
              "expected hexadecimal digits other than 0 in \"id\", found "
                  + Text.quoted(moon.text("id", "")));
    }
    World.Type type =
        switch (moon.text("worldType", "")) {
          case "moon" -> World.Type.MOON;
          case "planet" -> World.Type.PLANET;
          default ->
              throw CliExit.err("invalid worldType\n", FAILED)
                  .withHint(
                      "expected moon or planet in \"worldType\" of "
                          + file
                          + ", found "
                          + Text.quoted(moon.text("worldType", "")));
        };
    List<World.Root> roots = roots(file, moon);
    byte[] nextKey = key(file, moon, "updatesMustBeSignedBy");
    byte[] signingKey = key(file, moon, "signingKey");
    KeyPair signer = KeyPair.ofPrivate(key(file, moon, "signingKey_SECRET"));
    if (!Arrays.equals(signer.publicKey(), signingKey)) {
      throw invalid(file, "signingKey_SECRET is not the secret of signingKey");
    }
    return World.make(type, id, wallMs, nextKey, roots, signer);
  }

  private static JsonObject read(String file, Terminal terminal) throws CliExit {
    String text;
    try {
      byte[] bytes = Files.readAllBytes(terminal.directory().resolve(file));
      text = new String(bytes, StandardCharsets.UTF_8);
    } catch (IOException | InvalidPathException e) {
      throw CliExit.err("cannot read " + file + "\n", FAILED)
          .withHint(FileErrors.cannot("read", file, e));
    }
    try {
      if (Json.parse(text) instanceof Map<?, ?> moon) {
        return new JsonObject(moon);
      }
    } catch (InvalidJsonException e) {
      throw invalid(file, "is not JSON: " + e.reason());
    }
    throw invalid(file, "expected a JSON object as initmoon prints it, found another value");
  }

  private static List<World.Root> roots(String file, JsonObject moon) throws CliExit {
    var roots = new ArrayList<World.Root>();
    for (JsonObject root : moon.objects("roots")) {
      roots.add(root(file, root));
    }
    if (roots.size() > World.MAX_ROOTS) {
      throw invalid(
          file, "a world has at most " + World.MAX_ROOTS + " roots, found " + roots.size());
    }
    roots.sort(
        Comparator.comparingLong((World.Root root) -> root.identity().address())
            .thenComparing(root -> root.identity().publicKey(), Arrays::compareUnsigned));
    return roots;
  }

  private static World.Root root(String file, JsonObject root) throws CliExit {
    String identity = root.text("identity", "");
    var endpoints = new ArrayList<InetSocketAddress>();
    try {
      for (String endpoint : root.texts("stableEndpoints")) {
        endpoints.add(Endpoints.parse(endpoint));
      }
      if (endpoints.size() > World.MAX_ENDPOINTS) {
        throw invalid(
            file,
            "a root has at most "
                + World.MAX_ENDPOINTS
                + " stableEndpoints, found "
                + endpoints.size());
      }
      endpoints.sort(MoonFile::compareAsTheReferenceDoes);
      return new World.Root(Identity.parse(identity).withoutPrivateKey(), endpoints);
    } catch (IllegalArgumentException e) {
      throw invalid(file, "in a root: " + e.getMessage());
    }
  }

  /** Orders by family, port and IP, each as in little-endian memory (01 section 8.4). */
  private static int compareAsTheReferenceDoes(InetSocketAddress one, InetSocketAddress other) {
    byte[] oneIp = one.getAddress().getAddress();
    byte[] otherIp = other.getAddress().getAddress();
    if (oneIp.length != otherIp.length) {
      return Integer.compare(oneIp.length, otherIp.length);
    }
    if (one.getPort() != other.getPort()) {
      return Integer.compareUnsigned(
          Integer.reverseBytes(one.getPort()), Integer.reverseBytes(other.getPort()));
    }
    return oneIp.length == 4
        ? Integer.compareUnsigned(littleEndian(oneIp), littleEndian(otherIp))
        : Arrays.compareUnsigned(oneIp, otherIp);
  }

  private static int littleEndian(byte[] ip) {
    return (ip[3] & 0xff) << 24 | (ip[2] & 0xff) << 16 | (ip[1] & 0xff) << 8 | (ip[0] & 0xff);
  }

  private static byte[] key(String file, JsonObject moon, String name) throws CliExit {
    String digits = moon.text(name, "");
    if (digits.length() == 2 * KeyPair.KEY_BYTES) {
      try {
        return HexFormat.of().parseHex(digits);
      } catch (IllegalArgumentException e) {
        // Reported below, with what was expected.
      }
    }
    throw invalid(
        file,
        name
            + ": expected "
            + 2 * KeyPair.KEY_BYTES
            + " hexadecimal digits, found "
            + (digits.isEmpty() ? "nothing" : digits.length() + " characters")
            + "; initmoon makes new keys");
  }

  /** Parses leading hexadecimal digits; 0 if there are none. */
  private static long leadingHexNumber(String text) {
    long value = 0;
    for (int i = 0; i < text.length(); i++) {
      int digit = Character.digit(text.charAt(i), 16);
      if (digit < 0) {
        break;
      }
      value = value << 4 | digit;
    }
    return value;
  }

  private static CliExit invalid(String file, String why) {
    return CliExit.err(file + ": " + why + "\n", FAILED);
  }
}
