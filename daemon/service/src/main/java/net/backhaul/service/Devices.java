// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service;

import java.net.InetAddress;
import java.util.concurrent.CompletableFuture;
import net.backhaul.engine.NetworkStatus;
import net.backhaul.service.state.NetworkSettings;

/** The devices of joined networks, as the rest of the daemon sees them. */
public interface Devices {
  /**
   * Brings a network's device in line with its status and with what the user allows.
   *
   * @return done when addresses and routes are applied, or it is clear that they can't be
   */
  CompletableFuture<Void> apply(NetworkStatus status, NetworkSettings settings);

  /** Takes the device of a network that was left away. */
  void remove(long networkId);

  /** Hands a frame to the host. The bytes are borrowed. */
  void deliverFrame(long networkId, byte[] bytes, int start, int length);

  /** All frames of one batch have been delivered. */
  void flush();

  /** Returns the name of a network's device, empty where it has none. */
  String nameOf(long networkId);

  /** Returns whether an address of the host lies on one of our own devices. */
  boolean has(InetAddress address);

  /** Takes all devices away. */
  void close();

  /** Stands in where no device can be made at all: the daemon then runs without frames. */
  Devices NONE =
      new Devices() {
        @Override
        public CompletableFuture<Void> apply(NetworkStatus status, NetworkSettings settings) {
          return CompletableFuture.completedFuture(null);
        }

        @Override
        public void remove(long networkId) {}

        @Override
        public void deliverFrame(long networkId, byte[] bytes, int start, int length) {}

        @Override
        public void flush() {}

        @Override
        public String nameOf(long networkId) {
          return "";
        }

        @Override
        public boolean has(InetAddress address) {
          return false;
        }

        @Override
        public void close() {}
      };
}
