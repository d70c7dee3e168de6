// SPDX-License-Identifier: Apache-2.0
package net.backhaul.web.join;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * A host on which the script runs, of programs that record their words: a directory is all of its
 * PATH.
 */
final class JoinHost {
  /** What the script needs of every host. */
  private static final List<String> TOOLS =
      List.of("cat", "cut", "mktemp", "rm", "sha256sum", "sh", "tar", "tr", "mkdir", "gzip");

  private static final String CLI =
      """
      case "$*" in
        -h) echo "Backhaul version 0.1.0, compatible" ;;
        info) echo "200 info 0123456789 1.14.1 ONLINE" ;;
        "-j /planet") cat STATE/planet ;;
        "-j /network") cat STATE/networks ;;
        "planet use "*) [ ! -e STATE/rejects ] ;;
        "join "*) cat >STATE/token && echo OK >STATE/status ;;
        "get "*" status") cat STATE/status 2>/dev/null ;;
        "get "*" ip") echo 10.1.2.3 ;;
        *) exit 9 ;;
      esac
      """;

  private final Path directory;
  private final Path programs;
  final Path state;

  JoinHost(Path directory) throws IOException {
    this.directory = directory;
    programs = Files.createDirectories(directory.resolve("programs"));
    state = Files.createDirectories(directory.resolve("state"));
    Files.createDirectories(state.resolve("systemd"));
    Files.createDirectories(state.resolve("tmp"));
    for (String tool : TOOLS) {
      addTool(tool);
    }
    add("id", "echo 0");
    add("uname", "case $1 in -s) echo Linux ;; *) echo x86_64 ;; esac");
    add("sleep", "");
    Files.writeString(state.resolve("networks"), "[\n]\n");
    Files.writeString(state.resolve("log"), "");
  }

  /** Adds a program of this machine, which records nothing. */
  void addTool(String name) throws IOException {
    write(name, "exec " + program(name) + " \"$@\"");
  }

  private static Path program(String name) {
    Path inUsr = Path.of("/usr/bin", name);
    return Files.exists(inUsr) ? inUsr : Path.of("/bin", name);
  }

  /** Adds or replaces a program; STATE in its text is the directory of the state. */
  void add(String name, String text) throws IOException {
    write(name, "printf '%s\\n' \"" + name + " $*\" >>STATE/log\n" + text);
  }

  private void write(String name, String text) throws IOException {
    Path file = programs.resolve(name);
    Files.deleteIfExists(file);
    Files.writeString(file, "#!/bin/sh\n" + text.replace("STATE", state.toString()) + "\n");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  void remove(String name) throws IOException {
    Files.delete(programs.resolve(name));
  }

  /** Adds the client of Backhaul, which runs with the planet of an id. */
  void addClient(String planetId) throws IOException {
    Files.writeString(
        state.resolve("planet"), "{\n    \"id\": \"" + planetId + "\",\n    \"roots\": []\n}\n");
    add("zerotier-cli", CLI);
  }

  /** Adds curl, which downloads this text; what it reads is kept. */
  void addCurl(String content) throws IOException {
    Files.writeString(state.resolve("download"), content);
    add(
        "curl",
        """
        cat >STATE/curlrc
        while [ "$1" != -o ]; do shift; done
        cat STATE/download >"$2"
        """);
  }

  /**
   * What a run has done.
   *
   * @param log of the programs, a line with the words of each
   */
  record Result(int status, String output, String log) {}

  /** Gives a text to a shell as its input, as a pipe from curl does. */
  Result run(String shell, String text) throws IOException, InterruptedException {
    Files.writeString(state.resolve("log"), "");
    Path output = directory.resolve("output");
    var builder = new ProcessBuilder(program(shell).toString());
    Map<String, String> environment = builder.environment();
    environment.clear();
    environment.put("PATH", programs.toString());
    environment.put("TMPDIR", state.resolve("tmp").toString());
    builder.redirectErrorStream(true).redirectOutput(output.toFile());
    Process process = builder.start();
    try (var in = process.getOutputStream()) {
      in.write(
          text.replace("/run/systemd/system", state.resolve("systemd").toString())
              .replace(":/usr/sbin:/sbin", "")
              .getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      // The shell has ended before it has read all.
    }
    if (!process.waitFor(90, TimeUnit.SECONDS)) {
      process.destroyForcibly();
      throw new IOException(shell + " does not end: " + Files.readString(output));
    }
    return new Result(
        process.exitValue(), Files.readString(output), Files.readString(state.resolve("log")));
  }

  /** Returns the names of what is left in the directory for temporary files. */
  List<String> temporaryFiles() throws IOException {
    try (var all = Files.list(state.resolve("tmp"))) {
      return all.map(Path::getFileName).map(Path::toString).toList();
    }
  }
}
