// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine;

import java.util.List;
import net.backhaul.protocol.ethernet.MulticastGroup;
import net.backhaul.protocol.network.NetworkConfig;
import org.jspecify.annotations.Nullable;

/**
 * The state of a joined network at one moment (03 section 1.3).
 *
 * @param mac our own MAC on this network, 48 bits
 * @param config the configuration in force, also while the state is a failure
 * @param revision grows with every change of anything here
 * @param groups the multicast groups that this node listens to
 * @param authenticationUrl where a user has to log in; empty without single sign-on
 */
public record NetworkStatus(
    long networkId,
    long mac,
    State state,
    @Nullable NetworkConfig config,
    long revision,
    List<MulticastGroup> groups,
    String authenticationUrl) {
  /** The states of a network under the names that the API shows. */
  public enum State {
    REQUESTING_CONFIGURATION,
    OK,
    ACCESS_DENIED,
    NOT_FOUND,
    PORT_ERROR,
    CLIENT_TOO_OLD,
    AUTHENTICATION_REQUIRED
  }

  public NetworkStatus {
    groups = List.copyOf(groups);
  }
}
