// SPDX-License-Identifier: Apache-2.0
package net.backhaul.cli;

import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/**
 * The switches of {@code zerotier-one} (04 section 1.2), for its help, manual page and completion.
 * The daemon parses its words itself: it starts without picocli.
 */
final class DaemonGrammar extends Grammar {
  @Override
  List<String> commands() {
    return List.of();
  }

  @Override
  CommandSpec program() {
    CommandSpec program = create("zerotier-one");
    program
        .addOption(flag("-h", "Display this help"))
        .addOption(flag("-v", "Show version"))
        .addOption(flag("-U", "Skip privilege check and do not attempt to drop privileges"))
        .addOption(
            OptionSpec.builder("-p")
                .type(Integer.class)
                .arity("1")
                .paramLabel("<port>")
                .description("Port for UDP and TCP/HTTP (default: 9993, 0 for random)")
                .build())
        .addOption(flag("-d", "Fork and run as daemon (Unix-ish OSes)"))
        .addOption(flag("-i", "Generate and manage identities (zerotier-idtool)"))
        .addOption(flag("-q", "Query API (zerotier-cli)"))
        .addPositional(
            PositionalParamSpec.builder()
                .index("0")
                .arity("0..1")
                .paramLabel("[home directory]")
                .type(String.class)
                .build());
    program.usageMessage().customSynopsis("%s [-switches] [home directory]");
    return program;
  }

  @Override
  @Nullable CommandSpec command(String name) {
    return null;
  }

  private static OptionSpec flag(String name, String description) {
    return OptionSpec.builder(name).type(boolean.class).arity("0").description(description).build();
  }
}
