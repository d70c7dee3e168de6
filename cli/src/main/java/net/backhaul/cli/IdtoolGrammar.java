// SPDX-License-Identifier: Apache-2.0
package net.backhaul.cli;

import java.util.List;
import net.backhaul.protocol.world.World;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/** What may be said to {@code zerotier-idtool} (01 section 9, 04 section 1.5). */
final class IdtoolGrammar extends Grammar {
  private static final int MISTAKE = 1;
  private static final int USAGE_WIDTH = 100;
  private static final String SECRET = "<identity.secret>";
  private static final String IDENTITY = "<identity>";

  @Override
  List<String> commands() {
    return List.of(
        "generate", "validate", "getpublic", "sign", "verify", "initmoon", "genmoon", "genplanet");
  }

  @Override
  CommandSpec program() {
    CommandSpec program = create("zerotier-idtool").exitCodeOnInvalidInput(MISTAKE);
    program
        .usageMessage()
        .customSynopsis("zerotier-idtool <command> [<args>]")
        .footer("", "An identity is the name of a file, or the identity itself.");
    return program;
  }

  /** Where a moon's argument is missing the help is no mistake, which scripts may rely on. */
  @Override
  @Nullable CommandSpec command(String name) {
    CommandSpec command = described(name);
    boolean ofMoons = name.equals("initmoon") || name.equals("genmoon");
    return command == null ? null : command.exitCodeOnInvalidInput(ofMoons ? 0 : MISTAKE);
  }

  private static @Nullable CommandSpec described(String name) {
    return switch (name) {
      case "generate" ->
          create(
              name,
              "Make an identity; vanity: first digits of its address",
              0,
              "[<identity.secret>]",
              "[<identity.public>]",
              "[<vanity>]");
      case "validate" -> create(name, "Check that an address belongs to its key", 1, IDENTITY);
      case "getpublic" ->
          create(name, "Print the part of an identity that others may see", 1, IDENTITY);
      case "sign" -> create(name, "Print the signature of a file", 2, SECRET, "<file>");
      case "verify" ->
          create(name, "Check the signature of a file", 3, IDENTITY, "<file>", "<signature>");
      case "initmoon" ->
          create(name, "Print the beginnings of a moon, as JSON", 1, "<identity of first root>");
      case "genmoon" ->
          create(name, "Sign a moon and write it to <world ID>.moon", 1, "<moon json>");
      case "genplanet" -> genplanet(name);
      default -> null;
    };
  }

  /** Ours alone, so it has what a command of today has: options, and a help of its own. */
  private static CommandSpec genplanet(String name) {
    CommandSpec spec = CommandSpec.create().name(name);
    spec.usageMessage()
        .width(USAGE_WIDTH)
        .header("Sign a planet of up to four roots and write it to a file")
        .description(
            "Makes a planet, the signed list of the roots that nodes find each other through.",
            "",
            "The file goes into the home folder of every node, as \"planet\". The first identity"
                + " signs it and needs its secret; the others may be public. To change the roots,"
                + " make it again with the same first identity: a newer timestamp and the same id"
                + " let nodes that are running take it from a root that has it.",
            "")
        .footer(
            "",
            "Example: zerotier-idtool genplanet planet"
                + " 192.0.2.1/9993,2001:db8::1/9993=identity.secret");
    return spec.addOption(
            OptionSpec.builder("--id")
                .paramLabel("<hex>")
                .type(String.class)
                .description("World id; otherwise the address of the first root.")
                .build())
        .addOption(
            OptionSpec.builder("--timestamp")
                .paramLabel("<ms>")
                .type(Long.class)
                .description("Version, in milliseconds since 1970; otherwise now.")
                .build())
        .addOption(
            OptionSpec.builder("-h", "--help")
                .usageHelp(true)
                .description("Show this help.")
                .build())
        .addPositional(
            PositionalParamSpec.builder()
                .index("0")
                .paramLabel("<file>")
                .type(String.class)
                .required(true)
                .description("The file to write.")
                .build())
        .addPositional(
            PositionalParamSpec.builder()
                .index("1..*")
                .paramLabel("<ip/port>[,<ip/port>...]=<identity file>")
                .type(List.class)
                .auxiliaryTypes(String.class)
                .required(true)
                .description(
                    "A root: where it is reached, and who it is. Up to "
                        + World.MAX_ROOTS
                        + " roots with up to "
                        + World.MAX_ENDPOINTS
                        + " places each.")
                .build());
  }
}
