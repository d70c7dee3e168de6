// SPDX-License-Identifier: Apache-2.0
package net.backhaul.tap.macos;

import java.util.List;
import net.backhaul.tap.TapDevice;
import net.backhaul.tap.TapException;
import net.backhaul.tap.TapFactory;
import net.backhaul.tap.TapOptions;

/** Opens pairs of feth devices (04 section 6.2). */
public final class FethTapFactory implements TapFactory {
  private static final String PREFIX = "feth";

  private final CommandRunner commands;
  private final FrameChannelFactory ports;
  private boolean begun;

  /** Opens the ends through which frames pass. */
  interface FrameChannelFactory {
    FrameChannel open(String peer) throws TapException;
  }

  public FethTapFactory() {
    this(CommandRunner.system(), BpfFrameChannel::open);
  }

  FethTapFactory(CommandRunner commands, FrameChannelFactory ports) {
    this.commands = commands;
    this.ports = ports;
  }

  /** Opens a pair. A wanted name is not heeded: feth devices are named by their numbers. */
  @Override
  public TapDevice open(TapOptions options) throws TapException {
    if (!begun) {
      begin();
      begun = true;
    }
    List<String> present = List.of(commands.run(FethCommands.listDevices()).strip().split("\\s+"));
    int number =
        FethNumbering.choose(
            options.id(),
            each ->
                present.contains(PREFIX + each)
                    || present.contains(PREFIX + (each + FethNumbering.PEER_OFFSET)));
    if (number < 0) {
      throw new TapException(
          "all numbers of feth devices are taken; see them with ifconfig -l and destroy some");
    }
    String device = PREFIX + number;
    String peer = PREFIX + (number + FethNumbering.PEER_OFFSET);
    try {
      for (List<String> each :
          FethCommands.create(device, peer, options.mac(), options.mtuBytes())) {
        commands.run(each);
      }
      commands.runIfPossible(FethCommands.neighborDiscovery(device));
      return new FethTap(
          commands, ports.open(peer), device, peer, options.mac(), options.mtuBytes());
    } catch (TapException e) {
      FethTap.destroy(commands, device);
      FethTap.destroy(commands, peer);
      throw e;
    }
  }

  /** Removes what a killed daemon has left, as the reference does, and allows large MTUs. */
  private void begin() throws TapException {
    commands.run(FethCommands.allowLargeMtu());
    for (String device : IfconfigOutput.staleDevices(commands.run(FethCommands.listDevices()))) {
      FethTap.destroy(commands, device);
    }
  }
}
