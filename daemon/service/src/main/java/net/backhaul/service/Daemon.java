// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service;

import io.netty.channel.socket.SocketProtocolFamily;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import net.backhaul.crypto.AesGmacSiv;
import net.backhaul.engine.Event;
import net.backhaul.engine.Node;
import net.backhaul.engine.Output;
import net.backhaul.engine.StateKey;
import net.backhaul.protocol.Version;
import net.backhaul.protocol.identity.Addresses;
import net.backhaul.protocol.identity.Identity;
import net.backhaul.service.api.BondApi;
import net.backhaul.service.api.ConfigApi;
import net.backhaul.service.api.ControllerApi;
import net.backhaul.service.api.DiagnosisApi;
import net.backhaul.service.api.LocalControllerApi;
import net.backhaul.service.api.MetricsApi;
import net.backhaul.service.api.MoonApi;
import net.backhaul.service.api.NetworkApi;
import net.backhaul.service.api.PeerApi;
import net.backhaul.service.api.PlanetApi;
import net.backhaul.service.api.StatusApi;
import net.backhaul.service.api.WebControlApi;
import net.backhaul.service.http.AccessControl;
import net.backhaul.service.http.HttpServer;
import net.backhaul.service.http.Router;
import net.backhaul.service.interfaces.HostAccess;
import net.backhaul.service.interfaces.Interfaces;
import net.backhaul.service.names.MemberNames;
import net.backhaul.service.portmapping.PortMapping;
import net.backhaul.service.relay.Relays;
import net.backhaul.service.settings.LiveSettings;
import net.backhaul.service.settings.LocalConf;
import net.backhaul.service.state.FileProblem;
import net.backhaul.service.state.HomeDirectory;
import net.backhaul.service.state.IdentityCheck;
import net.backhaul.service.state.IdentityFiles;
import net.backhaul.service.state.SavedState;
import net.backhaul.service.state.Tokens;
import net.backhaul.service.system.BufferedRandom;
import net.backhaul.service.system.Logging;
import net.backhaul.service.system.ServiceManager;
import net.backhaul.service.system.StartFailure;
import net.backhaul.service.udp.Rebinder;
import net.backhaul.service.udp.UdpSockets;
import net.backhaul.service.web.WebService;
import net.backhaul.service.web.WebServices;
import net.backhaul.sql.Database;
import net.backhaul.sql.DatabaseException;
import net.backhaul.store.SqlRecordStore;
import net.backhaul.tap.HostNetwork;
import net.backhaul.tap.HostTapFactory;
import net.backhaul.tap.TapFactory;
import net.backhaul.tap.linux.LinuxTapFactory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/** The daemon: creates its parts one after the other and closes them in reverse order. */
public final class Daemon {
  private static final Logger log = LoggerFactory.getLogger(Daemon.class);
  private static final long CLOSE_WITHIN_MS = 1_000;
  private static final String PORT_FILE = "zerotier-one.port";

  private final HomeDirectory home;
  private final BufferedRandom random = new BufferedRandom();
  private final LiveSettings settings;
  private final Ports ports;
  private final Tokens tokens;
  private final Identity identity;
  private final CompletableFuture<Boolean> identityIsValid;
  private final SavedState state;
  private final ServiceManager manager = ServiceManager.ofProcess();
  private final NodeLoop loop = new NodeLoop();
  private final ServiceStatus status = new ServiceStatus(loop, manager);
  private final EventLog events = new EventLog(status::scheduleUpdate);
  private final UdpSockets sockets = new UdpSockets(loop);
  private final Relays relays;
  private final IdentityChecks identityChecks = new IdentityChecks();
  private final PortMapping portMapping;
  private final MemberNames names = new MemberNames(loop);
  private final RootClocks rootClocks = new RootClocks();
  private final PeerPings pings = new PeerPings(loop);
  private final Interfaces devices;
  private final Database database;
  private final ControllerHost controller;
  private final Rebinder rebinder;
  private final MetricsApi metrics;
  private final Housekeeping housekeeping;
  private final WebService web;
  private final LocalControllerApi localController;
  private final HttpServer http;
  private final CompletableFuture<End> ended = new CompletableFuture<>();

  /** The reason for the end of a daemon. */
  public enum End {
    REQUESTED,
    /** Another node has the address of this identity: restart with a new one (04 section 8.4). */
    IDENTITY_COLLISION
  }

  private Daemon(HomeDirectory home, int defaultPort, TapFactory taps, IdentityCheck check)
      throws StartFailure {
    this.home = home;
    boolean claimed = home.claim();
    settings = readSettings();
    ports = choosePorts(defaultPort);
    requireOnlyDaemon(claimed);
    tokens = Tokens.load(home, random);
    identity = IdentityFiles.load(home, random);
    identityIsValid = check.of(identity);
    home.writePid();
    logStart();
    state = new SavedState(home);
    devices = new Interfaces(loop, taps, hostAccess(taps), home.path(), state::networkSettings);
    database = new Database(ControllerFiles.database(home, settings.settings().controllerPath()));
    controller = openController();
    rebinder = createRebinder();
    portMapping =
        new PortMapping(
            loop, state::execute, new MappedSockets(loop, sockets), ports.tertiary(), random);
    rebinder.listener(portMapping::hostChanged);
    relays = new Relays(loop, settings::settings, ports.udp(), new DeviceNetworks(devices));
    startNode();
    metrics =
        new MetricsApi(loop, sockets, controller, names.counters(), relays.counters(), portMapping);
    housekeeping =
        new Housekeeping(
            loop,
            state,
            settings,
            new Housekeeping.Sockets(rebinder, relays),
            new MetricsFile(home, metrics),
            events,
            status);
    var parts =
        new WebServices.Parts(
            loop, controller, identity.address(), home.file(WebServices.PACKAGES));
    web = WebServices.of(home, state::execute, parts, database);
    localController = new LocalControllerApi(WebServices.local(home, parts, database, web));
    http = new HttpServer(accessControl(), routes());
  }

  /** Starts a daemon on a home directory; it runs until {@link #end} or a failure. */
  public static Daemon start(HomeDirectory home, int defaultPort) throws StartFailure {
    return start(home, defaultPort, HostTapFactory.factory(home.path()));
  }

  static Daemon start(HomeDirectory home, int defaultPort, TapFactory taps) throws StartFailure {
    // Before the first field of a daemon is initialized.
    IdentityCheck check = IdentityCheck.begin(home);
    try {
      var daemon = new Daemon(home, defaultPort, taps, check);
      daemon.open();
      return daemon;
    } catch (StartFailure e) {
      home.close();
      throw e;
    }
  }

  // Stages of the constructor, in order.

  private LiveSettings readSettings() throws StartFailure {
    try {
      return new LiveSettings(new LocalConf(home));
    } catch (LocalConf.Unusable e) {
      throw new StartFailure("ERROR: " + e.getMessage(), 1);
    }
  }

  private Ports choosePorts(int defaultPort) throws StartFailure {
    var wanted = settings.settings();
    Ports chosen = Ports.choose(wanted.primaryPort().orElse(defaultPort), wanted, random);
    if (wanted.secondaryPort() != 0 || wanted.tertiaryPort() != 0) {
      // The reference's words, which scripts may search for (04 section 3.4).
      Logging.print(
          Level.WARN,
          "WARNING: using manually-specified secondary and/or tertiary ports."
              + " This can cause NAT issues.");
    }
    return chosen;
  }

  private void requireOnlyDaemon(boolean claimed) throws StartFailure {
    if (!claimed) {
      throw new StartFailure(
          "another daemon runs on " + home.path() + "; stop it first, or name another home");
    }
  }

  private void logStart() {
    log.info(
        "Backhaul {} (protocol of ZeroTier {}), node {}, UDP ports {}, API port {}, home {}",
        Version.backhaul(),
        Version.REFERENCE,
        Addresses.text(identity.address()),
        ports.udp(),
        ports.primary(),
        home.path());
  }

  /** Tests with devices in memory do not touch the host. */
  private HostAccess hostAccess(TapFactory taps) {
    return taps instanceof LinuxTapFactory
        ? new HostAccess(HostNetwork::open, ports.udp(), sockets::areMarked, names)
        : HostAccess.NONE;
  }

  private ControllerHost openController() throws StartFailure {
    String chosen = settings.settings().controllerPath();
    if (chosen.startsWith("postgres:")) {
      throw new StartFailure(
          "controllerDbPath in local.conf names a PostgreSQL database, which is not supported; "
              + "remove it to keep networks in the home");
    }
    try {
      return new ControllerHost(
          loop,
          SqlRecordStore.open(database, ControllerFiles.directory(home, chosen)),
          identity,
          random);
    } catch (IOException e) {
      throw new StartFailure(
          "cannot read the networks of this controller: "
              + (e instanceof DatabaseException
                  ? e.getMessage()
                  : FileProblem.describe(home.path(), e)),
          1);
    }
  }

  private Rebinder createRebinder() {
    return new Rebinder(
        loop, sockets, state::execute, settings::settings, ports.udp(), this::isOnOwnDevice);
  }

  private boolean isOnOwnDevice(InetAddress address) {
    return devices.deviceAddresses().contains(address);
  }

  private void startNode() {
    Map<StateKey, byte[]> saved = state.load(System.currentTimeMillis());
    names.onChange(devices::resolverChanged);
    var output =
        new NodeOutput(
            new NodeOutput.Sockets(sockets, relays.client()),
            new NodeOutput.Threads(loop, identityChecks),
            state,
            new NodeOutput.JoinedNetworks(devices, names),
            events,
            this::onEvent);
    loop.start(
            () -> {
              var node =
                  new Node(
                      identity,
                      settings.settings().node(),
                      output,
                      controller,
                      random,
                      saved,
                      NodeLoop.nowMs());
              node.readsDirectories(true);
              node.hostName(HostName.told(settings.settings()));
              return node;
            })
        .join();
  }

  private AccessControl accessControl() {
    return new AccessControl(tokens.auth(), tokens.metrics(), () -> settings.settings().managers());
  }

  private Router routes() {
    var status =
        new StatusApi(loop, settings, sockets, ports, home.path().toString(), devices::applied);
    var networks = new ControllerApi(controller, identity.address());
    return new Router()
        .add("/status", status)
        .add("/health", status)
        .add("/config", new ConfigApi(settings, state, housekeeping::settingsChanged))
        .add("/network", new NetworkApi(loop, state, devices, names, identity.address()))
        .add("/peer", new PeerApi(loop, pings))
        .add("/diagnosis", new DiagnosisApi(loop, rootClocks, sockets::addresses, portMapping))
        .add("/moon", new MoonApi(loop, state))
        .add(PlanetApi.PATH, new PlanetApi(loop, state, identity, ports))
        .add("/bond", new BondApi(loop))
        .add("/metrics", metrics)
        .add(WebControlApi.PATH, new WebControlApi(web))
        .add(LocalControllerApi.PATH, localController)
        .add("/controller", networks)
        .add("/unstable/controller", networks);
  }

  // Stages of the start, once all parts exist.

  private void open() throws StartFailure {
    if (!identityIsValid.join()) {
      throw IdentityFiles.invalid(home);
    }
    state.execute(() -> IdentityFiles.saveValidated(home));
    loop.execute(rebinder::start);
    loop.execute(portMapping::start);
    writePort();
    listen();
    web.start();
    housekeeping.start();
    loop.execute(status::ready);
    loop.feed(manager);
    warnAboutSlowCipher();
  }

  private void writePort() {
    try {
      home.write(PORT_FILE, Integer.toString(ports.primary()).getBytes(StandardCharsets.US_ASCII));
    } catch (IOException e) {
      Path file = home.file(PORT_FILE);
      log.warn(
          "cannot write {}: {}; zerotier-cli then needs -p{}",
          file,
          FileProblem.describe(file, e),
          ports.primary());
    }
  }

  private void listen() throws StartFailure {
    boolean v4 = listen(SocketProtocolFamily.INET, "0.0.0.0", "Starting Control Plane...");
    boolean v6 = listen(SocketProtocolFamily.INET6, "[::]", "Starting V6 Control Plane...");
    if (!v4 && !v6) {
      throw new StartFailure("ERROR: Could not bind control plane. Exiting...", 255);
    }
  }

  private boolean listen(SocketProtocolFamily family, String wildcard, String started) {
    if (http.listen(family, ports.primary())) {
      Logging.print(Level.INFO, started);
      return true;
    }
    Logging.print(Level.WARN, "Error binding control plane to " + wildcard + ":" + ports.primary());
    return false;
  }

  private static void warnAboutSlowCipher() {
    AesGmacSiv.whySlow()
        .ifPresent(
            why ->
                log.warn(
                    "packets are encrypted at less than half the speed, because {}; "
                        + "start it from its package, or Java 25 with --add-opens {}",
                    why,
                    AesGmacSiv.OPENS));
  }

  private void onEvent(Event event) {
    events.onEvent(event);
    switch (event) {
      case Event.Online online -> devices.onlineChanged(true);
      case Event.Offline offline -> devices.onlineChanged(false);
      case Event.IdentityCollision collision -> ended.complete(End.IDENTITY_COLLISION);
      case Event.PathLearned learned -> {}
      case Event.PathMtuChanged changed -> {}
      case Event.BondChanged changed -> {}
      case Event.SurfaceChanged changed -> {}
      case Event.RootClock clock -> rootClocks.record(clock);
      case Event.PingAnswered answer -> pings.answered(answer);
      case Event.BridgeLoop loop -> devices.loopFound(loop.networkId());
      case Event.RemoteTraceReceived trace -> {}
      case Event.UserMessageReceived message -> {}
    }
  }

  /** Requests the end of the daemon; from any thread. */
  public void end() {
    ended.complete(End.REQUESTED);
  }

  /** Reads local.conf again, as {@code systemctl reload} requests; from any thread. */
  public void reload() {
    manager.reloading();
    home.rewritePid();
    housekeeping.reloadSettings();
  }

  /** Waits for the end and closes all parts. */
  public End awaitEnd() {
    End why = ended.join();
    if (why == End.REQUESTED) {
      manager.stopping();
    }
    close();
    if (why == End.REQUESTED) {
      manager.status("stopped");
    }
    manager.close();
    return why;
  }

  private void close() {
    http.close();
    Logging.print(Level.INFO, "Control Plane Stopped");
    Logging.print(Level.INFO, "V6 Control Plane Stopped");
    portMapping.close().completeOnTimeout(null, CLOSE_WITHIN_MS, TimeUnit.MILLISECONDS).join();
    loop.submit(
            node -> {
              status.end();
              node.close();
              sockets.flush();
              rebinder.close();
              relays.client().close(Output.ALL_SOCKETS);
              sockets.close();
              return node;
            })
        .orTimeout(CLOSE_WITHIN_MS, TimeUnit.MILLISECONDS)
        .exceptionally(
            late -> {
              log.warn(
                  "the node did not close within {} ms ({}); the rest is closed without it",
                  CLOSE_WITHIN_MS,
                  late.toString());
              return null;
            })
        .join();
    names.close();
    relays.close();
    identityChecks.close();
    devices.close();
    web.close();
    controller.close();
    database.close();
    loop.close();
    state.close();
    home.close();
  }
}
