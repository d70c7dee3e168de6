// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine;

import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * Where the engine puts what it wants done.
 *
 * <p>Every call happens inside a call to the engine. The bytes are borrowed: they are good until
 * the method returns. An implementation must not call the engine back.
 */
public interface Output {
  /** The socket number that means every socket of the address's family. */
  int ALL_SOCKETS = -1;

  /** Sends datagrams; the run is valid until the method returns. */
  void sendDatagrams(DatagramRun run);

  /** Sends bytes that shall die after a few hops: they open our own NAT (02 section 4.1). */
  void sendJunk(int socket, InetSocketAddress to, byte[] bytes, int hops);

  /** Hands a whole Ethernet frame, with its 14 bytes of header, to the device of a network. */
  void deliverFrame(long networkId, byte[] bytes, int start, int length);

  /** A batch is at its end: what was handed over so far shall leave. */
  void flush();

  /** A network was joined, got another configuration or state, or has had one before it starts. */
  void networkChanged(NetworkStatus status);

  /** A network was left: its device goes. */
  void networkLeft(long networkId);

  /** Keeps something for the next run; null forgets it. */
  void saveState(StateKey key, byte @Nullable [] content);

  void event(Event event);
}
