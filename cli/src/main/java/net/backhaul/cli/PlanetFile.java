// SPDX-License-Identifier: Apache-2.0
package net.backhaul.cli;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
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
 * {@code genplanet}: makes and signs a planet, so that a mesh can have roots of its own.
 *
 * <p>Ours alone: the reference's identity tool makes moons only. The first root's identity signs,
 * and must sign the next version.
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

  /** Makes the planet of the roots that were named. */
  static World world(List<String> arguments, String id, long timestampMs, Terminal terminal)
      throws CliExit {
    if (timestampMs <= 0) {
      throw wrong("--timestamp: expected milliseconds since 1970, found " + timestampMs);
    }
    if (arguments.size() > World.MAX_ROOTS) {
      throw wrong("a planet has at most " + World.MAX_ROOTS + " roots, found " + arguments.size());
    }
    var roots = new ArrayList<World.Root>();
    for (String argument : arguments) {
      World.Root root = root(argument, terminal);
      for (World.Root earlier : roots) {
        if (earlier.identity().address() == root.identity().address()) {
          throw wrong(
              "two roots with the identity "
                  + root.identity()
                  + "; join the places of one root with commas");
        }
      }
      roots.add(root);
    }
    Identity signer = roots.get(0).identity();
    if (!signer.hasPrivateKey()) {
      throw wrong(
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
      // Said below, with what was expected.
    }
    throw wrong("--id: expected up to 16 hexadecimal digits that are not 0, found " + digits);
  }

  private static World.Root root(String argument, Terminal terminal) throws CliExit {
    int equals = argument.indexOf('=');
    if (equals <= 0) {
      throw wrong("expected <ip/port>=<identity file>, found " + argument);
    }
    String file = file(argument);
    Identity identity =
        IdentityCommands.identity(file, terminal)
            .orElseThrow(
                () ->
                    wrong(
                        "expected the name of a file with an identity, found "
                            + (file.isEmpty() ? "nothing in " + argument : file)
                            + "; make one with: zerotier-idtool generate"));
    if (!identity.validates() || !identity.keysMatch()) {
      throw wrong(
          "the identity in " + file + " is damaged: its address or secret is not that of its key");
    }
    var endpoints = new ArrayList<InetSocketAddress>();
    for (String endpoint : argument.substring(0, equals).split(",", -1)) {
      endpoints.add(endpoint(endpoint, argument));
    }
    if (endpoints.size() > World.MAX_ENDPOINTS) {
      throw wrong(
          "a root has at most "
              + World.MAX_ENDPOINTS
              + " places, found "
              + endpoints.size()
              + " in "
              + argument);
    }
    return new World.Root(identity, endpoints);
  }

  private static InetSocketAddress endpoint(String text, String argument) throws CliExit {
    try {
      InetSocketAddress endpoint = Endpoints.parse(text);
      boolean somewhere =
          !endpoint.getAddress().isAnyLocalAddress() && !endpoint.getAddress().isMulticastAddress();
      if (endpoint.getPort() != 0 && somewhere) {
        return endpoint;
      }
    } catch (IllegalArgumentException e) {
      // Said below, with what was expected.
    }
    throw wrong(
        "expected the IP address of one host, a slash and a port from 1 to 65535, found "
            + (text.isEmpty() ? "nothing" : text)
            + " in "
            + argument);
  }

  private static String file(String argument) {
    return argument.substring(argument.indexOf('=') + 1);
  }

  /** Writes beside the file first, so that there is never half a planet. */
  private static void write(String name, World world, Terminal terminal) throws CliExit {
    var out = new WireWriter();
    world.writeTo(out);
    try {
      Path file = terminal.folder().resolve(name);
      Path whole = file.resolveSibling(file.getFileName() + ".new");
      try {
        Files.write(whole, out.toByteArray());
        Files.move(whole, file, StandardCopyOption.REPLACE_EXISTING);
      } finally {
        Files.deleteIfExists(whole);
      }
    } catch (NoSuchFileException e) {
      throw wrong("cannot write " + name + ": its folder does not exist");
    } catch (AccessDeniedException e) {
      throw wrong("cannot write " + name + ": permission denied; try again as root");
    } catch (IOException | InvalidPathException e) {
      throw wrong("cannot write " + name + ": " + e.getMessage());
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

  private static CliExit wrong(String why) {
    return CliExit.err("genplanet: " + why + "\n", USAGE);
  }
}
