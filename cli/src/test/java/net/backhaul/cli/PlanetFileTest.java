// SPDX-License-Identifier: Apache-2.0
package net.backhaul.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.stream.Stream;
import net.backhaul.protocol.address.Endpoints;
import net.backhaul.protocol.packet.WireReader;
import net.backhaul.protocol.world.World;
import net.backhaul.testing.Vectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Planets for a mesh with roots of its own. */
class PlanetFileTest {
  private static final long NOW_MS = 1_795_330_000_000L;
  private static final long A = 0x879369bf84L;

  @TempDir Path directory;
  private CapturedTerminal terminal;

  @BeforeEach
  void createIdentities() throws IOException {
    JsonNode identities = Vectors.file("service/identities.json");
    for (String name : new String[] {"a", "b", "c", "r"}) {
      JsonNode identity = identities.required(name);
      Files.writeString(directory.resolve(name + ".secret"), identity.required("secret").asText());
      Files.writeString(directory.resolve(name + ".public"), identity.required("public").asText());
    }
    Files.writeString(directory.resolve("junk"), "no identity");
    Files.writeString(
        directory.resolve("damaged.secret"),
        identities.required("a").required("secret").asText().replace("879369bf84", "979369bf84"));
  }

  @Test
  void signsWithTheIdentityOfTheFirstRoot() throws IOException {
    int code =
        genplanet("planet", "10.0.0.1/9993,2001:db8::1/443=a.secret", "10.0.0.2/9993=b.public");

    World planet = read("planet");
    assertEquals(0, code, terminal.err());
    assertEquals(
        "wrote planet (planet 000000879369bf84, timestamp 1795330000000, 2 roots)\n",
        terminal.out());
    assertEquals(World.Type.PLANET, planet.type());
    assertEquals(A, planet.id());
    assertEquals(NOW_MS, planet.timestampMs());
    assertEquals("10.0.0.1/9993", Endpoints.text(planet.roots().get(0).endpoints().get(0)));
    assertEquals("2001:db8::1/443", Endpoints.text(planet.roots().get(0).endpoints().get(1)));
    assertEquals(0x91a99f0719L, planet.roots().get(1).identity().address());
  }

  @Test
  void readsIdentityAfterByteOrderMark() throws IOException {
    Path secret = directory.resolve("a.secret");
    Files.writeString(secret, "\ufeff" + Files.readString(secret) + "\r\n");

    assertEquals(0, genplanet("planet", "10.0.0.1/9993=a.secret"), terminal.err());
    assertEquals(A, read("planet").id());
  }

  @Test
  void replacesAnOlderPlanetOfTheSameSigner() throws IOException {
    genplanet("old", "10.0.0.1/9993=a.secret");
    genplanet("new", "--timestamp=1795330000001", "10.0.0.9/9993=a.secret");
    genplanet("foreign", "--id=879369bf84", "--timestamp=1795330000002", "10.0.0.9/1=b.secret");

    assertTrue(read("old").replacedBy(read("new")));
    assertFalse(read("new").replacedBy(read("old")));
    assertFalse(read("old").replacedBy(read("foreign")));
  }

  @Test
  void takesIdAndTimestampFromOptions() throws IOException {
    genplanet("planet", "10.0.0.1/9993=a.secret", "--id", "8EAC90A", "--timestamp", "7");

    assertEquals(149604618, read("planet").id());
    assertEquals(7, read("planet").timestampMs());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "10.0.0.1/9993=a.public | the first identity signs, and a.public has no private key",
        "10.0.0.1/9993=nofile | the name of a file with an identity, found nofile",
        "10.0.0.1/9993=junk | the name of a file with an identity, found junk",
        "10.0.0.1/9993= | found nothing in 10.0.0.1/9993=",
        "10.0.0.1/9993=damaged.secret | the identity in damaged.secret is damaged",
        "10.0.0.1/9993 | expected <ip/port>=<identity file>, found 10.0.0.1/9993",
        "=a.secret | expected <ip/port>=<identity file>, found =a.secret",
        "10.0.0.1=a.secret | a slash and a port from 1 to 65535, found 10.0.0.1 in",
        "10.0.0.1/0=a.secret | a port from 1 to 65535, found 10.0.0.1/0",
        "10.0.0.1/65536=a.secret | a port from 1 to 65535, found 10.0.0.1/65536",
        "10.0.0.1/9993,=a.secret | found nothing in 10.0.0.1/9993,=a.secret",
        "root.example/9993=a.secret | the IP address of one host, a slash and a port",
        "224.0.0.1/9993=a.secret | the IP address of one host",
        "10.0.0.1/9993=a.secret 10.0.0.2/9993=a.public | two roots with the identity 879369bf84",
        "1.0.0.1/1=a.secret 1.0.0.2/1=b.public 1.0.0.3/1=c.public 1.0.0.4/1=r.public"
            + " 1.0.0.5/1=a.public | at most 4 roots, found 5",
        "10.0.0.1/9993=a.secret --id=xyz | --id: expected up to 16 hexadecimal digits",
        "10.0.0.1/9993=a.secret --id=0 | --id: expected up to 16 hexadecimal digits",
        "10.0.0.1/9993=a.secret --timestamp=soon | '--timestamp'",
        "10.0.0.1/9993=a.secret --timestamp=-1 | --timestamp: expected milliseconds since 1970",
        "'' | Missing required parameter",
      })
  void explainsMistakes(String roots, String explanation) throws IOException {
    int code =
        genplanet(
            Stream.concat(Stream.of("planet"), Arrays.stream(roots.split(" ")))
                .filter(word -> !word.isEmpty())
                .toArray(String[]::new));

    assertEquals(1, code);
    assertTrue(terminal.err().contains(explanation), terminal.err());
    assertTrue(terminal.err().startsWith("genplanet: "), terminal.err());
    assertEquals("", terminal.out());
    assertFalse(Files.exists(directory.resolve("planet")));
  }

  @Test
  void namesTheFileThatCannotBeWritten() {
    int code = genplanet("no/such/directory/planet", "10.0.0.1/9993=a.secret");

    assertEquals(1, code);
    assertEquals(
        "genplanet: cannot write no/such/directory/planet: its directory does not exist\n",
        terminal.err());
  }

  @Test
  void leavesNoTemporaryFileWhenADirectoryHasTheName() throws IOException {
    Files.createDirectories(directory.resolve("planet/with/something"));

    int code = genplanet("planet", "10.0.0.1/9993=a.secret");

    assertEquals(1, code);
    assertTrue(terminal.err().startsWith("genplanet: cannot write planet: "), terminal.err());
    assertTrue(Files.isDirectory(directory.resolve("planet/with/something")));
    assertFalse(Files.exists(directory.resolve("planet.new")));
  }

  @Test
  void printsItsHelp() {
    int code = genplanet("--help");

    assertEquals(0, code);
    assertTrue(terminal.out().contains("Usage: zerotier-idtool genplanet"), terminal.out());
  }

  private int genplanet(String... args) {
    terminal = new CapturedTerminal("zerotier-idtool", Map.of(), directory, NOW_MS);
    return Idtool.run(
        Stream.concat(Stream.of("genplanet"), Arrays.stream(args)).toArray(String[]::new),
        terminal.terminal());
  }

  private World read(String name) throws IOException {
    byte[] bytes = Files.readAllBytes(directory.resolve(name));
    return World.read(new WireReader(bytes, 0, bytes.length));
  }
}
