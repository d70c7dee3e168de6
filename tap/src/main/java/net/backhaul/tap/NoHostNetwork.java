// SPDX-License-Identifier: Apache-2.0
package net.backhaul.tap;

import java.net.InetAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A host of which nothing is known, and which rejects changes. */
final class NoHostNetwork implements HostNetwork {
  @Override
  public List<HostDevice> devices() {
    return List.of();
  }

  @Override
  public List<HostAddress> addresses() {
    return List.of();
  }

  @Override
  public @Nullable HostRoute route(InetAddress to, int mark) {
    return null;
  }

  @Override
  public void addRule(PolicyRule rule) throws TapException {
    throw unsupported("rules for routing tables are");
  }

  @Override
  public void removeRule(PolicyRule rule) {}

  @Override
  public List<PolicyRule> rules(boolean v4) {
    return List.of();
  }

  @Override
  public void addBridge(String name, String alias) throws TapException {
    throw unsupported("a bridge is");
  }

  @Override
  public void removeDevice(String name) {}

  @Override
  public void setMaster(int device, int bridge) throws TapException {
    throw unsupported("a bridge is");
  }

  @Override
  public void close() {}

  private static TapException unsupported(String what) {
    return new TapException(what + " set up on Linux only");
  }
}
