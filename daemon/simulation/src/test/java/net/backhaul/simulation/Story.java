// SPDX-License-Identifier: Apache-2.0
package net.backhaul.simulation;

import net.backhaul.engine.StateKey;

/** What all stories begin with: an internet and a root. */
abstract class Story {
  /** An ad-hoc network, which needs no controller: all ports, and ICMPv6 (03 section 3.7). */
  static final long OPEN = 0xff00_00ff_ff00_0000L;

  SimulatedInternet internet;
  SimulatedHost root;
  private byte[] planet;

  Story() {
    begin(1);
  }

  /** Begins anew, with all chance by this seed. */
  final void begin(long seed) {
    internet = new SimulatedInternet(seed);
    root = internet.host("192.88.99.1");
    planet = SimulatedInternet.planet(root);
  }

  final SimulatedHost started(SimulatedHost host) {
    return host.save(new StateKey(StateKey.Kind.PLANET, 0), planet).start();
  }

  /** Starts a host that wants to be on the open network. */
  final SimulatedHost joined(SimulatedHost host) {
    started(host).join(OPEN);
    return host;
  }
}
