// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.interfaces;

import java.net.InetSocketAddress;
import net.backhaul.engine.DatagramRun;
import net.backhaul.engine.Event;
import net.backhaul.engine.NetworkStatus;
import net.backhaul.engine.Output;
import net.backhaul.engine.StateKey;

/** The output of a node that has devices and nothing else. */
record ToDevices(Interfaces interfaces) implements Output {
  @Override
  public void sendDatagrams(DatagramRun run) {}

  @Override
  public void sendShortLived(int socket, InetSocketAddress to, byte[] bytes, int hops) {}

  @Override
  public void deliverFrame(long networkId, byte[] bytes, int start, int length) {
    interfaces.deliverFrame(networkId, bytes, start, length);
  }

  @Override
  public void flush() {
    interfaces.flush();
  }

  @Override
  public void networkChanged(NetworkStatus status) {
    interfaces.networkChanged(status);
  }

  @Override
  public void networkLeft(long networkId) {
    interfaces.networkLeft(networkId);
  }

  @Override
  public void saveState(StateKey key, byte[] content) {}

  @Override
  public void event(Event event) {}
}
