// SPDX-License-Identifier: Apache-2.0
package net.backhaul.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The launchers find their jars and a Java, however they are started. */
class LaunchersTest {
  private static final Path SCRIPTS = Path.of("").toAbsolutePath().resolve("../scripts");

  @TempDir Path tmp;
  private Path directory;

  @BeforeEach
  void createDirectoryWithBlankInItsName() throws IOException {
    directory = Files.createDirectories(tmp.toRealPath().resolve("my files"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"zerotier-one", "zerotier-cli", "zerotier-idtool"})
  void usesItsOwnRuntimeAndCacheWhenInstalled(String name) throws Exception {
    Path bin = installed("lib/backhaul");
    Path lib = directory.resolve("lib/backhaul");
    java(lib.resolve("runtime"), "25");
    Path other = java(directory.resolve("other"), "99");
    String jars = name.equals("zerotier-one") ? "app" : "cli";
    Files.createFile(lib.resolve(jars + "/app.aot"));

    Run run =
        run(directory, Map.of("JAVA_HOME", other.toString()), bin.resolve(name), "a b", "", "*");

    assertEquals(lib + "/runtime/bin/java", run.words().get(0));
    assertTrue(
        run.words().contains("-XX:AOTCache=" + lib + "/" + jars + "/app.aot"), run.toString());
    assertTrue(run.words().contains("-Dbackhaul.program=" + bin.resolve(name)), run.toString());
    int count = run.words().size();
    assertEquals(List.of("a b", "", "*"), run.words().subList(count - 3, count));
  }

  @Test
  void ignoresCacheOlderThanAJar() throws Exception {
    Path bin = installed("lib/backhaul");
    java(directory.resolve("lib/backhaul/runtime"), "25");
    Path cache = Files.createFile(directory.resolve("lib/backhaul/cli/app.aot"));
    Files.setLastModifiedTime(cache, FileTime.fromMillis(1_000_000_000_000L));

    Run run = run(directory, Map.of(), bin.resolve("zerotier-cli"), "info");

    assertEquals(0, run.code());
    assertTrue(run.words().stream().noneMatch(word -> word.contains("AOTCache")), run.toString());
  }

  @Test
  void usesJavaHomeInACheckout() throws Exception {
    Path scripts = checkout();
    Path java = java(directory.resolve("jdk"), "25.0.1");

    Run run =
        run(
            directory,
            Map.of("JAVA_HOME", java.toString()),
            scripts.resolve("zerotier-cli"),
            "info");

    assertEquals(java + "/bin/java", run.words().get(0));
    assertTrue(
        run.words().contains(directory + "/cli/target/app/backhaul-cli.jar"), run.toString());
    assertTrue(run.words().stream().noneMatch(word -> word.contains("AOTCache")), run.toString());
  }

  @Test
  void skipsAnOldJava() throws Exception {
    Path scripts = checkout();
    Path old = java(directory.resolve("old"), "17.0.9");

    Run run =
        run(directory, Map.of("JAVA_HOME", old.toString()), scripts.resolve("zerotier-cli"), "-v");

    // A newer Java of this host finds no class in the empty jar; without one there is advice.
    assertEquals(List.of(), run.words());
    assertTrue(run.err().contains("net.backhaul.cli.Cli") || run.err().contains("Java 25"));
  }

  @Test
  void followsSymbolicLinks() throws Exception {
    Path bin = installed("lib/backhaul");
    java(directory.resolve("lib/backhaul/runtime"), "25");
    Path sbin = Files.createDirectories(directory.resolve("sbin"));
    Files.createSymbolicLink(sbin.resolve("absolute"), bin.resolve("zerotier-cli"));
    Files.createSymbolicLink(
        sbin.resolve("zerotier-cli"), Path.of("../lib/backhaul/bin/zerotier-cli"));
    Files.createSymbolicLink(sbin.resolve("chain"), Path.of("zerotier-cli"));

    for (String name : List.of("absolute", "zerotier-cli", "chain")) {
      assertEquals(0, run(directory, Map.of(), sbin.resolve(name), "x").code(), name);
      assertEquals(0, run(sbin, Map.of(), Path.of("./" + name), "x").code(), name);
      assertEquals(0, run(sbin, Map.of(), Path.of("sh"), name, "x").code(), name);
      assertEquals(0, run(directory, Map.of(), Path.of("sbin/../sbin/" + name), "x").code(), name);
    }
  }

  @Test
  void startsFromAnyDirectory() throws Exception {
    Path bin = installed("lib/backhaul");
    java(directory.resolve("lib/backhaul/runtime"), "25");
    Path below = Files.createDirectories(bin.resolve("below"));

    assertEquals(0, run(bin, Map.of(), Path.of("./zerotier-cli"), "x").code());
    assertEquals(0, run(bin, Map.of(), Path.of("sh"), "zerotier-cli", "x").code());
    assertEquals(0, run(below, Map.of(), Path.of("../zerotier-cli"), "x").code());
    assertEquals(0, run(below, Map.of(), Path.of("../below/../zerotier-cli"), "x").code());
    assertEquals(0, run(bin.getParent(), Map.of(), Path.of("bin/zerotier-cli"), "x").code());
  }

  @Test
  void replacesTheShell() throws Exception {
    Path bin = installed("lib/backhaul");
    java(directory.resolve("lib/backhaul/runtime"), "25");

    Run run = run(directory, Map.of(), bin.resolve("zerotier-one"));

    assertEquals(run.startedPid(), run.pid());
  }

  @Test
  void takesJavaOptionsFromOneVariable() throws Exception {
    Path bin = installed("lib/backhaul");
    java(directory.resolve("lib/backhaul/runtime"), "25");

    Run run =
        run(
            directory,
            Map.of("BACKHAUL_JAVA_OPTIONS", "-Dx=1 -Dy=2", "JAVA_TOOL_OPTIONS", "-Dz=3"),
            bin.resolve("zerotier-cli"));

    assertTrue(run.words().containsAll(List.of("-Dx=1", "-Dy=2")), run.toString());
    assertTrue(run.words().contains("tool options: "), run.toString());
  }

  @Test
  void setsUtf8WithoutASuitableLocale() throws Exception {
    Path bin = installed("lib/backhaul");
    java(directory.resolve("lib/backhaul/runtime"), "25");
    Path program = bin.resolve("zerotier-one");

    for (String locale : List.of("", "C", "POSIX", "de_DE@euro")) {
      Run run = run(directory, Map.of("LC_ALL", locale), program);
      assertTrue(run.words().contains("locale: C.UTF-8"), locale);
    }
    Run run = run(directory, Map.of("LC_ALL", "", "LANG", "de_DE.UTF-8"), program);
    assertTrue(run.words().contains("locale: "), run.toString());
  }

  @Test
  void setsNoLocaleThatMacOsDoesNotHave() throws Exception {
    Path bin = installed("lib/backhaul");
    java(directory.resolve("lib/backhaul/runtime"), "25");

    for (String locale : List.of("", "C", "POSIX", "C.UTF-8")) {
      Run run =
          run(
              directory,
              Map.of("OSTYPE", "darwin23", "LC_ALL", locale),
              bin.resolve("zerotier-one"));
      assertTrue(run.words().contains("locale: "), locale + run);
    }
    Map<String, String> german = Map.of("OSTYPE", "darwin23", "LC_ALL", "de_DE.UTF-8");
    Run run = run(directory, german, bin.resolve("zerotier-one"));
    assertTrue(run.words().contains("locale: de_DE.UTF-8"), run.toString());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        ".sdkman/candidates/java/26-tem",
        "Library/Java/JavaVirtualMachines/x/Contents/Home",
        "homebrew/opt/openjdk@26/libexec/openjdk.jdk/Contents/Home"
      })
  void findsJavaOfUserOrHomebrew(String place) throws Exception {
    Path scripts = checkout();
    Path java = java(directory.resolve(place), "98");
    Path search = scripts.resolve("find-java.sh");
    // Quoted, as the directory has a blank in its name.
    String homebrew = "'" + directory + "/homebrew'";
    Files.writeString(search, Files.readString(search).replace("/opt/homebrew", homebrew));

    Run run = run(directory, Map.of("HOME", directory.toString()), scripts.resolve("zerotier-cli"));

    assertEquals(java + "/bin/java", run.words().get(0));
  }

  @Test
  void explainsHowToBuild() throws Exception {
    Path scripts = copyScripts(directory.resolve("scripts"));

    Run run = run(directory, Map.of(), scripts.resolve("zerotier-cli"), "info");

    assertEquals(1, run.code());
    assertTrue(run.err().contains("mvn package"), run.err());
  }

  private Path installed(String prefix) throws IOException {
    Path lib = directory.resolve(prefix);
    Files.createDirectories(lib.resolve("app"));
    Files.createDirectories(lib.resolve("cli"));
    Files.createFile(lib.resolve("app/backhaul-service.jar"));
    Files.createFile(lib.resolve("cli/backhaul-cli.jar"));
    return copyScripts(lib.resolve("bin"));
  }

  private Path checkout() throws IOException {
    Path jars = Files.createDirectories(directory.resolve("cli/target/app"));
    Files.createFile(jars.resolve("backhaul-cli.jar"));
    return copyScripts(directory.resolve("scripts"));
  }

  private static Path copyScripts(Path to) throws IOException {
    Files.createDirectories(to);
    for (String name : List.of("zerotier-one", "zerotier-cli", "zerotier-idtool", "find-java.sh")) {
      Files.copy(SCRIPTS.resolve(name), to.resolve(name));
    }
    return to;
  }

  /** Creates a Java that prints its process id, path and arguments, one a line. */
  private static Path java(Path home, String version) throws IOException {
    Path program = Files.createDirectories(home.resolve("bin")).resolve("java");
    Files.writeString(
        program,
        """
        #!/bin/sh
        echo "$$"
        printf '%s\\n' "$0" "tool options: $JAVA_TOOL_OPTIONS" "locale: $LC_ALL" "$@"
        """);
    Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
    Files.writeString(
        home.resolve("release"), "IMPLEMENTOR=\"x\"\nJAVA_VERSION=\"" + version + "\"\n");
    return home;
  }

  private static boolean isLocaleOrJava(String variable) {
    return variable.contains("JAVA") || variable.startsWith("LC_") || variable.equals("LANG");
  }

  private record Run(int code, long startedPid, long pid, List<String> words, String err) {}

  private static Run run(
      Path directory, Map<String, String> environment, Path program, String... args)
      throws Exception {
    var command = new ArrayList<String>();
    command.add(program.toString());
    command.addAll(List.of(args));
    var builder = new ProcessBuilder(command).directory(directory.toFile());
    builder.environment().keySet().removeIf(LaunchersTest::isLocaleOrJava);
    builder.environment().putAll(new TreeMap<>(environment));
    Process process = builder.start();
    process.getOutputStream().close();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    String err = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
    assertTrue(process.waitFor(60, TimeUnit.SECONDS), "still running: " + command);
    List<String> lines = List.of(out.split("\n", -1));
    boolean printed = lines.size() > 2;
    return new Run(
        process.exitValue(),
        process.pid(),
        printed ? Long.parseLong(lines.get(0)) : 0,
        printed ? lines.subList(1, lines.size() - 1) : List.of(),
        err);
  }
}
