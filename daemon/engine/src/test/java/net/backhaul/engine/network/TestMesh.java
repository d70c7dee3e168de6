// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine.network;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.Set;
import net.backhaul.engine.ConfigSource;
import net.backhaul.engine.Deadlines;
import net.backhaul.engine.Drop;
import net.backhaul.engine.FrameBatch;
import net.backhaul.engine.StateKey;
import net.backhaul.engine.peer.InboundPacket;
import net.backhaul.engine.peer.PacketOutcome;
import net.backhaul.engine.peer.PacketRun;
import net.backhaul.engine.peer.PeerLink;
import net.backhaul.protocol.identity.Identity;
import net.backhaul.protocol.message.ErrorMessage;
import net.backhaul.protocol.message.Message;
import net.backhaul.protocol.message.Verb;
import net.backhaul.protocol.packet.Packets;
import net.backhaul.protocol.packet.WireException;
import net.backhaul.protocol.packet.WireWriter;

/** The networks of several nodes, whose packets arrive after a delay in virtual time. */
final class TestMesh {
  static final long START_MS = 1_700_000_000_000L;
  static final long DELAY_MS = 10;

  private static final long RETRY_MS = 500;
  private static final long PENDING_LIFE_MS = 5_000;

  final List<Long> upstreams = new ArrayList<>();

  /** The nodes whose packets no other has received. */
  final Set<Long> silent = new HashSet<>();

  /** Whether all sent packets are lost. */
  boolean losing;

  long nowMs = START_MS;
  private final Map<Long, Member> members = new LinkedHashMap<>();
  private final PriorityQueue<Flight> flights = new PriorityQueue<>();
  private long lastPacketId = 1L << 32;

  private static final class Flight implements Comparable<Flight> {
    final long atMs;
    final long id;
    final long from;
    final long to;
    final Verb verb;
    final byte[] payload;

    Flight(long atMs, long id, long from, long to, Verb verb, byte[] payload) {
      this.atMs = atMs;
      this.id = id;
      this.from = from;
      this.to = to;
      this.verb = verb;
      this.payload = payload;
    }

    @Override
    public int compareTo(Flight other) {
      int byTime = Long.compare(atMs, other.atMs);
      return byTime != 0 ? byTime : Long.compare(id, other.id);
    }
  }

  /** One node: its networks, and a VL1 with all identities. */
  final class Member implements PeerLink {
    final Identity identity;
    final RecordingOutput output = new RecordingOutput();
    final Deadlines deadlines = new Deadlines();
    final Map<Verb, Integer> sent = new HashMap<>();
    final List<String> log = new ArrayList<>();
    Networks networks;
    private final Set<Long> pendingRequests = new HashSet<>();
    private final List<Flight> pending = new ArrayList<>();
    private boolean retrySoon;
    private long nextRetryMs;

    Member(Identity identity) {
      this.identity = identity;
    }

    long address() {
      return identity.address();
    }

    void sendFrame(long networkId, byte[] frame) {
      var batch = new FrameBatch(12_000);
      System.arraycopy(frame, 0, batch.bytes(), batch.nextStart(), frame.length);
      batch.add(frame.length);
      networks.sendFrames(networkId, batch, nowMs);
    }

    @Override
    public Identity self() {
      return identity;
    }

    @Override
    public Identity identityOf(long address, long nowMs) {
      Member other = members.get(address);
      return other == null ? null : other.identity;
    }

    @Override
    public void send(long to, Message message, long nowMs) {
      var out = new WireWriter(Packets.MAX_BYTES - Packets.HEADER_BYTES); // As in VL1.
      message.writeTo(out);
      fly(to, message.verb(), out.toByteArray());
    }

    @Override
    public void send(PacketRun run, long nowMs) {
      for (int at = run.start(); at < run.end(); at += run.segmentBytes()) {
        int end = Math.min(at + run.segmentBytes(), run.end());
        byte[] payload = Arrays.copyOfRange(run.bytes(), at + Packets.HEADER_BYTES, end);
        fly(run.destination(), Verb.of(run.verb()), payload);
        Arrays.fill(run.bytes(), at, end, (byte) 0x55);
      }
    }

    private void fly(long to, Verb verb, byte[] payload) {
      if (to != address() && !losing) {
        long id = lastPacketId++;
        pendingRequests.add(id);
        sent.merge(verb, 1, Integer::sum);
        flights.add(new Flight(nowMs + DELAY_MS, id, address(), to, verb, payload));
      }
    }

    @Override
    public int pathMtuBytes(long peer, long nowMs) {
      return 1_432;
    }

    @Override
    public boolean lowBandwidth() {
      return false;
    }

    @Override
    public List<Long> upstreams() {
      return upstreams.stream().filter(root -> root != address()).toList();
    }

    @Override
    public long bestUpstreamAddress(long nowMs) {
      return upstreams().isEmpty() ? 0 : upstreams().getFirst();
    }

    @Override
    public boolean isUpstream() {
      return upstreams.contains(address());
    }

    @Override
    public long lastReceiveMs(long address) {
      return silent.contains(address) ? START_MS : nowMs;
    }

    @Override
    public int latencyMs(long address, long nowMs) {
      return (int) DELAY_MS;
    }

    @Override
    public void retryPending(long nowMs) {
      retrySoon = true;
    }

    @Override
    public void drop(Drop reason) {
      log.add(reason.name());
    }

    @Override
    public void internalError(String activity, RuntimeException error) {
      throw error;
    }

    private void receive(Flight flight) {
      handle(flight);
      retryPendingNow();
    }

    private void retryPendingNow() {
      for (int round = 0; retrySoon && round < 4; round++) {
        retrySoon = false;
        var again = List.copyOf(pending);
        pending.clear();
        again.forEach(this::handle);
      }
    }

    private void handle(Flight flight) {
      try {
        if (dispatch(flight) == PacketOutcome.PENDING && nowMs - flight.atMs < PENDING_LIFE_MS) {
          pending.add(flight);
          nextRetryMs = nowMs + RETRY_MS;
        }
      } catch (WireException malformed) {
        log.add("malformed " + flight.verb);
      }
    }

    private PacketOutcome dispatch(Flight flight) {
      Identity source = members.get(flight.from).identity;
      InboundPacket packet =
          InboundPackets.of(
              (to, message) -> send(to.source(), message, to.nowMs()),
              source,
              flight.id,
              flight.verb.number(),
              flight.payload,
              nowMs);
      if (flight.verb == Verb.ERROR) {
        return networks.receiveError(packet, ErrorMessage.read(packet.payload()));
      }
      if (flight.verb != Verb.OK) {
        return networks.receive(packet, flight.verb);
      }
      if (!pendingRequests.contains(packet.inRePacketId())) {
        throw new AssertionError("an answer to nothing");
      }
      return networks.receiveOk(packet, Verb.of(packet.inReVerbNumber()));
    }
  }

  /** Adds a node and restores its saved networks. */
  Member add(Identity identity, ConfigSource controller, Map<StateKey, byte[]> saved) {
    var member = new Member(identity);
    members.put(identity.address(), member);
    member.networks =
        new Networks(
            new NodeContext(member, member.output, new Random(identity.address())),
            controller,
            saved,
            nowMs);
    return member;
  }

  /** Advances the time, from event to event. */
  void run(long ms) {
    long endMs = nowMs + ms;
    while (true) {
      long nextMs = flights.isEmpty() ? Long.MAX_VALUE : flights.peek().atMs;
      for (Member member : members.values()) {
        member.networks.updateDeadlines(member.deadlines);
        nextMs = Math.min(nextMs, member.deadlines.atMs(member.deadlines.next()));
        nextMs = member.pending.isEmpty() ? nextMs : Math.min(nextMs, member.nextRetryMs);
      }
      if (nextMs > endMs) {
        nowMs = endMs;
        return;
      }
      nowMs = Math.max(nowMs, nextMs);
      while (!flights.isEmpty() && flights.peek().atMs <= nowMs) {
        Flight flight = flights.poll();
        Member to = members.get(flight.to);
        if (to != null) {
          to.receive(flight);
        }
      }
      for (Member member : List.copyOf(members.values())) {
        member.networks.advance(nowMs);
        if (nowMs >= member.nextRetryMs && !member.pending.isEmpty()) {
          member.retrySoon = true;
        }
        member.retryPendingNow();
      }
    }
  }
}
