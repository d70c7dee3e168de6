// SPDX-License-Identifier: Apache-2.0
package net.backhaul.simulation;

import net.backhaul.engine.StateKey;

/** A simulated internet with one root, whose planet all hosts of the scenario use. */
public final class Scenario {
  private static final String ROOT_IP = "192.88.99.1";
  private static final String CONTROLLER_IP = "192.88.99.5";

  private final SimulatedInternet internet;
  private final SimulatedHost root;
  private final byte[] planet;

  /** Creates the internet and the root, which is not started yet. */
  public Scenario(long seed) {
    internet = new SimulatedInternet(seed);
    root = internet.host(ROOT_IP);
    planet = SimulatedInternet.planet(root);
  }

  public SimulatedInternet internet() {
    return internet;
  }

  public SimulatedHost root() {
    return root;
  }

  /** Starts a host with the planet of this scenario. */
  public SimulatedHost start(SimulatedHost host) {
    return host.save(new StateKey(StateKey.Kind.PLANET, 0), planet).start();
  }

  /** Starts the root. */
  public Scenario startRoot() {
    start(root);
    return this;
  }

  /** Starts a host with a public address. */
  public SimulatedHost startHost(String ip) {
    return start(internet.host(ip));
  }

  /** Starts a host behind a NAT. */
  public SimulatedHost startHost(String ip, SimulatedNat nat) {
    return start(internet.host(ip, nat));
  }

  /** Starts a host with a controller. */
  public SimulatedHost startController() {
    SimulatedHost host = internet.host(CONTROLLER_IP);
    host.controller();
    return start(host);
  }
}
