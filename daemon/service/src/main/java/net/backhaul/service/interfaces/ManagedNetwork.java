// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.interfaces;

import java.util.List;
import net.backhaul.engine.NetworkStatus;
import net.backhaul.protocol.ethernet.MulticastGroup;
import net.backhaul.service.state.LocalNetworkSettings;
import org.jspecify.annotations.Nullable;

/** One network on this host: its device, or the reason why it has none. On the system thread. */
final class ManagedNetwork {
  final long networkId;
  NetworkStatus status;
  LocalNetworkSettings settings;
  @Nullable ManagedDevice managed;
  @Nullable FramePump pump;
  List<MulticastGroup> groups = List.of();
  List<String> problems = List.of();
  String error = "";
  long retryAtMs;

  /** When frames last circulated through its bridge. */
  long loopFoundMs = Long.MIN_VALUE / 2;

  ManagedNetwork(NetworkStatus status, LocalNetworkSettings settings) {
    this.networkId = status.networkId();
    this.status = status;
    this.settings = settings;
  }

  AppliedNetwork applied() {
    ManagedDevice mine = managed;
    return mine == null
        ? AppliedNetwork.failed(settings, error)
        : new AppliedNetwork(
            mine.device().name(),
            settings,
            mine.appliedAddresses(),
            mine.appliedRoutes(),
            mine.rejected(),
            problems,
            0,
            error);
  }
}
