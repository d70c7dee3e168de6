// SPDX-License-Identifier: Apache-2.0
package net.backhaul.tap.macos;

import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import net.backhaul.tap.TapDevice;
import net.backhaul.tap.TapException;
import net.backhaul.tap.TapFactory;
import net.backhaul.tap.TapOptions;
import org.jspecify.annotations.Nullable;

/** Opens pairs of feth devices (04 section 6.2). */
public final class FethTapFactory implements TapFactory {
  private static final String PREFIX = "feth";

  /** The kernel releases a destroyed device a moment later, and rejects its name until then. */
  private static final int ATTEMPTS_PER_NUMBER = 3;

  private static final long RETRY_AFTER_MS = 100;
  private static final int MAX_NUMBERS = 4;

  private final Host host;
  private final Path home;
  private @Nullable CreatedPairs created;

  /** Why frames can never be read and written in this process; empty where they may be. */
  private String unavailable = "";

  /** Opens the channels of frames. */
  interface FrameChannelFactory {
    FrameChannel open(String peer) throws TapException;
  }

  /** Waits for a number of milliseconds. */
  interface Pause {
    void millis(long count);
  }

  /** What a factory uses of the host. */
  record Host(
      CommandRunner commands,
      InterfaceState interfaces,
      FrameChannelFactory channels,
      Pause pause) {}

  /**
   * Creates a factory that runs the commands of the system.
   *
   * @param home where it records the devices that it creates
   */
  public FethTapFactory(Path home) {
    this(
        new Host(
            new SystemCommands(SystemCommands.DEFAULT_LIMIT_MS),
            InterfaceState.system(),
            BpfFrameChannel::open,
            FethTapFactory::sleep),
        home);
  }

  FethTapFactory(Host host, Path home) {
    this.host = host;
    this.home = home;
  }

  /** Opens a pair; a wanted name is ignored, since feth devices are named by their numbers. */
  @Override
  public TapDevice open(TapOptions options) throws TapException {
    if (!unavailable.isEmpty()) {
      throw new TapException(unavailable);
    }
    CreatedPairs pairs = pairs();
    Pair pair = create(pairs, options.id());
    try {
      return configure(pair, options, () -> pairs.remove(pair.number()));
    } catch (TapException e) {
      destroy(pair, pairs);
      throw e;
    } catch (LinkageError e) {
      destroy(pair, pairs);
      unavailable =
          "the native part of JNA does not load ("
              + e.getMessage()
              + "); set jna.boot.library.path to the directory that holds it, and restart";
      throw new TapException(unavailable, e);
    }
  }

  private TapDevice configure(Pair pair, TapOptions options, Runnable onDestroyed)
      throws TapException {
    CommandRunner commands = host.commands();
    for (List<String> each :
        FethCommands.configure(pair.device(), pair.peer(), options.mac(), options.mtuBytes())) {
      commands.run(each);
    }
    commands.runIfPossible(FethCommands.neighborDiscovery(pair.device()));
    FrameChannel channel = host.channels().open(pair.peer());
    try {
      return new FethTap(host, channel, pair, options, onDestroyed);
    } catch (TapException | RuntimeException | LinkageError e) {
      channel.close();
      throw e;
    }
  }

  /** Creates a pair of a free number; destroyed ones may be busy for a moment. */
  private Pair create(CreatedPairs pairs, long id) throws TapException {
    List<String> present = devices();
    var tried = new HashSet<Integer>();
    TapException last = null;
    while (tried.size() < MAX_NUMBERS) {
      int number =
          FethNumbering.choose(
              id,
              each ->
                  tried.contains(each)
                      || present.contains(Pair.of(each).device())
                      || present.contains(Pair.of(each).peer()));
      if (number < 0) {
        throw new TapException(
            "all numbers of feth devices are taken; list them with ifconfig -l and destroy unused"
                + " ones");
      }
      tried.add(number);
      pairs.add(number);
      try {
        createPair(Pair.of(number));
        return Pair.of(number);
      } catch (TapException e) {
        destroy(Pair.of(number), pairs);
        last = e;
      }
    }
    throw last == null ? new TapException("no pair of feth devices was tried") : last;
  }

  private void createPair(Pair pair) throws TapException {
    for (String device : new String[] {pair.peer(), pair.device()}) {
      for (int attempt = 1; ; attempt++) {
        try {
          host.commands().run(FethCommands.create(device));
          break;
        } catch (TapException e) {
          if (attempt == ATTEMPTS_PER_NUMBER || !isBusy(e)) {
            throw e;
          }
          host.pause().millis(RETRY_AFTER_MS);
        }
      }
    }
  }

  private static boolean isBusy(TapException e) {
    String message = String.valueOf(e.getMessage());
    return message.contains("busy") || message.contains("File exists");
  }

  /** Reads the record at the first device, removes what a killed daemon left, allows large MTUs. */
  private CreatedPairs pairs() throws TapException {
    CreatedPairs pairs = created;
    if (pairs == null) {
      pairs = new CreatedPairs(home);
      host.commands().runIfPossible(FethCommands.allowLargeMtu());
      List<String> present = devices();
      for (int number : pairs.all()) {
        Pair pair = Pair.of(number);
        if (present.contains(pair.device()) && isPair(pair)) {
          destroy(pair, pairs);
        } else if (!present.contains(pair.device()) && !present.contains(pair.peer())) {
          pairs.remove(number);
        }
      }
      created = pairs;
    }
    return pairs;
  }

  /** Returns whether two devices are joined as ours are: numbers are reused after a reboot. */
  private boolean isPair(Pair pair) {
    try {
      String shown = host.commands().run(FethCommands.show(pair.device()));
      return shown.lines().anyMatch(line -> line.strip().equals("peer: " + pair.peer()));
    } catch (TapException unknown) {
      return false;
    }
  }

  private List<String> devices() throws TapException {
    return List.of(host.commands().run(FethCommands.listDevices()).strip().split("\\s+"));
  }

  private void destroy(Pair pair, CreatedPairs pairs) {
    host.commands().runIfPossible(FethCommands.destroy(pair.device()));
    host.commands().runIfPossible(FethCommands.destroy(pair.peer()));
    pairs.remove(pair.number());
  }

  private static void sleep(long millis) {
    try {
      Thread.sleep(millis);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** The device of a network and the peer that carries its frames. */
  record Pair(int number, String device, String peer) {
    static Pair of(int number) {
      return new Pair(number, PREFIX + number, PREFIX + (number + FethNumbering.PEER_OFFSET));
    }
  }
}
