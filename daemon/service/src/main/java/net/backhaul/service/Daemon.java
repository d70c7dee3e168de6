// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service;

import io.netty.channel.socket.SocketProtocolFamily;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import net.backhaul.crypto.AesGmacSiv;
import net.backhaul.engine.Event;
import net.backhaul.engine.Node;
import net.backhaul.engine.StateKey;
import net.backhaul.protocol.identity.Identity;
import net.backhaul.service.api.BondApi;
import net.backhaul.service.api.ConfigApi;
import net.backhaul.service.api.ControllerApi;
import net.backhaul.service.api.MetricsApi;
import net.backhaul.service.api.MoonApi;
import net.backhaul.service.api.NetworkApi;
import net.backhaul.service.api.PeerApi;
import net.backhaul.service.api.StatusApi;
import net.backhaul.service.http.AccessControl;
import net.backhaul.service.http.HttpServer;
import net.backhaul.service.http.Router;
import net.backhaul.service.interfaces.Interfaces;
import net.backhaul.service.settings.LiveSettings;
import net.backhaul.service.settings.LocalConf;
import net.backhaul.service.state.HomeDirectory;
import net.backhaul.service.state.IdentityFiles;
import net.backhaul.service.state.SavedState;
import net.backhaul.service.state.Tokens;
import net.backhaul.service.system.BufferedRandom;
import net.backhaul.service.system.ServiceManager;
import net.backhaul.service.system.StartFailure;
import net.backhaul.service.udp.Rebinder;
import net.backhaul.service.udp.UdpSockets;
import net.backhaul.store.FileRecordStore;
import net.backhaul.tap.HostTaps;
import net.backhaul.tap.TapFactory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The daemon: its parts, made one after the other, and taken apart in the other direction. */
public final class Daemon {
  private static final Logger log = LoggerFactory.getLogger(Daemon.class);
  private static final long CLOSE_WITHIN_MS = 1_000;

  private final HomeDirectory home;
  private final LiveSettings settings;
  private final Ports ports;
  private final CompletableFuture<Boolean> identityIsValid;
  private final SavedState state;
  private final NodeLoop loop = new NodeLoop();
  private final UdpSockets sockets = new UdpSockets(loop);
  private final Interfaces devices;
  private final ControllerHost controller;
  private final Rebinder rebinder;
  private final Housekeeping housekeeping;
  private final HttpServer http;
  private final CompletableFuture<End> ended = new CompletableFuture<>();

  /** Why a daemon ends. */
  public enum End {
    ASKED_FOR,
    /** The identity is somebody else's: start again with another (04 section 8.4). */
    IDENTITY_COLLISION
  }

  private Daemon(HomeDirectory home, int wantedPort, TapFactory taps) throws StartFailure {
    this.home = home;
    var random = new BufferedRandom();
    boolean claimed = home.claim();
    settings = settings(home);
    ports =
        Ports.choose(
            settings.settings().primaryPort().orElse(wantedPort), settings.settings(), random);
    if (!claimed) {
      throw new StartFailure(
          "another daemon runs on " + home.path() + "; stop it first, or name another home");
    }
    Tokens tokens = Tokens.load(home, random);
    Identity identity = IdentityFiles.load(home, random);
    // Deriving the address takes long, so everything else is made meanwhile.
    identityIsValid = CompletableFuture.supplyAsync(identity::validates);
    home.writePid();
    state = new SavedState(home);
    Map<StateKey, byte[]> saved = state.load(System.currentTimeMillis());
    devices = new Interfaces(loop, taps, home.path(), state::networkSettings);
    var output = new NodeOutput(sockets, state, devices, this::onEvent);
    rebinder =
        new Rebinder(
            loop,
            sockets,
            state::execute,
            settings::settings,
            ports.udp(),
            address -> devices.deviceAddresses().contains(address));
    controller = controller(home, identity, random);
    loop.start(
            () ->
                new Node(
                    identity,
                    settings.settings().node(),
                    output,
                    controller,
                    random,
                    saved,
                    NodeLoop.nowMs()))
        .join();
    var metrics = new MetricsApi(loop, sockets, controller);
    housekeeping = new Housekeeping(loop, home, state, settings, rebinder, metrics);
    var status = new StatusApi(loop, settings, sockets, ports, home.path().toString());
    http =
        new HttpServer(
            new AccessControl(
                tokens.auth(), tokens.metrics(), () -> settings.settings().managers()),
            new Router()
                .add("/status", status)
                .add("/health", status)
                .add("/config", new ConfigApi(settings, state, housekeeping::settingsChanged))
                .add("/network", new NetworkApi(loop, state, devices, identity.address()))
                .add("/peer", new PeerApi(loop))
                .add("/moon", new MoonApi(loop))
                .add("/bond", new BondApi())
                .add("/metrics", metrics)
                .add("/controller", new ControllerApi(controller, identity.address()))
                .add("/unstable/controller", new ControllerApi(controller, identity.address())));
  }

  /** Starts a daemon on a home; it runs until it is asked to end. */
  public static Daemon start(HomeDirectory home, int wantedPort) throws StartFailure {
    return start(home, wantedPort, HostTaps.factory());
  }

  static Daemon start(HomeDirectory home, int wantedPort, TapFactory taps) throws StartFailure {
    try {
      var daemon = new Daemon(home, wantedPort, taps);
      daemon.open();
      return daemon;
    } catch (StartFailure e) {
      home.close();
      throw e;
    }
  }

  private void open() throws StartFailure {
    if (!identityIsValid.join()) {
      throw IdentityFiles.invalid(home);
    }
    loop.execute(rebinder::start);
    writePort();
    boolean v4 = listen(SocketProtocolFamily.INET, "0.0.0.0", "Starting Control Plane...");
    boolean v6 = listen(SocketProtocolFamily.INET6, "[::]", "Starting V6 Control Plane...");
    if (!v4 && !v6) {
      throw new StartFailure("ERROR: Could not bind control plane. Exiting...", 255);
    }
    housekeeping.start();
    ServiceManager.send("READY=1\nSTATUS=waiting for a root to answer");
    AesGmacSiv.slowBecause()
        .ifPresent(
            why ->
                log.warn(
                    "packets are encrypted at less than half the speed, because {}; "
                        + "start it from its package, or Java 25 with --add-opens {}",
                    why,
                    AesGmacSiv.OPENS));
  }

  private static LiveSettings settings(HomeDirectory home) throws StartFailure {
    try {
      return new LiveSettings(new LocalConf(home));
    } catch (LocalConf.Unusable e) {
      throw new StartFailure("ERROR: " + e.getMessage(), 1);
    }
  }

  private ControllerHost controller(HomeDirectory home, Identity identity, BufferedRandom random)
      throws StartFailure {
    String chosen = settings.settings().controllerPath();
    if (chosen.startsWith("postgres:")) {
      throw new StartFailure(
          "controllerDbPath in local.conf asks for PostgreSQL, which is not supported; "
              + "remove it to keep networks in files");
    }
    Path folder = home.path().resolve(chosen.isEmpty() ? "controller.d" : chosen);
    try {
      return new ControllerHost(loop, FileRecordStore.open(folder), identity, random);
    } catch (IOException e) {
      throw new StartFailure(
          "cannot use "
              + folder
              + " for the networks of this controller: "
              + HomeDirectory.reason(e),
          1);
    }
  }

  private boolean listen(SocketProtocolFamily family, String all, String started) {
    if (http.listen(family, ports.primary())) {
      System.err.println(started);
      return true;
    }
    System.err.println("Error binding control plane to " + all + ":" + ports.primary());
    return false;
  }

  private void writePort() {
    try {
      home.write(
          "zerotier-one.port",
          Integer.toString(ports.primary()).getBytes(java.nio.charset.StandardCharsets.US_ASCII));
    } catch (IOException e) {
      log.warn("cannot write {}: {}", home.file("zerotier-one.port"), HomeDirectory.reason(e));
    }
  }

  private void onEvent(Event event) {
    switch (event) {
      case Event.Online online -> {
        devices.onlineChanged(true);
        ServiceManager.send("STATUS=online");
      }
      case Event.Offline offline -> {
        devices.onlineChanged(false);
        ServiceManager.send("STATUS=offline: no root answers");
      }
      case Event.IdentityCollision collision -> {
        log.warn("somebody else has this identity: starting again with a new one");
        ended.complete(End.IDENTITY_COLLISION);
      }
      case Event.PathLearned learned -> log.debug("{}", learned);
      case Event.SurfaceChanged changed -> log.debug("{}", changed);
      case Event.UserMessage message -> log.debug("{}", message);
    }
  }

  /** Asks the daemon to end; from any thread. */
  public void end() {
    ended.complete(End.ASKED_FOR);
  }

  /** Waits for the end and cleans up. */
  public End awaitEnd() {
    End why = ended.join();
    ServiceManager.send("STOPPING=1");
    close();
    return why;
  }

  private void close() {
    http.close();
    System.err.println("Control Plane Stopped\nV6 Control Plane Stopped");
    loop.submit(
            node -> {
              node.close();
              sockets.flush();
              sockets.close();
              return node;
            })
        .orTimeout(CLOSE_WITHIN_MS, TimeUnit.MILLISECONDS)
        .exceptionally(
            late -> {
              log.warn("the node did not end in time: {}", late.toString());
              return null;
            })
        .join();
    devices.close();
    controller.close();
    loop.close();
    state.close();
    home.close();
  }
}
