// SPDX-License-Identifier: Apache-2.0
package net.backhaul.benchmarks;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.ArrayDeque;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import net.backhaul.crypto.KeyPair;
import net.backhaul.crypto.MemoryHardDigest;
import net.backhaul.engine.DatagramBatch;
import net.backhaul.engine.DatagramRun;
import net.backhaul.engine.HelloCheck;
import net.backhaul.engine.LocalSocket;
import net.backhaul.engine.Node;
import net.backhaul.engine.NodeOptions;
import net.backhaul.engine.OutputAdapter;
import net.backhaul.engine.StateKey;
import net.backhaul.protocol.identity.Addresses;
import net.backhaul.protocol.identity.Identity;
import net.backhaul.protocol.message.Features;
import net.backhaul.protocol.message.HelloOk;
import net.backhaul.protocol.message.Verb;
import net.backhaul.protocol.packet.PacketCipher;
import net.backhaul.protocol.packet.PacketView;
import net.backhaul.protocol.packet.Packets;
import net.backhaul.protocol.packet.WireWriter;
import net.backhaul.simulation.Identities;
import net.backhaul.simulation.SimulatedHost;
import net.backhaul.simulation.SimulatedInternet;

/**
 * A root with many peers, on one thread and without sockets: memory for each peer, HELLOs and
 * relayed packets in a second (docs/performance.md, "A root with many peers").
 *
 * <p>The peers have real keys and send authentic HELLOs. Their addresses do not derive from the
 * keys, since to generate that many would take hours: the validation alone, which other threads do,
 * is measured by itself.
 */
public final class RootLoad {
  private static final long START_MS = 1_700_000_000_000L;
  private static final int VALIDATIONS = 40;
  private static final int FRAME_BYTES = 1_400;
  private static final int PROTOCOL = 12;

  /** The virtual time between two HELLOs: a hundred thousand in about two minutes. */
  private static final int HELLOS_A_MILLISECOND = 1;

  private final int count;
  private final Identity self = Identities.byNumber(0);
  private final RootOutput output = new RootOutput();
  private final Node node;
  private final long[] addresses;
  private final PacketCipher[] ciphers;
  private final byte[][] hellos;
  private final InetSocketAddress[] endpoints;
  private final DatagramBatch batch = new DatagramBatch(2 * Packets.MAX_BYTES);
  private long nowMs = START_MS;

  /** Counts what the root sends, and keeps the HELLO that is to be answered. */
  private static final class RootOutput extends OutputAdapter {
    final Queue<HelloCheck> checks = new ArrayDeque<>();
    final PacketView view = new PacketView();
    long datagrams;
    long helloId;

    @Override
    public IdentityChecker identityChecker() {
      return checks::add;
    }

    @Override
    public void sendDatagrams(DatagramRun run) {
      datagrams += (run.end() - run.start() + run.segmentBytes() - 1) / run.segmentBytes();
      view.wrap(run.bytes(), run.start(), run.end() - run.start());
      if (view.suite() == Packets.SUITE_POLY && view.verb() == Verb.HELLO.number()) {
        helloId = view.id();
      }
    }
  }

  private RootLoad(int count) {
    this.count = count;
    SimulatedHost root = new SimulatedInternet(1).host("192.88.99.1");
    node =
        new Node(
            self,
            NodeOptions.DEFAULT.withLimits(count + 10, NodeOptions.DEFAULT_MAX_MEMBERS),
            output,
            null,
            new Random(1),
            Map.of(new StateKey(StateKey.Kind.PLANET, 0), SimulatedInternet.planet(root)),
            START_MS);
    node.socketsChanged(List.of(new LocalSocket(0, root.endpoint())), START_MS);
    addresses = new long[count];
    ciphers = new PacketCipher[count];
    hellos = new byte[count][];
    endpoints = new InetSocketAddress[count];
  }

  public static void main(String[] args) throws UnknownHostException {
    int peers = args.length > 0 ? Integer.parseInt(args[0]) : 10_000;
    int packets = args.length > 1 ? Integer.parseInt(args[1]) : 1_000_000;
    new RootLoad(peers).run(packets);
  }

  private void run(int packets) throws UnknownHostException {
    makePeers();
    long validationUs = validationUs();
    long before = usedBytes();
    double firstNs = receiveFirstHellos();
    long peerBytes = (usedBytes() - before) / count;
    int known = node.peers(nowMs).size();
    if (known < count) {
      throw new IllegalStateException("of " + count + " peers the root knows " + known);
    }
    double againNs = receiveHellosAgain();
    double relayNs = relay(packets);
    System.out.printf(
        "{\"peers\": %d, \"bytes a peer\": %d, \"first HELLOs a second\": %d,"
            + " \"HELLOs a second\": %d, \"relayed packets a second\": %d,"
            + " \"validation, us\": %d}%n",
        count, peerBytes, rate(firstNs), rate(againNs), rate(relayNs), validationUs);
  }

  private static long rate(double ns) {
    return Math.round(1e9 / ns);
  }

  private void makePeers() throws UnknownHostException {
    var random = new Random(5);
    HexFormat hex = HexFormat.of();
    for (int i = 0; i < count; i++) {
      KeyPair pair = KeyPair.generate(random);
      addresses[i] = 0x1000000000L + i;
      Identity identity =
          Identity.parse(
              Addresses.text(addresses[i])
                  + ":0:"
                  + hex.formatHex(pair.publicKey())
                  + ":"
                  + hex.formatHex(pair.privateKey()));
      ciphers[i] = PacketCipher.of(identity.agree(self).orElseThrow());
      byte[] ip = {(byte) (20 + (i >> 16)), (byte) (i >> 8), (byte) i, 1}; // Each a /24 of its own.
      endpoints[i] = new InetSocketAddress(InetAddress.getByAddress(ip), 9_993);
      var payload = new WireWriter();
      payload.u8(PROTOCOL).u8(1).u8(14).u16(1).u64(START_MS);
      identity.writeTo(payload);
      hellos[i] = sealed(i, self.address(), Verb.HELLO, payload, Packets.SUITE_POLY, random);
    }
  }

  private byte[] sealed(
      int peer, long to, Verb verb, WireWriter payload, int suite, Random random) {
    byte[] packet = new byte[Packets.HEADER_BYTES + payload.size()];
    System.arraycopy(payload.array(), 0, packet, Packets.HEADER_BYTES, payload.size());
    PacketView.writeHeader(packet, 0, random.nextLong(), to, addresses[peer], verb.number());
    ciphers[peer].seal(suite, packet, 0, packet.length);
    return packet;
  }

  private static long validationUs() {
    var digests = new MemoryHardDigest();
    long startNs = System.nanoTime();
    for (int i = 1; i <= VALIDATIONS; i++) {
      if (!Identities.byNumber(i).validates(digests)) {
        throw new IllegalStateException("identity " + i + " is not valid");
      }
    }
    return (System.nanoTime() - startNs) / VALIDATIONS / 1_000;
  }

  private static long usedBytes() {
    Runtime runtime = Runtime.getRuntime();
    System.gc();
    return runtime.totalMemory() - runtime.freeMemory();
  }

  private void receive(int peer, byte[] datagram) {
    batch.clear();
    System.arraycopy(datagram, 0, batch.bytes(), 0, datagram.length);
    batch.add(0, endpoints[peer], datagram.length);
    node.receive(batch, nowMs);
  }

  /** HELLO of an unknown node, the check without its validation, OK, the confirmation of a path. */
  private double receiveFirstHellos() {
    var random = new Random(6);
    long othersNs = 0;
    long startNs = System.nanoTime();
    for (int i = 0; i < count; i++) {
      nowMs = START_MS + i / HELLOS_A_MILLISECOND;
      output.helloId = 0;
      receive(i, hellos[i]);
      for (HelloCheck check = output.checks.poll(); check != null; check = output.checks.poll()) {
        check.run(identity -> true);
        node.identityChecked(check, nowMs);
      }
      long answerNs = System.nanoTime();
      var payload = new WireWriter();
      new HelloOk(output.helloId, nowMs, PROTOCOL, 1, 14, 1, endpoints[0], List.of(), Features.NONE)
          .writeTo(payload);
      byte[] ok = sealed(i, self.address(), Verb.OK, payload, Packets.SUITE_SALSA, random);
      othersNs += System.nanoTime() - answerNs;
      receive(i, ok);
    }
    return (double) (System.nanoTime() - startNs - othersNs) / count;
  }

  private double receiveHellosAgain() {
    nowMs += 1_000;
    long startNs = System.nanoTime();
    for (int i = 0; i < count; i++) {
      receive(i, hellos[i]);
    }
    return (double) (System.nanoTime() - startNs) / count;
  }

  private double relay(int packets) {
    var random = new Random(7);
    byte[] packet = new byte[Packets.HEADER_BYTES + FRAME_BYTES];
    long before = node.counters().relayedDatagrams();
    long startNs = System.nanoTime();
    for (int i = 0; i < packets; i++) {
      int from = random.nextInt(count);
      int to = random.nextInt(count);
      PacketView.writeHeader(packet, 0, i, addresses[to], addresses[from], Verb.FRAME.number());
      receive(from, packet);
    }
    double ns = (double) (System.nanoTime() - startNs) / packets;
    long relayed = node.counters().relayedDatagrams() - before;
    if (relayed < packets * 99L / 100) {
      throw new IllegalStateException("relayed " + relayed + " of " + packets);
    }
    return ns;
  }
}
