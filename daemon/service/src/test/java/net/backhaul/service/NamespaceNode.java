// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import net.backhaul.cli.Cli;
import net.backhaul.crypto.KeyPair;
import net.backhaul.protocol.identity.Identity;
import net.backhaul.protocol.packet.WireWriter;
import net.backhaul.protocol.world.World;
import net.backhaul.testing.NetworkNamespace;
import org.jspecify.annotations.Nullable;

/**
 * A daemon as a process on a host of its own: a network namespace on a bridge that the first node's
 * namespace has. The first node is the root of all of them.
 */
final class NamespaceNode implements AutoCloseable {
  private static final String SUBNET = "10.9.0.";
  private static final long CALL_S = 90;

  /** Properties that name a directory with the programs of another implementation. */
  private static final String ROOT_PROGRAMS = "backhaul.rootPrograms";

  private static final String MEMBER_PROGRAMS = "backhaul.memberPrograms";

  /** The same for one node, with its number behind it: 1 for the root, 2 for the first member. */
  private static final String NODE_PROGRAMS = "backhaul.nodePrograms.";

  private static final String SETTINGS =
      "{\"settings\": {\"portMappingEnabled\": false, \"allowSecondaryPort\": false, "
          + "\"sendHostName\": false}}";

  /** Seeds with which the proof of work of an identity is found at once, not after a second. */
  private static final int[] QUICK_SEEDS = {9, 4, 40, 116, 119, 93, 46, 96, 1};

  /** Set before there are devices, so that duplicate addresses are detected without a delay. */
  private static final Path SOLICITATION_DELAY =
      Path.of("/proc/sys/net/ipv6/conf/default/router_solicitation_delay");

  private final ExecutorService thread = NetworkNamespace.thread();
  private final String namespace;
  private final Path home;
  private final int number;
  private final Identity identity;
  private List<String> endpoints;
  private List<String> wrapper = List.of();
  private Process daemon;
  private RawHttp http;
  private String token = "";

  private NamespaceNode(Path directory, int number) throws Exception {
    this.number = number;
    endpoints = List.of(SUBNET + number);
    home = Files.createDirectory(directory.resolve("node" + number));
    boolean isQuick = number <= QUICK_SEEDS.length;
    identity = Identity.generate(new Random(isQuick ? QUICK_SEEDS[number - 1] : 1_000 + number));
    Files.writeString(home.resolve("identity.secret"), identity.secretText());
    Files.writeString(home.resolve("local.conf"), SETTINGS);
    namespace =
        here(
            () -> {
              Files.writeString(SOLICITATION_DELAY, "0");
              return Files.readSymbolicLink(Path.of("/proc/thread-self")).toString();
            });
    ip("link", "set", "lo", "up");
  }

  /** Starts a number of nodes, of which the first is the root. */
  static List<NamespaceNode> start(Path directory, int count) throws Exception {
    List<NamespaceNode> nodes = create(directory, count);
    start(nodes, 1);
    return nodes;
  }

  /** Creates the hosts of a number of nodes, on one link. */
  static List<NamespaceNode> create(Path directory, int count) throws Exception {
    var nodes = new ArrayList<NamespaceNode>();
    while (nodes.size() < count) {
      add(directory, nodes);
    }
    return nodes;
  }

  /** Creates the host of one more node, on the link of the others. */
  static void add(Path directory, List<NamespaceNode> nodes) throws Exception {
    var node = new NamespaceNode(directory, nodes.size() + 1);
    nodes.add(node);
    NamespaceNode first = nodes.getFirst();
    if (node == first) {
      node.ip("link", "add", "underlay", "type", "bridge");
      node.ip("link", "set", "underlay", "up");
      node.ip("address", "add", SUBNET + "1/24", "dev", "underlay");
    } else {
      node.connect(first, "eth0", node.number);
      node.ip("link", "set", "eth0", "up");
    }
  }

  /** Starts the daemons of nodes, of which the first ones are roots. */
  static void start(List<NamespaceNode> nodes, int roots) throws Exception {
    start(nodes, nodes.subList(0, roots));
  }

  /** Starts the daemons of nodes with these roots. */
  static void start(List<NamespaceNode> nodes, List<NamespaceNode> roots) throws Exception {
    for (NamespaceNode node : nodes) {
      node.writePlanet(roots);
      node.launch();
    }
    for (NamespaceNode node : nodes) {
      node.awaitAnswer();
    }
  }

  /**
   * Connects the host to the link by one more device, which is down.
   *
   * @param first the first node, which has the link
   * @param host the last number of its address
   */
  void connect(NamespaceNode first, String device, int host) throws IOException {
    String peer = "host" + host;
    first.ip("link", "add", peer, "type", "veth", "peer", "name", device);
    first.ip("link", "set", device, "netns", "/proc/" + namespace + "/ns/net");
    first.ip("link", "set", peer, "master", "underlay", "up");
    ip("address", "add", SUBNET + host + "/24", "dev", device);
  }

  /** Adds the addresses at which the others know this root; before the daemons start. */
  void listenAsRoot(String... addresses) throws IOException {
    for (String each : addresses) {
      addAddress(each, number == 1 ? "underlay" : "eth0");
    }
    endpoints = List.of(addresses);
  }

  /** Adds an address of a subnet of the usual size, which can be used at once. */
  void addAddress(String address, String device) throws IOException {
    if (address.contains(":")) {
      ip("address", "add", address + "/64", "dev", device, "nodad");
    } else {
      ip("address", "add", address + "/24", "dev", device);
    }
  }

  /** Starts the daemon from now on by another program, to which its command line is appended. */
  void startBy(String... words) {
    wrapper = List.of(words);
  }

  /** Forbids direct paths to another node; before the daemon starts. */
  void forbidPathsTo(NamespaceNode other) throws IOException {
    Files.writeString(
        home.resolve("local.conf"),
        SETTINGS.substring(0, SETTINGS.length() - 1)
            + ", \"virtual\": {\"%s\": {\"blacklist\": [\"%s0/24\"]}}}"
                .formatted(other.address(), SUBNET));
  }

  private void writePlanet(List<NamespaceNode> nodes) throws IOException {
    var roots = new ArrayList<World.Root>();
    for (NamespaceNode node : nodes) {
      List<InetSocketAddress> at =
          node.endpoints.stream().map(each -> new InetSocketAddress(each, 9993)).toList();
      roots.add(new World.Root(node.identity.withoutPrivateKey(), at));
    }
    KeyPair signer = KeyPair.generate(new Random(9));
    World planet = World.make(World.Type.PLANET, 9, 1, signer.publicKey(), roots, signer);
    var out = new WireWriter();
    planet.writeTo(out);
    Files.write(home.resolve("planet"), out.toByteArray());
  }

  /** Starts the daemon, and returns when it answers. */
  void startDaemon() throws Exception {
    launch();
    awaitAnswer();
  }

  /** Returns whether a daemon was started that still runs. */
  boolean isRunning() {
    return daemon != null && daemon.isAlive();
  }

  /** Returns the directory with the programs of another implementation, or null. */
  @Nullable String programs() {
    return System.getProperty(
        NODE_PROGRAMS + number, System.getProperty(number == 1 ? ROOT_PROGRAMS : MEMBER_PROGRAMS));
  }

  private void launch() throws Exception {
    String programs = programs();
    List<String> words = List.of("-U", home.toString());
    var command = new ArrayList<>(wrapper);
    if (programs == null) {
      command.addAll(DaemonProcess.command(words));
    } else {
      command.add(Path.of(programs, "zerotier-one").toString());
      command.addAll(words);
    }
    daemon =
        here(
            () ->
                new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(home.resolve("log").toFile())
                    .start());
  }

  private void awaitAnswer() throws Exception {
    http = here(() -> DaemonProcess.awaitAnswer(daemon::isAlive, home));
    token = Files.readString(home.resolve("authtoken.secret")).strip();
  }

  /** Returns the directory below /proc of a thread on this host. */
  String namespace() {
    return namespace;
  }

  /** Returns the home directory of the daemon. */
  Path home() {
    return home;
  }

  /**
   * Runs {@code zerotier-cli} on this host.
   *
   * @return its exit code, a line break, and its output with that on standard error
   */
  String cli(String... words) throws Exception {
    return here(
        () -> {
          var bytes = new ByteArrayOutputStream();
          var out = new PrintStream(bytes, true, StandardCharsets.UTF_8);
          var all = new ArrayList<>(List.of("-D" + home));
          all.addAll(List.of(words));
          int code = Cli.run(all.toArray(String[]::new), out, out);
          return code + "\n" + bytes.toString(StandardCharsets.UTF_8);
        });
  }

  /**
   * Runs {@code zerotier-cli} as a process that sees the file systems of the daemon.
   *
   * @return as of {@link #cli}
   */
  String cliAtDaemon(String... words) throws Exception {
    String ofDaemon = "/proc/" + daemon.pid() + "/ns/";
    var command = new ArrayList<>(List.of("nsenter", "--mount=" + ofDaemon + "mnt"));
    command.add("--net=" + ofDaemon + "net");
    var all = new ArrayList<>(List.of("-q", "-D" + home));
    all.addAll(List.of(words));
    command.addAll(DaemonProcess.command(all));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return process.waitFor() + "\n" + output;
  }

  /** Returns what the daemon has logged. */
  String log() throws IOException {
    return Files.readString(home.resolve("log"));
  }

  /** Ends the daemon as {@code kill -9} does. */
  void killDaemon() throws Exception {
    daemon.destroyForcibly().waitFor();
    Files.deleteIfExists(home.resolve("zerotier-one.port"));
  }

  /** Ends the daemon as {@code systemctl stop} does, and returns when it has ended. */
  void stopDaemon() throws Exception {
    daemon.destroy();
    daemon.waitFor();
    Files.deleteIfExists(home.resolve("zerotier-one.port"));
  }

  /** Stops the process of the daemon, or lets it go on. */
  void pauseDaemon(boolean pause) throws Exception {
    String signal = pause ? "-STOP" : "-CONT";
    new ProcessBuilder("kill", signal, Long.toString(daemon.pid())).start().waitFor();
  }

  /** Returns the address of the node. */
  String address() {
    return "%010x".formatted(identity.address());
  }

  /** Runs code on this host, such as opening a socket. */
  <T> T here(Callable<T> work) throws Exception {
    return thread.submit(work).get(CALL_S, TimeUnit.SECONDS);
  }

  /** Runs code on a thread of its own on this host, beside other code. */
  <T> Future<T> beside(Callable<T> work) throws Exception {
    // A new thread is in the namespace of the one that starts it.
    var task = new FutureTask<>(work);
    here(() -> Thread.ofPlatform().daemon().start(task));
    return task;
  }

  /** Sets a parameter of the kernel, by its path below /proc/sys. */
  void sysctl(String path, String value) throws Exception {
    here(() -> Files.writeString(Path.of("/proc/sys", path), value));
  }

  /** Runs the ip program on this host, which has to succeed. */
  void ip(String... arguments) throws IOException {
    String output = NetworkNamespace.ip(namespace, arguments);
    if (!output.isEmpty()) {
      throw new IOException(String.join(" ", arguments) + ": " + output);
    }
  }

  /** Runs a command of the nft program on this host, which has to succeed. */
  void nft(String command) throws Exception {
    here(
        () -> {
          Process process = new ProcessBuilder("nft", command).redirectErrorStream(true).start();
          String output = new String(process.getInputStream().readAllBytes());
          if (process.waitFor() != 0) {
            throw new IOException(command + ": " + output);
          }
          return output;
        });
  }

  /** Runs the ip program on this host; returns its output. */
  String show(String... arguments) throws IOException {
    return NetworkNamespace.ip(namespace, arguments);
  }

  /** Sends a request to the API of the daemon; returns the body of the answer. */
  String request(String method, String target, String body) throws Exception {
    String request =
        "%s %s HTTP/1.1\r\nX-ZT1-Auth: %s\r\nContent-Length: %d\r\n\r\n%s"
            .formatted(method, target, token, body.length(), body);
    RawHttp.Answer answer = here(() -> http.send(request, true));
    if (answer.status() != 200) {
      throw new IOException(method + " " + target + ": " + answer);
    }
    return answer.body();
  }

  @Override
  public void close() {
    if (daemon != null) {
      daemon.destroyForcibly().onExit().join();
    }
    thread.close();
  }
}
