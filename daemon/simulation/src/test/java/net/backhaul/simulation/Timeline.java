// SPDX-License-Identifier: Apache-2.0
package net.backhaul.simulation;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import net.backhaul.protocol.address.Endpoints;
import net.backhaul.protocol.identity.Identity;
import net.backhaul.protocol.message.Verb;
import net.backhaul.protocol.packet.FragmentView;
import net.backhaul.protocol.packet.PacketCipher;
import net.backhaul.protocol.packet.PacketView;
import net.backhaul.protocol.packet.Packets;
import net.backhaul.testing.Vectors;

/** The packets that nodes send, in order of time: recorded ones, or those of a simulation. */
final class Timeline {
  private final List<Row> rows = new ArrayList<>();

  /**
   * A packet that leaves a node.
   *
   * @param atMs time since the start
   * @param what source, destination and verb, such as {@code A->B OK of HELLO}
   * @param from endpoint of the sender, as text
   * @param to endpoint that it is sent to, as text
   */
  record Row(long atMs, String what, String from, String to, int cipher) {}

  private Timeline() {}

  /** Returns a timeline of the reference by its name. */
  static Timeline recorded(String name) {
    var timeline = new Timeline();
    for (JsonNode row : all().required(name).required("rows")) {
      // Rows with less are events and remarks.
      if (row.size() > 4 && row.get(2).asText().contains("->")) {
        String[] endpoints = row.get(3).asText().split(" > ");
        String what = row.get(2).asText().replaceFirst("(WHOIS) [A-Z]$", "$1");
        int cipher = Integer.parseInt(row.get(4).asText().split(" ")[1]);
        timeline.rows.add(new Row(row.get(0).asLong(), what, endpoints[0], endpoints[1], cipher));
      }
    }
    return timeline;
  }

  /** Returns the time of a recorded event or remark, by the beginning of its text. */
  static long recordedMs(String name, String node, String text) {
    for (JsonNode row : all().required(name).required("rows")) {
      if (row.get(1).asText().equals(node) && row.get(2).asText().startsWith(text)) {
        return row.get(0).asLong();
      }
    }
    throw new IllegalArgumentException(name + " has no " + text);
  }

  /** Returns all recorded timelines by their names. */
  static JsonNode all() {
    return Vectors.file("vl1/timelines.json").required("timelines");
  }

  /** Records what the nodes of an internet send from now on; each host has a name. */
  static Timeline of(SimulatedInternet internet, Map<String, SimulatedHost> hosts) {
    var timeline = new Timeline();
    var names = new HashMap<Long, String>();
    var identities = new HashMap<Long, Identity>();
    hosts.forEach(
        (name, host) -> {
          names.put(host.nodeAddress(), name);
          identities.put(host.nodeAddress(), host.identity());
        });
    long startMs = internet.nowMs();
    var ciphers = new HashMap<String, PacketCipher>();
    internet.observe(
        (from, to, bytes, nowMs) -> {
          var view = new PacketView();
          if (!view.wrap(bytes, 0, bytes.length)
              || FragmentView.isFragment(bytes, 0, bytes.length)
              || view.fragmented()) {
            return;
          }
          String pair = names.get(view.source()) + "->" + names.get(view.destination());
          PacketCipher cipher =
              ciphers.computeIfAbsent(
                  pair,
                  unused ->
                      PacketCipher.of(
                          identities
                              .get(view.source())
                              .agree(identities.get(view.destination()))
                              .orElseThrow()));
          byte[] opened = bytes.clone();
          int suite = view.suite();
          if (!cipher.open(opened, 0, opened.length)) {
            throw new IllegalStateException(pair + " cannot be opened");
          }
          view.wrap(opened, 0, opened.length);
          timeline.rows.add(
              new Row(
                  nowMs - startMs, pair + " " + verb(view, opened), text(from), text(to), suite));
        });
    return timeline;
  }

  private static String verb(PacketView view, byte[] opened) {
    Verb verb = Verb.of(view.verb());
    return verb == Verb.OK || verb == Verb.ERROR
        ? verb + " of " + Verb.of(opened[Packets.HEADER_BYTES])
        : String.valueOf(verb);
  }

  private static String text(InetSocketAddress endpoint) {
    return Endpoints.text(endpoint);
  }

  /** Returns the rows that a condition holds for. */
  List<Row> where(Predicate<Row> condition) {
    return rows.stream().filter(condition).toList();
  }

  /** Returns the rows of one kind, such as {@code A->B HELLO}. */
  List<Row> of(String what) {
    return where(row -> row.what.equals(what));
  }

  /** Returns the intervals between rows. */
  static List<Long> intervals(List<Row> rows) {
    var intervals = new ArrayList<Long>();
    for (int i = 1; i < rows.size(); i++) {
      intervals.add(rows.get(i).atMs - rows.get(i - 1).atMs);
    }
    return intervals;
  }

  @Override
  public String toString() {
    var text = new StringBuilder();
    rows.forEach(row -> text.append(row).append('\n'));
    return text.toString();
  }
}
