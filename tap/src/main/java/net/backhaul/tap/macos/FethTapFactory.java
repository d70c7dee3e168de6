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
  private final FrameChannelFactory channels;
  private boolean initialized;

  /** Opens the channels of frames. */
  interface FrameChannelFactory {
    FrameChannel open(String peer) throws TapException;
  }

  /** Creates a factory that runs the commands of the system. */
  public FethTapFactory() {
    this(CommandRunner.system(), BpfFrameChannel::open);
  }

  FethTapFactory(CommandRunner commands, FrameChannelFactory channels) {
    this.commands = commands;
    this.channels = channels;
  }

  /** Opens a pair; a wanted name is ignored, since feth devices are named by their numbers. */
  @Override
  public TapDevice open(TapOptions options) throws TapException {
    if (!initialized) {
      initialize();
      initialized = true;
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
          "all numbers of feth devices are taken; list them with ifconfig -l and destroy unused"
              + " ones");
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
          commands, channels.open(peer), device, peer, options.mac(), options.mtuBytes());
    } catch (TapException e) {
      FethTap.destroy(commands, device);
      FethTap.destroy(commands, peer);
      throw e;
    }
  }

  /** Removes devices of a killed daemon, as the reference does, and allows large MTUs. */
  private void initialize() throws TapException {
    commands.run(FethCommands.allowLargeMtu());
    for (String device : IfconfigOutput.staleDevices(commands.run(FethCommands.listDevices()))) {
      FethTap.destroy(commands, device);
    }
  }
}
