// SPDX-License-Identifier: Apache-2.0
package net.backhaul.cli;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import net.backhaul.protocol.address.Endpoints;
import net.backhaul.protocol.identity.Identity;
import net.backhaul.protocol.packet.WireWriter;
import net.backhaul.protocol.world.World;
import picocli.CommandLine.ParseResult;

/**
 * {@code genplanet}: makes and signs a planet, for a mesh with roots of its own.
 *
 * <p>The reference's identity tool makes moons only. The identity of the first root signs, and must
 * sign the next version.
 */
final class PlanetFile {
  private static final int USAGE = 1;

  private PlanetFile() {}

  static int run(ParseResult command, Terminal terminal) throws CliExit {
    List<String> roots = command.matchedPositional(1).getValue();
    World planet =
        world(
            roots,
            command.matchedOptionValue("--id", ""),
            command.matchedOptionValue("--timestamp", terminal.wallMs()),
            terminal);
    write(command.matchedPositional(0).getValue(), planet, terminal);
    return 0;
  }

  /** Makes and signs the planet of the given roots. */
  static World world(List<String> arguments, String id, long timestampMs, Terminal terminal)
      throws CliExit {
    if (timestampMs <= 0) {
      throw invalid("--timestamp: expected milliseconds since 1970, found " + timestampMs);
    }
    if (arguments.size() > World.MAX_ROOTS) {
      throw invalid(
          "a planet has at most " + World.MAX_ROOTS + " roots, found " + arguments.size());
    }
    var roots = new ArrayList<World.Root>();
    for (String argument : arguments) {
      World.Root root = root(argument, terminal);
      for (World.Root earlier : roots) {
        if (earlier.identity().address() == root.identity().address()) {
          throw invalid(
              "two roots with the identity "
                  + root.identity()
                  + "; join the endpoints of one root with commas");
        }
      }
      roots.add(root);
    }
    Identity signer = roots.get(0).identity();
    if (!signer.hasPrivateKey()) {
      throw invalid(
          "the first identity signs, and "
              + file(arguments.get(0))
              + " has no private key; give the identity.secret of that root");
    }
    return World.make(
        World.Type.PLANET,
        id.isEmpty() ? signer.address() : worldId(id),
        timestampMs,
        signer.publicKey(),
        roots,
        signer.keyPair());
  }

  private static long worldId(String digits) throws CliExit {
    try {
      long id = HexFormat.fromHexDigitsToLong(digits);
      if (id != 0) {
        return id;
      }
    } catch (IllegalArgumentException e) {
      // Reported below, with what was expected.
    }
    throw invalid("--id: expected up to 16 hexadecimal digits that are not 0, found " + digits);
  }

  private static World.Root root(String argument, Terminal terminal) throws CliExit {
    int equals = argument.indexOf('=');
    if (equals <= 0) {
      throw invalid("expected <ip/port>=<identity file>, found " + argument);
    }
    String file = file(argument);
    Identity identity =
        IdentityCommands.identity(file, terminal)
            .orElseThrow(
                () ->
                    invalid(
                        "expected the name of a file with an identity, found "
                            + (file.isEmpty() ? "nothing in " + argument : file)
                            + "; make one with: zerotier-idtool generate"));
    if (!identity.validates() || !identity.keysMatch()) {
      throw invalid(
          "the identity in " + file + " is damaged: its address or secret is not that of its key");
    }
    var endpoints = new ArrayList<InetSocketAddress>();
    for (String endpoint : argument.substring(0, equals).split(",", -1)) {
      endpoints.add(endpoint(endpoint, argument));
    }
    if (endpoints.size() > World.MAX_ENDPOINTS) {
      throw invalid(
          "a root has at most "
              + World.MAX_ENDPOINTS
              + " endpoints, found "
              + endpoints.size()
              + " in "
              + argument);
    }
    return new World.Root(identity, endpoints);
  }

  private static InetSocketAddress endpoint(String text, String argument) throws CliExit {
    try {
      InetSocketAddress endpoint = Endpoints.parse(text);
      boolean unicast =
          !endpoint.getAddress().isAnyLocalAddress() && !endpoint.getAddress().isMulticastAddress();
      if (endpoint.getPort() != 0 && unicast) {
        return endpoint;
      }
    } catch (IllegalArgumentException e) {
      // Reported below, with what was expected.
    }
    throw invalid(
        "expected the IP address of one host, a slash and a port from 1 to 65535, found "
            + (text.isEmpty() ? "nothing" : text)
            + " in "
            + argument);
  }

  private static String file(String argument) {
    return argument.substring(argument.indexOf('=') + 1);
  }

  /** Writes a temporary file and renames it, so that there is never a partial planet. */
  private static void write(String name, World world, Terminal terminal) throws CliExit {
    var out = new WireWriter();
    world.writeTo(out);
    try {
      Path file = terminal.directory().resolve(name);
      Path temporary = file.resolveSibling(file.getFileName() + ".new");
      try {
        Files.write(temporary, out.toByteArray());
        Files.move(temporary, file, StandardCopyOption.REPLACE_EXISTING);
      } finally {
        Files.deleteIfExists(temporary);
      }
    } catch (IOException | InvalidPathException e) {
      throw invalid(FileErrors.cannot("write", name, e));
    }
    terminal
        .out()
        .print(
            "wrote "
                + name
                + " (planet "
                + HexFormat.of().toHexDigits(world.id())
                + ", timestamp "
                + world.timestampMs()
                + ", "
                + world.roots().size()
                + (world.roots().size() == 1 ? " root)\n" : " roots)\n"));
  }

  private static CliExit invalid(String why) {
    return CliExit.err("genplanet: " + why + "\n", USAGE);
  }
}
