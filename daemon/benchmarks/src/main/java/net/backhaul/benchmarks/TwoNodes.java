// SPDX-License-Identifier: Apache-2.0
package net.backhaul.benchmarks;

import java.net.InetSocketAddress;
import net.backhaul.engine.DatagramBatch;
import net.backhaul.engine.DatagramRun;
import net.backhaul.engine.Node;
import net.backhaul.engine.OutputAdapter;
import net.backhaul.protocol.ethernet.Macs;
import net.backhaul.protocol.ethernet.OffloadHeader;
import net.backhaul.simulation.Scenario;
import net.backhaul.simulation.SimulatedHost;
import net.backhaul.simulation.SimulatedInternet;
import org.jspecify.annotations.Nullable;

/**
 * Two members of a network with a direct path, at a fixed time: what they send is counted or
 * recorded, and not delivered.
 */
final class TwoNodes {
  private static final int ETHERNET_BYTES = 14;
  private static final int ETHERTYPE_IPV4 = 0x0800;

  /** An IPv4 and a TCP header without options. */
  static final int HEADERS_BYTES = 40;

  private final Scenario scenario = new Scenario(1);
  private final SimulatedInternet internet = scenario.internet();
  private final SimulatedHost alice;
  private final SimulatedHost bob;
  final long networkId;
  final CountingOutput fromAlice = new CountingOutput();
  final CountingOutput toBob = new CountingOutput();

  TwoNodes() {
    SimulatedHost controllerHost = scenario.startRoot().startController();
    networkId = controllerHost.controller().createNetwork(1, "10.147.17");
    alice = scenario.startHost("192.88.99.10");
    bob = scenario.startHost("192.88.99.20");
    internet.run(200);
    for (SimulatedHost member : new SimulatedHost[] {alice, bob}) {
      member.join(networkId);
      controllerHost.controller().authorize(member, networkId);
    }
    internet.run(2_000);
    for (int i = 0; i < 5; i++) {
      alice.ping(bob, networkId);
      internet.run(1_000);
    }
    if (!alice.isDirectTo(bob) || alice.pingReplies(networkId) < 4) {
      throw new IllegalStateException("no direct path between the two nodes");
    }
    alice.redirectOutput(fromAlice);
    bob.redirectOutput(toBob);
  }

  Node alice() {
    return alice.running();
  }

  Node bob() {
    return bob.running();
  }

  InetSocketAddress endpointOfAlice() {
    return alice.endpoint();
  }

  long nowMs() {
    return internet.nowMs();
  }

  /** Returns an Ethernet frame from one to the other that carries a TCP segment. */
  byte[] frame(int packetBytes) {
    byte[] frame = new byte[ETHERNET_BYTES + packetBytes];
    putMac(frame, 0, Macs.of(bob.nodeAddress(), networkId));
    putMac(frame, 6, Macs.of(alice.nodeAddress(), networkId));
    put16(frame, 12, ETHERTYPE_IPV4);
    int ip = ETHERNET_BYTES;
    frame[ip] = 0x45;
    put16(frame, ip + 2, packetBytes);
    put16(frame, ip + 6, 0x4000);
    frame[ip + 8] = 64;
    frame[ip + 9] = 6;
    frame[ip + 12] = 10;
    frame[ip + 15] = 1;
    frame[ip + 16] = 10;
    frame[ip + 19] = 2;
    int tcp = ip + 20;
    put16(frame, tcp, 5201);
    put16(frame, tcp + 2, 40_000);
    frame[tcp + 12] = 0x50;
    frame[tcp + 13] = 0x10;
    return frame;
  }

  /** Returns the offload header of a TCP super-frame with a partial checksum. */
  static OffloadHeader offload(int segmentBytes) {
    var offload = new OffloadHeader();
    offload.set(
        OffloadHeader.NEEDS_CHECKSUM,
        OffloadHeader.GSO_TCP4,
        ETHERNET_BYTES + HEADERS_BYTES,
        segmentBytes,
        ETHERNET_BYTES + 20,
        16);
    return offload;
  }

  private static void putMac(byte[] bytes, int at, long mac) {
    for (int i = 0; i < 6; i++) {
      bytes[at + i] = (byte) (mac >>> (40 - 8 * i));
    }
  }

  private static void put16(byte[] bytes, int at, int value) {
    bytes[at] = (byte) (value >>> 8);
    bytes[at + 1] = (byte) value;
  }

  /** Counts datagrams and frames, and records the datagrams in a batch if there is one. */
  static final class CountingOutput extends OutputAdapter {
    private @Nullable DatagramBatch recorded;
    private @Nullable InetSocketAddress recordedFrom;
    long datagrams;
    long frames;

    void record(@Nullable DatagramBatch batch, InetSocketAddress from) {
      recorded = batch;
      recordedFrom = from;
    }

    @Override
    public void sendDatagrams(DatagramRun run) {
      datagrams += (run.length() + run.segmentBytes() - 1) / run.segmentBytes();
      for (int at = run.start(); recorded != null && recordedFrom != null && at < run.end(); ) {
        int size = Math.min(run.segmentBytes(), run.end() - at);
        System.arraycopy(run.bytes(), at, recorded.bytes(), recorded.end(), size);
        recorded.add(run.socket(), recordedFrom, size);
        at += size;
      }
    }

    @Override
    public void deliverFrame(long networkId, byte[] bytes, int start, int length) {
      frames++;
    }
  }
}
