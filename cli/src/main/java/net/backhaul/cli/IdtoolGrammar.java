// SPDX-License-Identifier: Apache-2.0
package net.backhaul.cli;

import java.util.List;
import net.backhaul.protocol.world.World;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/** The command line of {@code zerotier-idtool} (01 section 9, 04 section 1.5). */
final class IdtoolGrammar extends Grammar {
  private static final int MISTAKE = 1;
  private static final int USAGE_WIDTH = 100;
  private static final String SECRET = "<identity.secret>";
  private static final String IDENTITY = "<identity>";
  private static final String VERSION = "version";

  @Override
  List<String> commands() {
    return List.of(
        "generate",
        "validate",
        "getpublic",
        "sign",
        "verify",
        "initmoon",
        "genmoon",
        "genplanet",
        VERSION);
  }

  @Override
  CommandSpec program() {
    CommandSpec program = create("zerotier-idtool").exitCodeOnInvalidInput(MISTAKE);
    program
        .usageMessage()
        .customSynopsis("zerotier-idtool <command> [<args>]")
        .footer("", "An identity is the name of a file that holds it, or its text.");
    return program;
  }

  /** A missing argument of a moon command prints the help and succeeds, as scripts may rely on. */
  @Override
  @Nullable CommandSpec command(String name) {
    CommandSpec command = build(name);
    boolean ofMoons = name.equals("initmoon") || name.equals("genmoon");
    return command == null ? null : command.exitCodeOnInvalidInput(ofMoons ? 0 : MISTAKE);
  }

  private static @Nullable CommandSpec build(String name) {
    return switch (name) {
      case "generate" ->
          create(
              name,
              "Generate an identity; vanity: the first digits of its address",
              0,
              "[<identity.secret>]",
              "[<identity.public>]",
              "[<vanity>]");
      case "validate" ->
          create(name, "Check that the address of an identity belongs to its key", 1, IDENTITY);
      case "getpublic" -> create(name, "Print the public part of an identity", 1, IDENTITY);
      case "sign" -> create(name, "Print the signature of a file", 2, SECRET, "<file>");
      case "verify" ->
          create(name, "Check the signature of a file", 3, IDENTITY, "<file>", "<signature>");
      case "initmoon" ->
          create(
              name,
              "Print a moon of one root as JSON, to be completed",
              1,
              "<identity of first root>");
      case "genmoon" ->
          create(name, "Sign a moon and write it to <world ID>.moon", 1, "<moon json>");
      case "genplanet" -> genplanet(name);
      case VERSION -> create(name, "Show the version of this program, Backhaul", 0);
      default -> null;
    };
  }

  /** The reference has no such command, so it takes options and has a help of its own. */
  private static CommandSpec genplanet(String name) {
    CommandSpec spec = CommandSpec.create().name(name);
    spec.usageMessage()
        .width(USAGE_WIDTH)
        .header("Sign a planet of up to four roots and write it to a file")
        .description(
            "Makes a planet, the signed list of the roots through which nodes find each other.",
            "",
            "The file goes into the home directory of every node, as \"planet\". The first identity"
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
                .description("World ID (default: the address of the first root).")
                .build())
        .addOption(
            OptionSpec.builder("--timestamp")
                .paramLabel("<ms>")
                .type(Long.class)
                .description("Version, in milliseconds since 1970 (default: now).")
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
                    "A root: its endpoints and its identity. Up to "
                        + World.MAX_ROOTS
                        + " roots with up to "
                        + World.MAX_ENDPOINTS
                        + " endpoints each.")
                .build());
  }
}
