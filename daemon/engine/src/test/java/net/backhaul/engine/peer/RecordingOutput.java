// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine.peer;

import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import net.backhaul.engine.DatagramRun;
import net.backhaul.engine.Event;
import net.backhaul.engine.OutputAdapter;
import net.backhaul.engine.StateKey;
import org.jspecify.annotations.Nullable;

/** Records the effects of a node. */
class RecordingOutput extends OutputAdapter {
  final List<Datagram> datagrams = new ArrayList<>();
  final List<Event> events = new ArrayList<>();
  final List<StateKey> saved = new ArrayList<>();

  /** A datagram that left; the number of hops is 0 where it is not limited. */
  @SuppressWarnings("ArrayRecordComponent") // Never compared.
  record Datagram(int socket, InetSocketAddress to, byte[] bytes, int maxHops) {}

  @Override
  public void sendDatagrams(DatagramRun run) {
    for (int at = run.start(); at < run.end(); at += run.segmentBytes()) {
      int end = Math.min(at + run.segmentBytes(), run.end());
      byte[] bytes = Arrays.copyOfRange(run.bytes(), at, end);
      datagrams.add(new Datagram(run.socket(), run.endpoint(), bytes, 0));
    }
  }

  @Override
  public void sendShortLived(DatagramRun datagram, int hops) {
    byte[] bytes = Arrays.copyOfRange(datagram.bytes(), datagram.start(), datagram.end());
    datagrams.add(new Datagram(datagram.socket(), datagram.endpoint(), bytes, hops));
  }

  @Override
  public void saveState(StateKey key, byte @Nullable [] content) {
    saved.add(key);
  }

  @Override
  public void event(Event event) {
    events.add(event);
  }
}
