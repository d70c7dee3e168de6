// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.dns;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import net.backhaul.service.system.HostProgram;

/** The programs of this host. */
final class HostDnsCommands implements DnsCommands {
  private static final Path RESOLVED = Path.of("/run/systemd/resolve");

  /** Of openresolv and of Debian's resolvconf. */
  private static final List<Path> RESOLVCONF =
      List.of(Path.of("/run/resolvconf/interfaces"), Path.of("/run/resolvconf/interface"));

  @Override
  public boolean hasResolved() {
    return Files.isDirectory(RESOLVED) && HostProgram.exists("resolvectl");
  }

  @Override
  public boolean hasResolvconf() {
    return HostProgram.DIRECTORIES.stream()
        .anyMatch(each -> isResolvconf(each.resolve("resolvconf")));
  }

  /** One that is another name of resolvectl needs systemd-resolved. */
  private static boolean isResolvconf(Path program) {
    try {
      return Files.isExecutable(program) && !program.toRealPath().endsWith("resolvectl");
    } catch (IOException removed) {
      return false;
    }
  }

  @Override
  public List<String> resolvconfNames() {
    var names = new ArrayList<String>();
    for (Path each : RESOLVCONF) {
      try (Stream<Path> files = Files.list(each)) {
        files.forEach(file -> names.add(file.getFileName().toString()));
      } catch (IOException | UncheckedIOException none) {
        continue;
      }
    }
    return names;
  }

  @Override
  public String run(List<String> words, String input) {
    return HostProgram.run(words, input).failure();
  }
}
