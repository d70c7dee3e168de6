// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service;

import java.net.InetSocketAddress;
import net.backhaul.engine.DatagramRun;
import net.backhaul.engine.Event;
import net.backhaul.engine.NetworkStatus;
import net.backhaul.engine.Output;
import net.backhaul.engine.StateKey;
import org.jspecify.annotations.Nullable;

/** An output that ignores all effects, for tests that override those they examine. */
public class SilentOutput implements Output {
  @Override
  public void sendDatagrams(DatagramRun run) {}

  @Override
  public void sendShortLived(int socket, InetSocketAddress to, byte[] bytes, int hops) {}

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
