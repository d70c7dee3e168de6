// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine.network;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import net.backhaul.engine.DatagramRun;
import net.backhaul.engine.Event;
import net.backhaul.engine.NetworkStatus;
import net.backhaul.engine.Output;
import net.backhaul.engine.StateKey;

/** Records the output of networks. */
final class RecordingOutput implements Output {
  final List<String> frames = new ArrayList<>();
  final List<NetworkStatus> changes = new ArrayList<>();
  final List<Long> left = new ArrayList<>();
  final List<Long> directories = new ArrayList<>();
  final Map<StateKey, byte[]> saved = new HashMap<>();

  void clear() {
    frames.clear();
    changes.clear();
    left.clear();
    saved.clear();
  }

  @Override
  public void sendDatagrams(DatagramRun run) {
    throw new AssertionError("networks send no datagrams");
  }

  @Override
  public void sendShortLived(DatagramRun datagram, int hops) {
    throw new AssertionError("networks send no junk");
  }

  @Override
  public void deliverFrame(long networkId, byte[] bytes, int start, int length) {
    frames.add(HexFormat.of().formatHex(bytes, start, start + length));
  }

  @Override
  public void flush() {}

  @Override
  public void networkChanged(NetworkStatus status) {
    changes.add(status);
  }

  @Override
  public void directoryChanged(long networkId) {
    directories.add(networkId);
  }

  @Override
  public void networkLeft(long networkId) {
    left.add(networkId);
  }

  @Override
  public void saveState(StateKey key, byte[] content) {
    saved.put(key, content);
  }

  @Override
  public void event(Event event) {
    throw new AssertionError("networks report no events");
  }
}
