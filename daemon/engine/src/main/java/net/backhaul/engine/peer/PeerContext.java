// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine.peer;

import java.util.Arrays;
import java.util.random.RandomGenerator;
import net.backhaul.engine.Counters;
import net.backhaul.engine.Deadline;
import net.backhaul.engine.Deadlines;
import net.backhaul.engine.Drop;
import net.backhaul.engine.NodeOptions;
import net.backhaul.engine.Output;
import net.backhaul.protocol.identity.Identity;
import net.backhaul.protocol.message.Features;

/** The state that the parts of VL1 share: identity, options, output, counters and deadlines. */
final class PeerContext {
  private static final long RETRY_EVERY_MS = 500;

  final Identity self;
  final long address;
  final Output output;
  final RandomGenerator random;
  final Counters counters = new Counters();
  final Deadlines deadlines = new Deadlines();
  final BlindMarks blindMarks = new BlindMarks();
  final ExpectedReplies expectedReplies;
  final UdpAnswers udpAnswers = new UdpAnswers(deadlines);
  private NodeOptions options;
  private Features features = Features.NONE;

  PeerContext(Identity self, NodeOptions options, Output output, RandomGenerator random) {
    this.self = self;
    this.address = self.address();
    this.options = options;
    this.output = output;
    this.random = random;
    this.expectedReplies = new ExpectedReplies(Arrays.hashCode(self.keyPair().privateKey()));
  }

  NodeOptions options() {
    return options;
  }

  void options(NodeOptions changed) {
    options = changed;
  }

  /** Returns what this node states to support beyond the protocol. */
  Features features() {
    return features;
  }

  /** Sets whether the sockets read the ECN field of all datagrams. */
  void readsEcn(boolean reads) {
    features = reads ? new Features(Features.ECN) : Features.NONE;
  }

  /** Counts a dropped datagram or packet. */
  void drop(Drop reason) {
    counters.drop(reason);
  }

  /** Counts and reports what an internal error has cost; see {@link Output#internalError}. */
  void internalError(String activity, RuntimeException error) {
    counters.drop(Drop.INTERNAL_ERROR);
    output.internalError(activity, error);
  }

  /** Retries pending packets at the end of this call: what they lacked may have come. */
  void retryPending(long nowMs) {
    deadlines.set(Deadline.PENDING_READY, nowMs);
  }

  /** Schedules a retry for a packet that has become pending. */
  void scheduleRetry(long nowMs) {
    deadlines.setEarlier(Deadline.PENDING_RETRY, nowMs + RETRY_EVERY_MS);
  }
}
