// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Checks of the build scripts that must be able to fail, and the output of the demo. */
class ScriptsTest {
  private static final Path TREE = Path.of("").toAbsolutePath().getParent().getParent();

  private static final String DEMO = TREE.resolve("scripts/demo").toString();

  /** A command line in a block of Markdown; the explanation follows after several spaces. */
  private static final Pattern BENCH =
      Pattern.compile("^ {4}(?:sudo )?(scripts/bench(?: [^ ]+)*)(?: {2,}.*)?$");

  /** The scripts that run on a Mac. */
  private static final List<String> ON_MACOS =
      List.of(
          "build",
          "find-java.sh",
          "find-jdk",
          "format",
          "package",
          "package.d/common.sh",
          "package.d/pkg",
          "package.d/tar",
          "train",
          "zerotier-cli",
          "zerotier-idtool",
          "zerotier-one",
          "dist/install.sh",
          "dist/uninstall.sh");

  private static final Pattern NOT_ON_MACOS =
      Pattern.compile(
          "\\b(mapfile|readarray|coproc)\\b|declare -A|local -n|\\$\\{\\w+(,|\\^)|&>>|\\|&|sed"
              + " -[a-z]*[ui]|(^|[ (])timeout [0-9]|-quit\\b|date \\S*%N|grep -[a-zA-Z]*P|cp"
              + " -[a-z]*[axT]|ln -[a-z]*[rT]|stat (-\\w+ )*(-c|-\\w*c\\b|--)|xargs -[rd]|sort"
              + " -[zV]|mktemp --|touch -\\w*d|find .*"
              + " -(newermt|printf|xtype|readable|writable|executable)|du -\\w*b|date (-\\w"
              + " )*-d|head -[nc] ?-|install -\\w*D|readlink -[em]|base64 (-w|--wrap)|echo"
              + " -e|\\b(nproc|tac|numfmt|md5sum|flock|setsid|realpath|dd .*iflag)\\b");

  /** Lines that only Linux reaches, and those with an alternative for other systems. */
  private static final Pattern WITH_ALTERNATIVE =
      Pattern.compile("# on Linux$|2>/dev/null\\)? \\|\\| ");

  private static final String CACHED =
      "[0.1s][info][class,load] java.lang.Object source: shared objects file\n";
  private static final String FROM_JAR =
      "[0.2s][info][class,load] net.backhaul.cli.Cli source: file:/app/backhaul-cli.jar\n";

  private static final FileAttribute<?> EXECUTABLE =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-xr-x"));

  @TempDir Path directory;

  @Test
  void acceptsCacheThatHoldsAllClasses() throws Exception {
    Result result = verifyCache(CACHED.repeat(100));

    assertEquals(0, result.status(), result.output());
    assertTrue(result.output().contains("100 of 100 classes"), result.output());
  }

  @Test
  void rejectsCacheThatLacksClassesAndNamesThem() throws Exception {
    Result result = verifyCache(CACHED.repeat(90) + FROM_JAR.repeat(10));

    assertEquals(3, result.status(), result.output());
    assertTrue(result.output().contains("10 of 100 classes"), result.output());
    assertTrue(result.output().contains("net.backhaul.cli.Cli"), result.output());
  }

  @Test
  void rejectsEmptyLogOfClasses() throws Exception {
    Result result = verifyCache("");

    assertEquals(1, result.status(), result.output());
    assertTrue(result.output().contains("logged no classes"), result.output());
  }

  @Test
  void printsNoEscapeSequencesToAPipe() throws Exception {
    Result result =
        run("bash", "-c", "eval \"$(sed -n '/^bold=/,/^say()/p' \"$0\")\"; say done", DEMO);

    assertEquals("\ndone\n", result.output());
  }

  @Test
  void plansBenchmarksOfTheDocumentation() throws Exception {
    List<String> commands =
        Tree.markdownFiles().stream()
            .flatMap(file -> Tree.lines(file).stream())
            .map(BENCH::matcher)
            .filter(Matcher::find)
            .map(command -> command.group(1))
            .filter(command -> !command.contains("--jmh") && !command.contains("--check"))
            .toList();

    assertTrue(commands.size() > 10, commands::toString);
    for (String command : commands) {
      Result result = runBench(command.replace("DIRECTORY", "scripts") + " --plan");

      assertEquals(0, result.status(), () -> command + ": " + result.output());
      String planned =
          command.contains("bench recovery")
              ? (command.contains("--only root,") ? "death of the root" : "new address")
              : command.contains("bench controller")
                  ? "100000 members"
                  : command.contains("bench start")
                      ? "20 starts"
                      : command.contains("bench root") ? " peers" : "tcp1";
      assertTrue(result.output().contains(planned), () -> command + ": " + result.output());
    }
  }

  /** macOS has bash 3.2 and the tools of BSD. */
  @Test
  void runsWithTheToolsOfMacOs() {
    var problems = new ArrayList<String>();
    for (String name : ON_MACOS) {
      List<String> lines = Tree.lines(TREE.resolve("scripts").resolve(name));
      for (int i = 0; i < lines.size(); i++) {
        String line = lines.get(i).strip();
        if (!line.startsWith("#")
            && !WITH_ALTERNATIVE.matcher(line).find()
            && NOT_ON_MACOS.matcher(line).find()) {
          problems.add(name + ":" + (i + 1) + ": " + line);
        }
      }
    }

    assertEquals(List.of(), problems);
    assertTrue(NOT_ON_MACOS.matcher("mapfile -t files < list").find());
    assertTrue(NOT_ON_MACOS.matcher("x=$(timeout 5 sleep 6)").find());
    for (String command :
        List.of(
            "stat -L -c %d file",
            "touch -d @1 file",
            "find . -newermt @1",
            "find . -type f -printf x",
            "date -u -d @1 +%Y",
            "head -n -1",
            "dd if=file iflag=nofollow")) {
      assertTrue(NOT_ON_MACOS.matcher(command).find(), command);
    }
    assertFalse(NOT_ON_MACOS.matcher("tar -C target --uid 0 -cf - name").find());
  }

  @Test
  void rejectsUnknownLinkMeasurementAndChange() throws Exception {
    Result link = runBench("scripts/bench wan --links fiber --plan");
    Result measurement = runBench("scripts/bench wan --only tcp1,tcp9 --plan");
    Result change = runBench("scripts/bench recovery --only bond,bonds --plan");

    assertEquals(2, link.status());
    assertTrue(link.output().contains("there is no fiber; there are fibre, "), link.output());
    assertEquals(2, measurement.status());
    assertTrue(measurement.output().contains("there is no tcp9"), measurement.output());
    assertEquals(2, change.status());
    assertTrue(change.output().contains("there is no bonds; there are restart, "), change.output());
  }

  @Test
  void rejectsToShowOrMeasureOnMacOs() throws Exception {
    Path uname = Files.createFile(directory.resolve("uname"), EXECUTABLE);
    Files.writeString(uname, "#!/bin/sh\necho Darwin\n");
    Result demo = run("sh", "-c", "PATH=$0:$PATH exec \"$1\"", directory.toString(), DEMO);

    assertEquals(1, demo.status());
    assertEquals(
        "scripts/demo: needs Linux: its hosts are network namespaces, which Darwin does not have\n",
        demo.output());
    for (String words : List.of("", "wan")) {
      String program =
          "import runpy, sys; sys.platform = 'darwin';"
              + " runpy.run_path('scripts/bench', run_name='__main__')";
      Result bench = runBench("timeout 20 python3 -B -c \"" + program + "\" " + words);

      assertEquals(1, bench.status(), bench.output());
      assertEquals(
          "scripts/bench: needs Linux, for its namespaces and emulated links; this is darwin\n",
          bench.output());
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        ".sdkman/candidates/java/98-tem",
        "Library/Java/JavaVirtualMachines/temurin-98.jdk/Contents/Home",
        "homebrew/opt/openjdk@98/libexec/openjdk.jdk/Contents/Home"
      })
  void findsJdksOfMacOs(String place) throws Exception {
    String home = directory.toRealPath().toString();
    Path jdk = Path.of(home, place);
    Path javac = Files.createDirectories(jdk.resolve("bin")).resolve("javac");
    Files.createFile(javac, EXECUTABLE);
    Files.writeString(jdk.resolve("release"), "JAVA_VERSION=\"98.0.1\"\n");
    Path script = directory.resolve("find-jdk");
    String text = Files.readString(TREE.resolve("scripts/find-jdk"));
    Files.writeString(script, text.replace("/opt/homebrew", home + "/homebrew"));

    Result found =
        run("sh", "-c", "unset JAVA_HOME; HOME=$0 exec bash \"$1\"", home, script.toString());

    assertEquals(jdk + "\n", found.output());
    assertEquals(0, found.status());
  }

  /** As after a pull: the names that find prints are more than a pipe holds. */
  @Test
  void buildsWhereManySourcesAreNewer() throws Exception {
    Path build = Files.createDirectories(directory.resolve("scripts")).resolve("build");
    Files.copy(TREE.resolve("scripts/build"), build);
    Path jar = directory.resolve("daemon/service/target/app/backhaul-service.jar");
    Files.createDirectories(jar.getParent());
    Files.createFile(jar);
    Path sources = Files.createDirectories(directory.resolve("daemon/service/src/main/java"));
    FileTime later = FileTime.fromMillis(Files.getLastModifiedTime(jar).toMillis() + 10_000);
    for (int i = 0; i < 1000; i++) {
      Path source = Files.createFile(sources.resolve("A".repeat(200) + i));
      Files.setLastModifiedTime(source, later);
    }
    Path mvn = Files.createDirectories(directory.resolve("bin")).resolve("mvn");
    Files.writeString(mvn, "#!/bin/sh\necho '[INFO] Building Backhaul: all'\n");
    Files.setPosixFilePermissions(mvn, PosixFilePermissions.fromString("rwx------"));

    Result result =
        run(
            "sh",
            "-c",
            "PATH=$0/bin:$PATH exec bash $0/scripts/build </dev/null",
            directory.toString());

    assertEquals(0, result.status(), result.output());
    assertTrue(result.output().contains("Backhaul: all"), result.output());
  }

  private static Result runBench(String command) throws IOException, InterruptedException {
    return run("sh", "-c", "cd \"$0\" && exec " + command, TREE.toString());
  }

  private Result verifyCache(String log) throws IOException, InterruptedException {
    Path file = Files.writeString(directory.resolve("classes.log"), log);
    return run(
        "bash",
        TREE.resolve("scripts/train").toString(),
        "--verify",
        "zerotier-cli",
        file.toString());
  }

  private static Result run(String... command) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output =
        new String(process.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
    assertTrue(process.waitFor(60, TimeUnit.SECONDS), () -> command[0] + " does not end");
    return new Result(process.exitValue(), output);
  }

  private record Result(int status, String output) {}
}
