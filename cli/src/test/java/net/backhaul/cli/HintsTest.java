// SPDX-License-Identifier: Apache-2.0
package net.backhaul.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Mistakes of users: output and exit code are those of the reference, and one line on standard
 * error says what was wrong and what to do.
 */
class HintsTest {
  private static final int MAX_REQUESTS = 4;

  private static final String NETWORK =
      "[{\"id\":\"8056c2e21c000001\",\"mtu\":2800,\"allowDNS\":false,\"routes\":[],\"dns\":{}}]";

  @TempDir Path directory;

  /** Switches and words; the daemon is not contacted. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      nullValues = "-",
      value = {
        "-x | 0 | unknown switch \"-x\"",
        "--json | 0 | unknown switch \"--json\"; did you mean -j?",
        "--version | 0 | unknown switch \"--version\"; did you mean -v?",
        "--tokn=x | 0 | unknown switch \"--tokn=x\"; did you mean -T?",
        "--nosuch | 0 | unknown switch \"--nosuch\"",
        "--help | 0 | -",
        "-h | 0 | -",
        "-json | 1 | -j takes no value, found \"son\"",
        "-p0 | 1 | -p: expected a port from 1 to 65535, found \"0\"",
        "-p99999 | 1 | -p: expected a port from 1 to 65535, found \"99999\"",
        "-p 9993 | 1 | -p: expected the value in the same word, -p<port>, found none",
        "-D /x | 1 | -D: expected the value in the same word, -D<path>, found none",
      })
  void namesTheWrongSwitch(String args, int code, String hint) {
    var terminal = terminal();

    assertEquals(code, Cli.run(args.split(" "), terminal.terminal()));
    assertEquals(Help.cli(), terminal.out());
    assertEquals(line(hint), terminal.err());
  }

  @Test
  void replacesControlCharactersOfNames() {
    var terminal = terminal();

    Idtool.run(new String[] {"genmoon", "\u001b[31m\u009b1m\n"}, terminal.terminal());

    assertEquals(
        line("cannot read ?[31m?1m?: there is no such file"),
        terminal.err().substring(terminal.err().indexOf("\n\n") + 2));
  }

  /** The daemon's answer decides the first part of the output. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      nullValues = "-",
      value = {
        "lst | 200 {} | 0 | @HELP | unknown command \"lst\"; did you mean listpeers, listnetworks,"
            + " listmoons or listbonds?",
        "inf | 200 {} | 0 | @HELP | unknown command \"inf\"; did you mean info?",
        "xyzzy | 200 {} | 0 | @HELP | unknown command \"xyzzy\"",
        "help | 200 {} | 0 | @HELP | -",
        "join zzzzzzzzzzzzzzzz | 404 | 1 | 404 join ~ | expected a network ID of 16 hexadecimal"
            + " digits, found \"zzzzzzzzzzzzzzzz\"",
        "join 123 | 404 | 2 | invalid network id~ | expected a network ID of 16 hexadecimal digits,"
            + " found 3 digits: 123",
        "join | 404 | 2 | invalid network id~ | expected a network ID of 16 hexadecimal digits,"
            + " found none",
        "leave 8056c2e21c00000g | 404 | 1 | 404 leave ~ | expected a network ID of 16 hexadecimal"
            + " digits, found \"8056c2e21c00000g\"",
        "set zzzzzzzzzzzzzzzz allowDNS=1 | 404 | 1 | 404 set ~ | expected a network ID of 16"
            + " hexadecimal digits, found \"zzzzzzzzzzzzzzzz\"",
        "set 8056c2e21c000001 allowdefault=1 | 200 {} | 0 | '' | nothing was set: unknown setting"
            + " \"allowdefault\"; did you mean allowDefault?",
        "set 8056c2e21c000001 mtu=1500 | 200 {} | 0 | '' | nothing was set: unknown setting"
            + " \"mtu\"; settings are allowManaged, allowGlobal, allowDefault and allowDNS",
        "set 8056c2e21c000001 allowDefault=maybe | 200 {} | 0 | {} | allowDefault: expected 1, 0,"
            + " true or false, found \"maybe\", which counts as false",
        "set 8056c2e21c000001 allowDefault=True | 200 {} | 0 | {} | allowDefault: expected 1, 0,"
            + " true or false, found \"True\", which counts as false",
        "set 8056c2e21c000001 allowDefault=tomorrow | 200 {} | 0 | {} | allowDefault: expected 1,"
            + " 0, true or false, found \"tomorrow\", which counts as true",
        "set 8056c2e21c000001 allowDefault=true | 200 {} | 0 | {} | -",
        "set 8056c2e21c000001 allowManaged=10.0.0.0/8,fd00::/8 | 200 {} | 0 | {} | -",
        "set 8056c2e21c000001 allowDNS=10.0.0.53 | 200 {} | 0 | {} | -",
        "set 8056c2e21c000001 allowGlobal=all | 200 {} | 0 | {} | -",
        "set 8056c2e21c000001 allowManaged=10.0.0.0/8,net/8 | 200 {} | 2 | '' | nothing was set:"
            + " allowManaged: expected prefixes such as 10.0.0.0/8,fd00::/8, found \"net/8\"",
        "set 8056c2e21c000001 allowGlobal=10.0.0.0/33 | 200 {} | 2 | '' | nothing was set:"
            + " allowGlobal: expected prefixes such as 10.0.0.0/8,fd00::/8, found \"10.0.0.0/33\"",
        "set 8056c2e21c000001 allowDefault=10.0.0.0/8 | 200 {} | 0 | {} | allowDefault: expected 1,"
            + " 0, true or false, found \"10.0.0.0/8\", which counts as true",
        "set 8056c2e21c000001 allowManaged=1 | 200"
            + " {\"allowManagedWithin\":[\"10.0.0.0/8\",\"fd00::/8\"]} | 0 |"
            + " {\"allowManagedWithin\":[\"10.0.0.0/8\",\"fd00::/8\"]} | allowManaged is restricted"
            + " to 10.0.0.0/8,fd00::/8; to permit everything: zerotier-cli set 8056c2e21c000001"
            + " allowManaged=all",
        "set 8056c2e21c000001 allowDNS=1 allowGlobal=1 | 200 {} | 0 | {} | set does not use"
            + " \"allowDNS=1\"",
        "info | 200 {\"problems\":[{\"nwid\":\"8056c2e21c000001\",\"problem\":\"no DNS\"}]} | 0"
            + " | 200 info - - OFFLINE~ | network 8056c2e21c000001: no DNS",
        "bridge 8056c2e21c000001 br0 --add=eth1,eth2 | 200 {} | 0 | 200 bridge OK~ | -",
        "bridge 8056c2e21c000001 off | 200 {} | 0 | 200 bridge OK~ | -",
        "bridge off 8056c2e21c000001 | 200 {} | 0 | 200 bridge OK~ | -",
        "bridge 8056c2e21c000001 | 200 {} | 2 | '' | nothing was set: expected a bridge, such as"
            + " br0, or off, found \"\"",
        "bridge br0 | 200 {} | 2 | '' | nothing was set: expected a network ID of 16 hexadecimal"
            + " digits, found \"br0\"",
        "set 8056c2e21c000001 allowManaged=, | 200 {} | 2 | '' | nothing was set: allowManaged:"
            + " expected prefixes such as 10.0.0.0/8,fd00::/8, found \"\"",
        "bridge 8056c2e21c000001 br0 --add=eth/1 | 200 {} | 2 | '' | nothing was set: expected"
            + " devices after --add, such as eth1, found \"eth/1\"",
        "gateway 8056c2e21c000001 --out=eth0 | 200 {} | 0 | 200 gateway OK~ | -",
        "gateway 8056c2e21c000001 off | 200 {} | 0 | 200 gateway OK~ | -",
        "gateway 8056c2e21c000001 eth0 | 200 {} | 2 | '' | nothing was set: expected the device"
            + " through which packets leave, such as --out eth0, or off, found \"\"",
        "gateway 8056c2e21c000001 off | 404 | 1 | '' | nothing was set: network 8056c2e21c000001 is"
            + " not joined; join it first",
        "gateway 8056c2e21c000001 off | 200 {\"problems\":[\"no nft\"]} | 0 | 200 gateway OK~ | no"
            + " nft",
        "get 8056c2e21c000001 nosuch | @NETWORK | 0 | error, unknown property name~ | unknown"
            + " property \"nosuch\"; valid are ip, ip4, ip6, ip6plane, ip6prefix and the names in:"
            + " zerotier-cli -j listnetworks",
        "get 8056c2e21c000001 allowdns | @NETWORK | 0 | error, unknown property name~ | unknown"
            + " property \"allowdns\"; did you mean allowDNS?",
        "get 8056c2e21c000001 routes | @NETWORK | 0 | error, unknown property name~ | routes has"
            + " more than one value, which get does not print; see: zerotier-cli -j listnetworks",
        "get 8056c2e21c000001 mtu | @NETWORK | 0 | 2800~ | -",
        "orbit | 200 {} | 0 | '' | orbit did nothing: expected a world ID of 10 hexadecimal digits,"
            + " found none",
        "orbit deadbeef00 | 200 {} | 0 | '' | orbit did nothing: expected an address of 10"
            + " hexadecimal digits, found none, for the seed, a root of the moon",
        "orbit 0000000000 0000000000 | 200 {} | 0 | '' | orbit did nothing: a world ID and a seed"
            + " are not 0",
        "orbit deadbeef deadbeef00 | 404 | 1 | 404 orbit ~ | expected a world ID of 10 hexadecimal"
            + " digits, found 8 digits: deadbeef",
        "deorbit | 404 | 1 | 404 deorbit ~ | expected a world ID of 10 hexadecimal digits, found"
            + " none",
        "deorbit xyz | 404 | 1 | 404 deorbit ~ | expected a world ID of 10 hexadecimal digits,"
            + " found \"xyz\"",
        "bond | 200 {} | 2 | (bond) command is missing required arguments~ | expected bond"
            + " <address> show, bond <address> rotate, bond list or bond setmtu <mtu> <interface>"
            + " <ip>",
        "bond 62f865ae71 spin | 200 {} | 2 | (bond) command is missing required arguments~ |"
            + " expected bond <address> show, bond <address> rotate, bond list or bond setmtu <mtu>"
            + " <interface> <ip>, found \"spin\"",
        "bond 62f8 show | 200 {} | 2 | (bond) command is missing required arguments~ | expected an"
            + " address of 10 hexadecimal digits, found 4 digits: 62f8",
        "bond zzzzzzzzzz rotate | 404 | 1 | 404 bond ~ | expected an address of 10 hexadecimal"
            + " digits, found \"zzzzzzzzzz\"",
        "bond 62f865ae71 show | 400 {} | 1 | 400 bond {}~ | this node has no bond with 62f865ae71"
            + " for that; see: zerotier-cli listbonds",
        "bond setmtu 1400 | 404 | 1 | 404 Failed to set MTU: ~ | expected bond setmtu <mtu>"
            + " <interface> <ip>",
        "info | 401 {} | 1 | 401 info {}~ | the daemon on port @PORT rejected the token given with"
            + " -T; the right token is in authtoken.secret in the home directory of that daemon,"
            + " which -D<path> names",
        "info now | 200 {} | 0 | 200 info - - OFFLINE~ | info does not use \"now\"",
        "listpeers a b | 200 [] | 0 | @PEERS | listpeers does not use \"a\", \"b\"",
        "/nosuch | 404 | 1 | 404 /nosuch ~ | the API has no path /nosuch",
      })
  void explainsMistakesOfCommands(String args, String answer, int code, String out, String hint)
      throws IOException {
    try (var daemon = new RecordedDaemon()) {
      int space = answer.indexOf(' ');
      var exchange =
          new RecordedDaemon.Exchange(
              "any",
              null,
              answer.startsWith("@") ? 200 : Integer.parseInt(answer.substring(0, 3)),
              answer.startsWith("@") ? NETWORK : space < 0 ? "" : answer.substring(space + 1));
      for (int requests = 0; requests < MAX_REQUESTS; requests++) {
        daemon.expect(exchange);
      }
      var terminal = terminal();

      int found =
          Cli.run(
              (args + " -p" + daemon.port() + " -T" + RecordedDaemon.TOKEN).split(" "),
              terminal.terminal());

      assertEquals(code, found);
      String expectedOut =
          out.equals("@PEERS")
              ? "200 listpeers <ztaddr> <path> <latency> <version> <role>\n"
              : out.equals("@HELP") ? "" : out.replace('~', '\n');
      assertEquals(expectedOut, terminal.out());
      String port = Integer.toString(daemon.port());
      assertEquals(
          (out.equals("@HELP") ? Help.cli() : "") + line(hint).replace("@PORT", port),
          terminal.err());
    }
  }

  @Test
  void reportsThatNoDaemonListens() throws IOException {
    int port;
    try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = socket.getLocalPort();
    }
    var terminal = terminal();

    assertEquals(
        1,
        Cli.run(
            new String[] {"-p" + port, "-Tx", "leave", "8056c2e21c000001"}, terminal.terminal()));
    assertEquals("0 leave connection failed\n", terminal.out());
    assertEquals(
        line(
            "no daemon listens at 127.0.0.1 port "
                + port
                + ": start zerotier-one, or give its port with -p<port>"),
        terminal.err());
  }

  @Test
  void reportsThatHostNamesAreNotResolved() {
    var terminal = terminal();

    assertEquals(
        1, Cli.run(new String[] {"-p1", "-Tx", "-Hlocalhost", "/status"}, terminal.terminal()));
    assertEquals("0 /status connection failed (2)\n", terminal.out());
    assertEquals(
        line("-H: expected an IP address, found \"localhost\"; names are not resolved"),
        terminal.err());
  }

  @Test
  void reportsWhichFilesAreMissing() throws IOException {
    String home = directory.resolve("home").toString();
    assertEquals(
        "missing port and zerotier-one.port not found in HOME~there is no home directory HOME:"
            + " start zerotier-one, which makes it, or give another one with -D<path>~",
        info(home));

    Files.createDirectory(directory.resolve("home"));
    assertEquals(
        "missing port and zerotier-one.port not found in HOME~zerotier-one writes"
            + " HOME/zerotier-one.port when it starts: start it, or give its home directory with"
            + " -D<path>~",
        info(home));

    Files.writeString(directory.resolve("home/zerotier-one.port"), "70000\n");
    assertEquals(
        "missing port and zerotier-one.port not found in HOME~expected a port from 1 to 65535 in"
            + " HOME/zerotier-one.port, found \"70000\"; restart zerotier-one, which writes the"
            + " file, or give the port with -p<port>~",
        info(home));

    Files.writeString(directory.resolve("home/zerotier-one.port"), "9993");
    assertEquals(
        "authtoken.secret not found or readable in HOME (try again as root)~zerotier-one writes"
            + " HOME/authtoken.secret when it first starts: start it, or give its home directory"
            + " with -D<path> or the token with -T<token>~",
        info(home));

    Files.createFile(directory.resolve("home/authtoken.secret"));
    assertEquals(
        "authtoken.secret not found or readable in HOME (try again as root)~HOME/authtoken.secret"
            + " is empty; delete it and restart zerotier-one, which then makes a new token~",
        info(home));
  }

  @Test
  void reportsWhichFilesThisUserMayNotRead() throws IOException {
    assumeFalse("root".equals(System.getProperty("user.name")), "root may read every file");
    Path home = Files.createDirectory(directory.resolve("home"));
    Path port = Files.writeString(home.resolve("zerotier-one.port"), "9993");
    Path token = Files.writeString(home.resolve("authtoken.secret"), "x");
    var noAccess = PosixFilePermissions.fromString("---------");

    Files.setPosixFilePermissions(token, noAccess);
    assertEquals(
        "authtoken.secret not found or readable in HOME (try again as root)~this user may not read"
            + " HOME/authtoken.secret: try again with sudo, or have root copy it to"
            + " ~/.zeroTierOneAuthToken for this user~",
        info(home.toString()));

    Files.setPosixFilePermissions(port, noAccess);
    assertEquals(
        "missing port and zerotier-one.port not found in HOME~this user may not read"
            + " HOME/zerotier-one.port; try again with sudo~",
        info(home.toString()));
  }

  /** Runs info; returns the lines on standard error, without the program's name. */
  private String info(String home) {
    var terminal = terminal();
    assertEquals(2, Cli.run(new String[] {"-D" + home, "info"}, terminal.terminal()));
    assertEquals("", terminal.out());
    return terminal.err().replace("zerotier-cli: ", "").replace(home, "HOME").replace('\n', '~');
  }

  /** Commands and arguments of the identity tool. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      nullValues = "-",
      value = {
        "genrate | unknown command \"genrate\"; did you mean generate?",
        "gen | unknown command \"gen\"; did you mean generate, genmoon or genplanet?",
        "xyzzy | unknown command \"xyzzy\"",
        "help | -",
        "-h | -",
        "validate | validate: expected <identity>, found no arguments",
        "verify a b | verify: expected <identity> <file> <signature>, found 2 arguments",
      })
  void namesTheWrongWordOfTheIdentityTool(String args, String hint) {
    var terminal = new CapturedTerminal("zerotier-idtool", Map.of(), directory, 0);

    assertEquals(1, Idtool.run(args.split(" "), terminal.terminal()));
    assertEquals(Help.idtool(), terminal.out());
    assertEquals(hint == null ? "" : "zerotier-idtool: " + hint + "\n", terminal.err());
  }

  /** Files of the identity tool. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "validate nofile | Identity argument invalid or file unreadable: nofile~ | cannot read"
            + " nofile: there is no such file",
        "validate text | Identity argument invalid or file unreadable: text~ | text holds no"
            + " identity: expected address:0:public key[:private key]",
        "initmoon nofile | nofile is not a valid identity~ | cannot read nofile: there is no such"
            + " file",
        "genmoon nofile | cannot read nofile~ | cannot read nofile: there is no such file",
        "genmoon moon | invalid worldType~ | expected moon or planet in \"worldType\" of moon,"
            + " found \"sun\"",
        "generate no/file | Error writing to no/file~ | cannot write no/file: its directory does"
            + " not exist",
      })
  void explainsErrorsOfFiles(String args, String recorded, String hint) throws IOException {
    Files.writeString(directory.resolve("text"), "not an identity");
    Files.writeString(directory.resolve("moon"), "{\"id\":\"879369bf84\",\"worldType\":\"sun\"}");
    var terminal = new CapturedTerminal("zerotier-idtool", Map.of(), directory, 0);

    assertEquals(1, Idtool.run(args.split(" "), terminal.terminal()));
    assertEquals(recorded.replace('~', '\n') + "zerotier-idtool: " + hint + "\n", terminal.err());
  }

  private CapturedTerminal terminal() {
    return new CapturedTerminal("zerotier-cli", Map.of(), directory, 0);
  }

  private static String line(String hint) {
    return hint == null ? "" : "zerotier-cli: " + hint + "\n";
  }
}
