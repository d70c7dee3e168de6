// SPDX-License-Identifier: Apache-2.0
package net.backhaul.simulation;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import net.backhaul.engine.FrameBatch;
import net.backhaul.engine.NetworkStatus;
import net.backhaul.engine.Node;
import net.backhaul.protocol.network.NetworkConfig;
import org.jspecify.annotations.Nullable;

/** The devices of a host's networks, each with an IP stack. */
final class SimulatedDevices {
  private static final int BATCH_BYTES = 16_384;

  private final Map<Long, SimulatedIpStack> ipStacks = new HashMap<>();
  private final Map<Long, NetworkStatus> changedNetworks = new LinkedHashMap<>();
  private final List<DeliveredFrame> deliveredFrames = new ArrayList<>();
  private final FrameBatch frames = new FrameBatch(BATCH_BYTES);
  private Consumer<byte[]> observer = frame -> {};
  private Consumer<byte[]> sentObserver = frame -> {};

  /** A frame that the node delivered, pending for the IP stack. */
  @SuppressWarnings("ArrayRecordComponent") // Never compared.
  private record DeliveredFrame(long networkId, byte[] frame) {}

  /** Sets the observer of all frames that the node delivers. */
  void observe(Consumer<byte[]> newObserver) {
    observer = newObserver;
  }

  /** Sets the observer of all frames that the IP stacks send. */
  void observeSent(Consumer<byte[]> newObserver) {
    sentObserver = newObserver;
  }

  @Nullable SimulatedIpStack ipStack(long networkId) {
    return ipStacks.get(networkId);
  }

  List<SimulatedIpStack> ipStacks() {
    return List.copyOf(ipStacks.values());
  }

  /** Removes everything, as at the end of a process. */
  void clear() {
    ipStacks.clear();
    changedNetworks.clear();
    deliveredFrames.clear();
  }

  void networkChanged(NetworkStatus status) {
    changedNetworks.put(status.networkId(), status);
  }

  void networkLeft(long networkId) {
    changedNetworks.remove(networkId);
    ipStacks.remove(networkId);
  }

  void deliverFrame(long networkId, byte[] bytes, int start, int length) {
    deliveredFrames.add(
        new DeliveredFrame(networkId, Arrays.copyOfRange(bytes, start, start + length)));
  }

  /** Applies what the node has delivered and sends what the IP stacks answer; false if nothing. */
  boolean exchange(Node node, long nowMs) {
    return applyChanges(node, nowMs) | deliverFrames(nowMs) | sendFrames(node, nowMs);
  }

  private boolean applyChanges(Node node, long nowMs) {
    boolean any = !changedNetworks.isEmpty();
    for (NetworkStatus status : List.copyOf(changedNetworks.values())) {
      NetworkConfig config = status.config();
      SimulatedIpStack before = ipStacks.get(status.networkId());
      if (status.state() != NetworkStatus.State.OK || config == null) {
        ipStacks.remove(status.networkId());
      } else if (before == null || !before.addresses().equals(config.addresses())) {
        var ipStack = new SimulatedIpStack(status.mac(), config.addresses());
        ipStacks.put(status.networkId(), ipStack);
        node.subscribe(status.networkId(), ipStack.groups(), nowMs);
      }
      changedNetworks.remove(status.networkId(), status);
    }
    return any;
  }

  private boolean deliverFrames(long nowMs) {
    List<DeliveredFrame> delivered = List.copyOf(deliveredFrames);
    deliveredFrames.clear();
    for (DeliveredFrame one : delivered) {
      observer.accept(one.frame);
      SimulatedIpStack ipStack = ipStacks.get(one.networkId);
      if (ipStack != null) {
        ipStack.receive(one.frame, nowMs);
      }
    }
    return !delivered.isEmpty();
  }

  private boolean sendFrames(Node node, long nowMs) {
    boolean any = false;
    for (Map.Entry<Long, SimulatedIpStack> entry : Map.copyOf(ipStacks).entrySet()) {
      for (byte[] frame : entry.getValue().takeFrames()) {
        any = true;
        sendFrame(node, entry.getKey(), frame, nowMs);
      }
    }
    return any;
  }

  /** Sends a frame from the device of a network. */
  void sendFrame(Node node, long networkId, byte[] frame, long nowMs) {
    sentObserver.accept(frame);
    frames.clear();
    System.arraycopy(frame, 0, frames.bytes(), frames.nextStart(), frame.length);
    frames.add(frame.length);
    node.sendFrames(networkId, frames, nowMs);
  }
}
