// SPDX-License-Identifier: Apache-2.0
package net.backhaul.benchmarks;

import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import net.backhaul.protocol.address.Endpoints;
import net.backhaul.protocol.identity.Addresses;
import net.backhaul.protocol.identity.Identity;
import net.backhaul.protocol.packet.WireWriter;

/**
 * Members of a network that request their configuration from a real controller over UDP, as many a
 * second as the controller permits them. {@code scripts/bench controller} starts it.
 *
 * <pre>
 * identities COUNT FILE             adds identities to the file until it has so many
 * peers FILE IP DIRECTORY           writes a peer cache (02 section 5.4) with one file per identity
 * load FILE IP ENDPOINT IDENTITY NETWORK SECONDS
 * </pre>
 *
 * <p>IP is the address of the first member; each further one has the next address. The last line of
 * {@code load} is JSON: requests, answers, their rate in 1/s, and latencies in ms.
 */
public final class ControllerLoad {
  private static final int CACHE_FORMAT = 2;
  private static final int BATCH = 100;

  private ControllerLoad() {}

  /** What {@code load} was asked: the members, the address of the first, and whom they ask. */
  private record Load(
      List<Identity> members,
      InetAddress first,
      InetSocketAddress controller,
      Identity identity,
      long network,
      int seconds) {

    static Load parse(String[] words) throws IOException {
      if (words.length != 7) {
        throw new IllegalArgumentException(
            "load: expected FILE IP ENDPOINT IDENTITY NETWORK SECONDS, found "
                + (words.length - 1)
                + " words");
      }
      return new Load(
          read(Path.of(words[1])),
          Endpoints.parseIp(words[2]),
          Endpoints.parse(words[3]),
          Identity.parse(words[4]),
          Long.parseUnsignedLong(words[5], 16),
          Integer.parseInt(words[6]));
    }
  }

  /** Runs one of the commands. */
  public static void main(String[] words) throws IOException {
    switch (words.length == 0 ? "" : words[0]) {
      case "identities" -> identities(Integer.parseInt(words[1]), Path.of(words[2]));
      case "peers" -> peers(read(Path.of(words[1])), words[2], Path.of(words[3]));
      case "load" -> System.out.println(load(Load.parse(words)));
      default -> {
        System.err.println("expected identities, peers or load");
        System.exit(2);
      }
    }
  }

  private static void identities(int count, Path file) throws IOException {
    List<String> lines = Files.exists(file) ? Files.readAllLines(file) : List.of();
    var all = new ArrayList<>(lines);
    while (all.size() < count) {
      int more = Math.min(BATCH, count - all.size());
      all.addAll(
          IntStream.range(0, more)
              .parallel()
              .mapToObj(i -> Identity.generate(new SecureRandom()).secretText())
              .toList());
      Files.write(file, all);
      System.out.println("identities: " + all.size() + " of " + count);
    }
  }

  static List<Identity> read(Path file) throws IOException {
    return Files.readAllLines(file).stream().map(Identity::parse).toList();
  }

  private static void peers(List<Identity> members, String firstIp, Path directory)
      throws IOException {
    Files.createDirectories(directory);
    for (Identity member : members) {
      var out = new WireWriter().u8(CACHE_FORMAT);
      member.writeTo(out);
      out.u16(12).u16(1).u16(14).u16(1).u16(0);
      Files.write(directory.resolve(Addresses.text(member.address()) + ".peer"), out.toByteArray());
    }
  }

  private static String load(Load load) throws IOException {
    PrintStream progress = System.out;
    try (var crowd = new RequestingMembers(load.identity(), load.controller(), load.network())) {
      int number = 0;
      for (Identity member : load.members()) {
        crowd.add(member, plus(load.first(), number++));
      }
      crowd.connect(progress);
      return crowd.load(load.seconds(), progress);
    }
  }

  private static InetAddress plus(InetAddress first, int number) throws IOException {
    byte[] bytes = first.getAddress();
    int sum = ((bytes[2] & 0xff) << 8 | bytes[3] & 0xff) + number;
    bytes[2] = (byte) (sum >> 8);
    bytes[3] = (byte) sum;
    return InetAddress.getByAddress(bytes);
  }
}
