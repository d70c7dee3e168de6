// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Takes the effects of the engine: datagrams, frames, state and events.
 *
 * <p>Every call happens inside a call to the engine. The bytes are borrowed: they are valid until
 * the method returns. An implementation must not call the engine back.
 */
public interface Output {
  /** The socket number that means every socket of the address's family. */
  int ALL_SOCKETS = -1;

  /** Sends datagrams; the run is valid until the method returns. */
  void sendDatagrams(DatagramRun run);

  /**
   * Sends one datagram, alone, that neither host nor router may fragment: it arrives whole or not
   * at all (02 section 1.7).
   *
   * @return false if its socket cannot do so, and never will
   */
  default boolean sendUnfragmented(DatagramRun datagram) {
    return false;
  }

  /** Sends a datagram that expires after a few hops: it opens our own NAT (02 section 4.1). */
  void sendShortLived(DatagramRun datagram, int hops);

  /**
   * Requests connections to all TCP relays, side by side, until {@link #closeRelays}; {@link
   * Node#relaysChanged} reports those that are open.
   */
  default void connectRelays() {}

  /**
   * Sends nothing more over TCP relays until they are closed; what they bring is still received. So
   * peers leave the paths over them before these end.
   */
  default void muteRelays() {}

  /**
   * Ends the connections to TCP relays, and the attempts to open them.
   *
   * @param kept the number of the one that stays, or {@link #ALL_SOCKETS} for none
   */
  default void closeRelays(int kept) {}

  /**
   * Requests temporary UDP sockets, which are no part of {@link #ALL_SOCKETS}; {@link
   * Node#temporarySocketsChanged} reports those that are open. Fewer may be opened.
   *
   * @param like the socket whose IP address and device they are bound to, each with another port;
   *     when it is closed, so are they
   */
  default void openSockets(int like, int count) {}

  /** Closes temporary sockets. */
  default void closeSockets(List<Integer> numbers) {}

  /** Checks identities on other threads. */
  @FunctionalInterface
  interface IdentityChecker {
    /**
     * Runs the check of an identity; {@link Node#identityChecked} reports that it has run. A few
     * are requested at a time.
     */
    void check(HelloCheck check);
  }

  /** Returns what checks identities, or null where the node's own thread does. */
  default @Nullable IdentityChecker identityChecker() {
    return null;
  }

  /** Delivers a whole Ethernet frame, with its 14 bytes of header, to the device of a network. */
  void deliverFrame(long networkId, byte[] bytes, int start, int length);

  /** Sends what was collected so far: the end of a batch. */
  void flush();

  /** A network was joined or restored, or its configuration or state has changed. */
  void networkChanged(NetworkStatus status);

  /** A network was left: its device is to be removed. */
  void networkLeft(long networkId);

  /** The directory of a joined network has changed; {@link Node#directory} returns it. */
  default void directoryChanged(long networkId) {}

  /** Saves content for the next run; null removes it. */
  void saveState(StateKey key, byte @Nullable [] content);

  void event(Event event);

  /**
   * Reports an internal error that has cost one datagram, packet or frame, or the work that was due
   * for one peer or network; what else was to be handled is handled afterwards.
   *
   * <p>Invalid input never causes one. The default throws it, so that tests and simulations fail.
   *
   * @param activity what failed, as it follows "internal error while"; one of a few constants
   */
  default void internalError(String activity, RuntimeException error) {
    throw error;
  }
}
