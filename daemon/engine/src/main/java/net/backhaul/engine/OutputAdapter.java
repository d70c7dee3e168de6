// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine;

import org.jspecify.annotations.Nullable;

/** An output that ignores all effects; subclasses override those that they handle. */
public class OutputAdapter implements Output {
  @Override
  public void sendDatagrams(DatagramRun run) {}

  @Override
  public void sendShortLived(DatagramRun datagram, int hops) {}

  @Override
  public void deliverFrame(long networkId, byte[] bytes, int start, int length) {}

  @Override
  public void flush() {}

  @Override
  public void networkChanged(NetworkStatus status) {}

  @Override
  public void networkLeft(long networkId) {}

  @Override
  public void saveState(StateKey key, byte @Nullable [] content) {}

  @Override
  public void event(Event event) {}
}
