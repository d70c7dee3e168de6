// SPDX-License-Identifier: Apache-2.0
package net.backhaul.benchmarks;

import java.io.IOException;
import java.nio.channels.DatagramChannel;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.LongStream;
import net.backhaul.protocol.identity.Identity;
import net.backhaul.protocol.message.NetworkConfigRequest;
import net.backhaul.protocol.message.Verb;
import net.backhaul.protocol.network.RequestMetaData;
import net.backhaul.protocol.packet.Bytes;

/**
 * One member: it says HELLO, sends requests, and measures when the first part of an answer came.
 */
final class RequestingMember extends WirePeer {
  private static final Bytes META_DATA = Bytes.of(RequestMetaData.ours("linux/x86_64"));

  private final Map<Long, Long> sentNanos = new HashMap<>();
  private final LongStream.Builder latencies = LongStream.builder();
  private boolean connected;
  private long errors;

  RequestingMember(Identity identity, Identity controller, DatagramChannel channel) {
    super(identity, controller, channel);
  }

  boolean isConnected() {
    return connected;
  }

  LongStream latenciesNanos() {
    return latencies.build();
  }

  /** Returns the number of requests that were rejected. */
  long errors() {
    return errors;
  }

  void request(long network) throws IOException {
    long id = send(new NetworkConfigRequest(network, META_DATA, 0, 0));
    sentNanos.put(id, System.nanoTime());
  }

  @Override
  void answered(boolean isOk, int inRe, long inRePacketId) {
    if (inRe == Verb.HELLO.number()) {
      connected = true;
    }
    Long since = sentNanos.remove(inRePacketId);
    if (since == null) {
      return;
    }
    if (isOk) {
      latencies.add(System.nanoTime() - since);
    } else {
      errors++;
    }
  }
}
