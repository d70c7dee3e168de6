// SPDX-License-Identifier: Apache-2.0
package net.backhaul.web.join;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.backhaul.controller.Annotations;
import net.backhaul.controller.JoinGrant;
import net.backhaul.controller.JoinToken;
import net.backhaul.protocol.identity.NetworkIds;
import net.backhaul.protocol.world.World;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.FieldSource;

/** The script under the shells that /bin/sh is, with hostile values, on hosts of every kind. */
class JoinShellTest {
  static final List<String> SHELLS = List.of("dash", "bash");

  private static final String SECRET = "bhj_" + "S".repeat(43);
  private static final long NET = 0x0123456789000001L;
  private static final String NET_TEXT = "0123456789000001";
  private static final String PLANET_ID = NetworkIds.text(World.defaultPlanet().id());

  /** Each would run a program, end a word or reorder a line where it is not quoted. */
  private static final List<String> HOSTILE =
      List.of(
          "'; touch HIT; '",
          "$(touch HIT)",
          "`touch HIT`",
          "\"; touch HIT; \"",
          "\\'; touch HIT; \\'",
          "a\n touch HIT\n",
          "END\n touch HIT",
          "${IFS}*?[a]~ !! \\",
          "-e -n --help %s %n \\0",
          "</script><svg onload=alert(1)>",
          "\u202etxt.exe \u0007\u001b]0;title\u0007 \0 end",
          "'''\\''\"\"",
          "",
          "\r\n",
          "ä 中 \ud83d\ude00");

  @TempDir Path directory;
  private JoinHost host;

  @BeforeEach
  void start() throws IOException {
    host = new JoinHost(directory);
    for (String shell : SHELLS) {
      boolean exists = Files.exists(Path.of("/bin", shell));
      assumeTrue(exists || System.getenv("CI") != null, "this needs " + shell);
    }
  }

  private static JoinToken token(boolean authorizes) {
    var grant = new JoinGrant(authorizes, "", Annotations.NONE, Map.of(), List.of());
    return new JoinToken(7, NET, 1, JoinToken.hash(SECRET), "", 1, 2, 1, 0, grant);
  }

  private static JoinScript script(String networkName, List<JoinPackage> packages) {
    return new JoinScript(
        "https://192.0.2.9:9994",
        "sha256//AA+/=",
        SECRET,
        new JoinScript.Grant(token(true), true),
        networkName,
        World.defaultPlanet(),
        packages);
  }

  private static JoinPackage archive(String machine, String content) {
    byte[] bytes = content.getBytes(StandardCharsets.UTF_8);
    String sha256 = HexFormat.of().formatHex(Sha256.of(bytes));
    return new JoinPackage("tar", machine, Path.of("p"), bytes.length, sha256);
  }

  private JoinHost.Result run(String shell, String text) throws Exception {
    return host.run(shell, text);
  }

  @ParameterizedTest
  @FieldSource("SHELLS")
  void quotesEveryText(String shell) throws Exception {
    var random = new Random(7);
    for (int i = 0; i < HOSTILE.size() + 50; i++) {
      String text = i < HOSTILE.size() ? HOSTILE.get(i) : randomText(random);
      String expected = text.replace("\0", "");

      JoinHost.Result result = run(shell, "v=" + ShellText.quoted(text) + "\nprintf %s \"$v\"\n");

      assertEquals(0, result.status());
      assertEquals(expected, result.output(), "seed 7");
    }
  }

  private static String randomText(Random random) {
    String characters = "'\"`$\\(){};&|<>*?[]~#! \t\n%-=a/\0";
    var text = new StringBuilder();
    for (int i = random.nextInt(40); i > 0; i--) {
      text.append(characters.charAt(random.nextInt(characters.length())));
    }
    return text.toString();
  }

  /** A member of its own network can set neither; an administrator's name must not run either. */
  @ParameterizedTest
  @FieldSource("SHELLS")
  void runsNothingOfANetworkName(String shell) throws Exception {
    host.addClient(PLANET_ID);
    host.add("touch", "");
    for (String name : HOSTILE) {
      Files.deleteIfExists(host.state.resolve("status"));

      JoinHost.Result result = run(shell, script(name, List.of()).text());

      assertEquals(0, result.status(), result::output);
      assertFalse(result.log().contains("touch"), result::log);
      assertTrue(result.output().startsWith("joined "), result::output);
      assertEquals(1, result.output().lines().count(), result::output);
      assertFalse(result.output().contains("\u001b"), result::output);
      assertFalse(result.output().contains("\u202e"), result::output);
    }
  }

  @ParameterizedTest
  @FieldSource("SHELLS")
  void joinsWithTheTokenInNoArgument(String shell) throws Exception {
    host.addClient(PLANET_ID);

    JoinHost.Result result = run(shell, script("office", List.of()).text());

    assertEquals("joined office (" + NET_TEXT + ") with 10.1.2.3 \n", result.output());
    assertEquals(SECRET + "\n", Files.readString(host.state.resolve("token")));
    assertTrue(result.log().contains("zerotier-cli join " + NET_TEXT + " --token -\n"));
    assertFalse(result.log().contains(SECRET), result::log);
  }

  @Test
  void doesNothingTwice() throws Exception {
    host.addClient(PLANET_ID);
    assertEquals(0, run("dash", script("office", List.of()).text()).status());

    JoinHost.Result again = run("dash", script("office", List.of()).text());

    assertEquals(0, again.status());
    assertEquals("this host is a member of office (" + NET_TEXT + ") already\n", again.output());
    assertFalse(again.log().contains("zerotier-cli join"), again::log);
  }

  @ParameterizedTest
  @FieldSource("SHELLS")
  void installsAPackageOfTheRightContent(String shell) throws Exception {
    host.addCurl("archive");
    host.add(
        "tar",
        "[ \"$1\" = -xzf ] && mkdir \"$4/backhaul-1\" && cat >\"$4/backhaul-1/install.sh\" <<'E'\n"
            + "printf 'install.sh %s\\n"
            + "' \"$*\" >>STATE/log\n"
            + "cp STATE/cli STATE/../programs/zerotier-cli\n"
            + "E");
    host.addClient(PLANET_ID);
    Files.move(directory.resolve("programs/zerotier-cli"), host.state.resolve("cli"));
    host.addTool("cp");
    String text =
        script("office", List.of(archive("aarch64", "other"), archive("x86_64", "archive"))).text();

    JoinHost.Result result = run(shell, text);

    assertEquals(0, result.status(), result::output);
    assertTrue(result.log().contains("install.sh \n"), result::log);
    assertTrue(result.output().contains("joined office"), result::output);
    assertTrue(
        result.log().contains("curl -fsS --connect-timeout 20 -k --pinnedpubkey sha256//AA+/= -o "),
        result::log);
    assertFalse(result.log().contains(SECRET), result::log);
    String id = HexFormat.of().toHexDigits(archive("x86_64", "archive").id());
    assertEquals(
        "url = \"https://192.0.2.9:9994/join/" + SECRET + "/packages/" + id + "\"\n",
        Files.readString(host.state.resolve("curlrc")));
    assertEquals(List.of(), host.temporaryFiles());
  }

  private static JoinPackage rpm(String content) {
    JoinPackage archive = archive("x86_64", content);
    return new JoinPackage("rpm", "x86_64", archive.file(), archive.bytes(), archive.sha256());
  }

  /** A host with rpm, whose packages are installed by a program that succeeds or not. */
  private String installByRpm(String shell, String rpm, String manager) throws Exception {
    host.addClient(PLANET_ID);
    Files.move(directory.resolve("programs/zerotier-cli"), host.state.resolve("cli"));
    host.addTool("cp");
    host.addCurl("package");
    String install = "cp STATE/cli STATE/../programs/zerotier-cli";
    host.add("rpm", rpm.isEmpty() ? install : rpm);
    if (!manager.isEmpty()) {
      host.add(manager, install);
    }
    JoinHost.Result result =
        run(shell, script("office", List.of(archive("x86_64", "other"), rpm("package"))).text());
    assertEquals(0, result.status(), result::output);
    assertTrue(result.output().contains("(rpm for linux-x86_64)"), result::output);
    assertTrue(result.output().contains("joined office"), result::output);
    assertFalse(result.log().contains("\ntar "), result::log);
    assertEquals(List.of(), host.temporaryFiles());
    return result.log();
  }

  @ParameterizedTest
  @FieldSource("SHELLS")
  void installsByRpm(String shell) throws Exception {
    String log = installByRpm(shell, "", "");
    assertTrue(log.contains("\nrpm -U "), log);
  }

  /** The host lacks what the package requires. */
  @ParameterizedTest
  @CsvSource({
    "dnf,-q -y install ",
    "yum,-q -y install ",
    "zypper,-q -n install --allow-unsigned-rpm "
  })
  void installsWhatARpmRequires(String manager, String words) throws Exception {
    String lacks = "echo 'error: Failed dependencies' >&2; exit 1";
    String log = installByRpm("dash", lacks, manager);
    assertTrue(log.contains("\n" + manager + " " + words), log);
    assertTrue(log.contains("/backhaul.rpm\n"), log);
  }

  @Test
  void saysWhyARpmIsNotInstalled() throws Exception {
    host.addCurl("package");
    host.add("rpm", "echo 'error: Failed dependencies: x' >&2; exit 1");
    JoinHost.Result result = run("dash", script("", List.of(rpm("package"))).text());
    assertEquals(1, result.status());
    assertTrue(result.output().contains("error: Failed dependencies: x\n"), result::output);
    assertTrue(
        result.output().contains("join: the package could not be installed"), result::output);
    assertEquals(List.of(), host.temporaryFiles());
  }

  @ParameterizedTest
  @FieldSource("SHELLS")
  void installsNothingOfAnotherContent(String shell) throws Exception {
    host.addCurl("tampered");
    host.add("tar", "");

    JoinHost.Result result = run(shell, script("", List.of(archive("x86_64", "archive"))).text());

    assertNotEquals(0, result.status());
    assertTrue(
        result.output().contains("the package is not the one of the controller"), result::output);
    assertFalse(result.log().contains("\ntar "), result::log);
    assertEquals(List.of(), host.temporaryFiles());
  }

  @Test
  void downloadsByWgetWhereThereIsNoCurl() throws Exception {
    host.add(
        "wget",
        """
        cat >STATE/urls
        while [ "$1" != -O ]; do shift; done
        echo tampered >"$2"
        """);

    JoinHost.Result result = run("dash", script("", List.of(archive("x86_64", "archive"))).text());

    assertTrue(result.output().contains("expected SHA-256 "), result::output);
    assertTrue(
        result.log().contains("--no-check-certificate --pinnedpubkey=sha256//AA+/= -O "),
        result::log);
    assertFalse(result.log().contains(SECRET), result::log);
    assertTrue(Files.readString(host.state.resolve("urls")).contains("/join/" + SECRET + "/"));
  }

  private void assertRefused(String expected, List<JoinPackage> packages) throws Exception {
    for (String shell : SHELLS) {
      JoinHost.Result result = run(shell, script("", packages).text());
      assertEquals(1, result.status(), result::output);
      assertTrue(result.output().startsWith("join: "), result::output);
      assertTrue(result.output().contains(expected), result::output);
      assertEquals(1, result.output().lines().count(), result::output);
      assertFalse(result.log().contains("\ntar "), result::log);
      assertFalse(result.log().contains("zerotier-cli join"), result::log);
    }
  }

  @Test
  void saysWhyAHostIsNotSuitable() throws Exception {
    List<JoinPackage> packages = List.of(archive("aarch64", "archive"));
    host.add("tar", "");
    assertRefused("expected curl or wget", packages);
    host.addCurl("");
    assertRefused("It has: tar for linux-aarch64; its administrator", packages);
    assertRefused("the controller has no package of version ", List.of());
    host.add("curl", "echo 'curl: (28) timed out' >&2; exit 28");
    JoinHost.Result failed = run("dash", script("", List.of(archive("x86_64", "archive"))).text());
    assertTrue(failed.output().contains("could not be downloaded"), failed::output);
    host.remove("sha256sum");
    assertRefused("expected sha256sum", packages);
    Files.delete(host.state.resolve("systemd"));
    assertRefused("systemd does not run on this host", packages);
    host.add("id", "echo 1000");
    assertRefused("expected root", packages);
    host.add("uname", "echo Darwin");
    assertRefused("expected Linux, found Darwin", packages);
  }

  @Test
  void leavesOtherProgramsAlone() throws Exception {
    host.add("zerotier-cli", "echo 'ZeroTier One version 1.14.1'");
    assertRefused("is installed here, which cannot join by a token", List.of());
    host.add("zerotier-cli", "[ \"$1\" = -h ] && echo 'Backhaul version 0.1.0'");
    assertRefused("the daemon does not answer", List.of());
  }

  @Test
  void replacesNoRootsThatNetworksNeed() throws Exception {
    host.addClient("00000000deadbeef");
    Files.writeString(host.state.resolve("networks"), "[ {} ]");
    assertRefused("this host has other roots than the controller", List.of());

    Files.writeString(host.state.resolve("networks"), "[ ]");
    JoinHost.Result result = run("dash", script("", List.of()).text());
    assertEquals(0, result.status(), result::output);
    assertTrue(result.log().contains("zerotier-cli planet use default\n"), result::log);
  }

  @Test
  void saysThatATokenIsUsedUpOrDoesNotAuthorize() throws Exception {
    host.addClient(PLANET_ID);
    JoinScript used =
        new JoinScript(
            "https://h",
            "",
            SECRET,
            new JoinScript.Grant(token(true), false),
            "n",
            World.defaultPlanet(),
            List.of());
    JoinHost.Result result = run("dash", used.text());
    assertEquals(1, result.status());
    assertTrue(result.output().contains("has admitted all the devices"), result::output);

    JoinScript waiting =
        new JoinScript(
            "https://h",
            "",
            SECRET,
            new JoinScript.Grant(token(false), true),
            "n",
            World.defaultPlanet(),
            List.of());
    result = run("dash", waiting.text());
    assertEquals(0, result.status());
    assertTrue(result.output().contains("an administrator authorizes 0123456789"), result::output);
  }

  /** What arrives of a download that breaks off runs no program. */
  @ParameterizedTest
  @FieldSource("SHELLS")
  void doesNothingWhenTruncated(String shell) throws Exception {
    host.addClient(PLANET_ID);
    host.addCurl("archive");
    String text = script("office", List.of(archive("x86_64", "archive"))).text();
    String call = "backhaul_join";
    int whole = text.length() - 1;
    assertTrue(text.endsWith("}\n" + call + "\n"));
    for (int end = 0; end < whole; end += end < whole - 120 ? 61 : 1) {
      JoinHost.Result result = run(shell, text.substring(0, end));
      assertEquals("", result.log(), "after " + end + " of " + whole);
    }
    assertNotEquals("", run(shell, text.substring(0, whole)).log());
  }
}
