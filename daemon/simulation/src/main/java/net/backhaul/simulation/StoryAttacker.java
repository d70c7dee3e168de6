// SPDX-License-Identifier: Apache-2.0
package net.backhaul.simulation;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import net.backhaul.protocol.address.Endpoints;

/**
 * Sends what anyone on the path could, from addresses that nobody has: datagrams that it has seen,
 * changed, cut and replayed, and fragments of nothing. It counts what is sent back.
 */
final class StoryAttacker {
  private static final int SEEN = 64;
  private static final int PORT = 1_234;
  private static final int BODY_AT = 28;
  private static final int FRAGMENT_AT = 13;

  /** What a replayed packet may cause beside its answer: a HELLO that confirms the path. */
  private static final int CONFIRMATION_BYTES = 400;

  private final SimulatedInternet internet;
  private final Random random;
  private final SimulatedInternet.Datagram[] seen = new SimulatedInternet.Datagram[SEEN];
  private final Map<InetAddress, Source> sources = new HashMap<>();
  private int seenCount;
  private int sent;

  /** An address that it has used, whether it has replayed from it, and the bytes each way. */
  private static final class Source {
    boolean replays;
    long in;
    long out;
    int datagrams;
  }

  StoryAttacker(SimulatedInternet internet, Random random) {
    this.internet = internet;
    this.random = random;
  }

  /** Observes a datagram of others, or an answer. */
  void sent(InetSocketAddress from, InetSocketAddress to, byte[] bytes) {
    Source source = sources.get(to.getAddress());
    if (source != null) {
      source.out += bytes.length;
    } else if (!sources.containsKey(from.getAddress())) {
      seen[seenCount++ % SEEN] = new SimulatedInternet.Datagram(from, to, bytes, 0);
    }
  }

  /** Sends a few datagrams. */
  void attack() {
    for (int i = random.nextInt(20); i >= 0 && seenCount > 0; i--) {
      attackOnce(seen[random.nextInt(Math.min(seenCount, SEEN))]);
    }
  }

  private void attackOnce(SimulatedInternet.Datagram victim) {
    byte[] bytes = victim.bytes().clone();
    boolean replays = false;
    switch (random.nextInt(5)) {
      case 0 -> replays = true;
      case 1 -> bytes = Arrays.copyOf(bytes, random.nextInt(bytes.length));
      case 2 -> {
        random.nextBytes(bytes);
        if (bytes.length > FRAGMENT_AT) {
          System.arraycopy(victim.bytes(), 8, bytes, 8, Math.min(5, bytes.length - 8));
          bytes[FRAGMENT_AT] = (byte) 0xff;
        }
      }
      default -> {
        if (bytes.length <= BODY_AT) {
          return;
        }
        bytes[BODY_AT + random.nextInt(bytes.length - BODY_AT)] ^= (byte) (1 << random.nextInt(8));
      }
    }
    String ip = (replays ? "46." : "45.") + sent / 250 + "." + sent % 250 + ".1";
    sent++;
    var from = new InetSocketAddress(Endpoints.parseIp(ip), PORT);
    Source source = sources.computeIfAbsent(from.getAddress(), any -> new Source());
    source.replays |= replays;
    source.in += bytes.length;
    source.datagrams++;
    internet.send(new SimulatedInternet.Datagram(from, victim.to(), bytes, 0));
  }

  /** Returns what is wrong with the answers, or an empty string. */
  String problem() {
    for (Map.Entry<InetAddress, Source> each : sources.entrySet()) {
      Source source = each.getValue();
      long permitted = source.in + (source.replays ? CONFIRMATION_BYTES * source.datagrams : 0);
      if (source.out > permitted) {
        return "%d bytes were sent to %s, which had sent %d"
            .formatted(source.out, each.getKey().getHostAddress(), source.in);
      }
    }
    return "";
  }
}
