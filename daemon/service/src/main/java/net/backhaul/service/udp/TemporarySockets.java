// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.udp;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import net.backhaul.engine.LocalSocket;
import net.backhaul.service.NodeLoop;
import net.backhaul.service.system.OpenFiles;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The sockets that are open while the node searches the ports of a NAT; on the node loop. */
final class TemporarySockets {
  private static final Logger log = LoggerFactory.getLogger(TemporarySockets.class);

  private final NodeLoop loop;
  private final SocketOpener opener;
  private final Map<Integer, Entry> open = new LinkedHashMap<>();
  private int made;

  /** A socket, and the address of the ordinary one that it is bound like. */
  private record Entry(OpenSocket socket, BindAddress like) {}

  TemporarySockets(NodeLoop loop, SocketOpener opener) {
    this.loop = loop;
    this.opener = opener;
  }

  /** Opens sockets with ports of the system's choice, as far as the limits permit. */
  void open(BindAddress like, int wanted) {
    int files = OpenFiles.current().left() / UdpSockets.FILES_PER_SOCKET;
    int count = Math.min(wanted, Math.min(files, LocalSocket.MAX_TEMPORARY - open.size()));
    var local = new BindAddress(like.address(), 0, like.device(), like.deviceIndex());
    for (int i = 0; i < count; i++) {
      int number = LocalSocket.FIRST_TEMPORARY + made;
      SocketOpener.Result result = opener.open(local, number);
      OpenSocket socket = result.socket();
      if (socket == null) {
        log.debug("no temporary socket at {}: {}", like.address(), result.failure());
        break;
      }
      made = (made + 1) % (LocalSocket.FIRST_RELAY - LocalSocket.FIRST_TEMPORARY);
      open.put(number, new Entry(socket, like));
    }
    report();
  }

  @Nullable OpenSocket find(int number) {
    Entry entry = open.get(number);
    return entry == null ? null : entry.socket;
  }

  int count() {
    return open.size();
  }

  void flush() {
    open.values().forEach(each -> each.socket.channel.flush());
  }

  void close(List<Integer> numbers) {
    for (int number : numbers) {
      Entry entry = open.remove(number);
      if (entry != null) {
        entry.socket.close();
      }
    }
    report();
  }

  /** Closes those that are bound like an ordinary socket that is closed. */
  void closeLike(BindAddress like) {
    var numbers = new ArrayList<Integer>();
    open.forEach(
        (number, entry) -> {
          if (entry.like.equals(like)) {
            numbers.add(number);
          }
        });
    if (!numbers.isEmpty()) {
      close(numbers);
    }
  }

  void closeAll() {
    open.values().forEach(each -> each.socket.close());
    open.clear();
  }

  /** Reports those that are open to the node, after the current call. */
  private void report() {
    List<LocalSocket> now =
        open.values().stream()
            .map(each -> new LocalSocket(each.socket.number, each.socket.address))
            .toList();
    loop.execute(
        () -> {
          loop.node().temporarySocketsChanged(now, NodeLoop.nowMs());
          loop.scheduleWakeUp();
        });
  }
}
