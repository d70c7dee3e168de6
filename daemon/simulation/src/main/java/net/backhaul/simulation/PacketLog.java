// SPDX-License-Identifier: Apache-2.0
package net.backhaul.simulation;

import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import net.backhaul.protocol.address.Endpoints;
import net.backhaul.protocol.identity.Addresses;
import net.backhaul.protocol.message.Verb;
import net.backhaul.protocol.packet.FragmentView;
import net.backhaul.protocol.packet.PacketView;
import net.backhaul.protocol.packet.Packets;

/** The latest datagrams and events of a run, as lines. */
final class PacketLog {
  private static final int MIN_BYTES = 17;

  private final int maxLines;
  private final ArrayDeque<Entry> entries = new ArrayDeque<>();
  private final Map<Long, String> names = new HashMap<>();
  private final PacketView packet = new PacketView();
  private final FragmentView fragment = new FragmentView();
  private final long startMs;

  @SuppressWarnings("ArrayRecordComponent") // Never compared.
  private record Entry(
      long atMs, InetSocketAddress from, InetSocketAddress to, byte[] bytes, String event) {}

  PacketLog(int maxLines, long startMs) {
    this.maxLines = maxLines;
    this.startMs = startMs;
  }

  /** Sets by which name a node is shown. */
  void name(SimulatedHost host, String name) {
    names.put(host.nodeAddress(), name);
  }

  void datagram(InetSocketAddress from, InetSocketAddress to, byte[] bytes, long nowMs) {
    add(new Entry(nowMs, from, to, bytes, ""));
  }

  void event(String what, long nowMs) {
    var nowhere = new InetSocketAddress(0);
    add(new Entry(nowMs, nowhere, nowhere, new byte[0], what));
  }

  private void add(Entry entry) {
    if (entries.size() >= maxLines) {
      entries.removeFirst();
    }
    entries.addLast(entry);
  }

  /** Returns the lines, the oldest first. */
  List<String> lines() {
    return entries.stream().map(this::line).toList();
  }

  private String line(Entry entry) {
    String time = "%10.3f s  ".formatted((entry.atMs - startMs) / 1_000.0);
    if (!entry.event.isEmpty()) {
      return time + "== " + entry.event;
    }
    String way = Endpoints.text(entry.from) + " > " + Endpoints.text(entry.to);
    return time + way + ", " + entry.bytes.length + " bytes: " + content(entry.bytes);
  }

  private String content(byte[] bytes) {
    if (bytes.length < MIN_BYTES) {
      return "no packet";
    }
    if (FragmentView.isFragment(bytes, 0, bytes.length)) {
      fragment.wrap(bytes, 0, bytes.length);
      return "fragment of %016x to %s".formatted(fragment.packetId(), name(fragment.destination()));
    }
    if (!packet.wrap(bytes, 0, bytes.length)) {
      return "no packet";
    }
    boolean isOpen = packet.suite() == Packets.SUITE_POLY;
    Verb verb = Verb.of(packet.verb());
    return "%016x %s > %s, cipher %d, hops %d%s"
        .formatted(
            packet.id(),
            name(packet.source()),
            name(packet.destination()),
            packet.suite(),
            packet.hops(),
            isOpen && verb != null ? ", " + verb : "");
  }

  private String name(long address) {
    return names.getOrDefault(address, Addresses.text(address));
  }
}
