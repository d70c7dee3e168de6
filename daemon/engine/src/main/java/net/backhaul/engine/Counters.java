// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine;

import net.backhaul.protocol.message.Verb;

/** Counts datagrams, packets and drops; plain fields, used on the node's thread only. */
public final class Counters {
  private static final int VERBS = 32;
  private static final int ERROR_CODES = 16;

  private final long[] drops = new long[Drop.values().length];
  private final long[] received = new long[VERBS];
  private final long[] sent = new long[VERBS];
  private final long[] errorsReceived = new long[ERROR_CODES];
  private final long[] errorsSent = new long[ERROR_CODES];
  private long bytesReceived;
  private long bytesSent;
  private long relayed;
  private long searchProbes;
  private long fragments;

  @SuppressWarnings("EnumOrdinal") // An array and not a map: senders choose how often it is used.
  public void drop(Drop reason) {
    drops[reason.ordinal()]++;
  }

  /** Counts an authentic packet by the number of its verb. */
  public void received(int verb) {
    received[verb & (VERBS - 1)]++;
  }

  /** Counts a packet that was sent, by the number of its verb. */
  public void sent(int verb) {
    sent[verb & (VERBS - 1)]++;
  }

  /** Counts an ERROR from a peer by its code (02 section 2.2). */
  public void receivedError(int code) {
    errorsReceived[code & (ERROR_CODES - 1)]++;
  }

  /** Counts an ERROR to a peer by its code (02 section 2.2). */
  public void sentError(int code) {
    errorsSent[code & (ERROR_CODES - 1)]++;
  }

  /** Counts a probe of a search for the ports of a NAT. */
  public void searchProbe() {
    searchProbes++;
  }

  /** Returns how many probes searches for the ports of NATs have sent. */
  public long searchProbes() {
    return searchProbes;
  }

  /** Counts a datagram that was relayed to another node. */
  public void relayed() {
    relayed++;
  }

  /** Counts a datagram that is a part of a packet. */
  public void fragment() {
    fragments++;
  }

  public void receivedDatagram(int bytes) {
    bytesReceived += bytes;
  }

  public void sentDatagram(int bytes) {
    bytesSent += bytes;
  }

  @SuppressWarnings("EnumOrdinal") // See drop.
  public long dropped(Drop reason) {
    return drops[reason.ordinal()];
  }

  /** Returns how many authentic packets of this verb came in. */
  public long received(Verb verb) {
    return received[verb.number()];
  }

  /** Returns how many authentic packets of verbs that have no meaning came in. */
  public long receivedUnknown() {
    long all = 0;
    for (int number = 0; number < VERBS; number++) {
      all += Verb.of(number) == null ? received[number] : 0;
    }
    return all;
  }

  /** Returns how many packets of this verb went out. */
  public long sent(Verb verb) {
    return sent[verb.number()];
  }

  /** Returns how many ERRORs of a code came in; codes are those of {@code ErrorMessage}. */
  public long errorsReceived(int code) {
    return errorsReceived[code & (ERROR_CODES - 1)];
  }

  /** Returns how many ERRORs of a code went out; codes are those of {@code ErrorMessage}. */
  public long errorsSent(int code) {
    return errorsSent[code & (ERROR_CODES - 1)];
  }

  /** Returns how many datagrams were relayed to other nodes. */
  public long relayedDatagrams() {
    return relayed;
  }

  /** Returns how many datagrams for us were parts of packets. */
  public long fragmentDatagrams() {
    return fragments;
  }

  public long bytesReceived() {
    return bytesReceived;
  }

  public long bytesSent() {
    return bytesSent;
  }
}
