// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Timer;
import java.util.TimerTask;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import net.backhaul.cli.Cli;
import net.backhaul.cli.Help;
import net.backhaul.cli.Idtool;
import net.backhaul.cli.ProcessName;
import net.backhaul.protocol.Version;
import net.backhaul.service.state.FileProblem;
import net.backhaul.service.state.HomeDirectory;
import net.backhaul.service.state.IdentityFiles;
import net.backhaul.service.system.CrashReports;
import net.backhaul.service.system.Fork;
import net.backhaul.service.system.JournalStream;
import net.backhaul.service.system.Logging;
import net.backhaul.service.system.OpenFiles;
import net.backhaul.service.system.Privileges;
import net.backhaul.service.system.ServiceManager;
import net.backhaul.service.system.ServiceProviders;
import net.backhaul.service.system.Signals;
import net.backhaul.service.system.StartFailure;
import net.backhaul.web.server.TlsCertificate;
import org.jspecify.annotations.Nullable;
import org.slf4j.event.Level;

/** Entry point of {@code zerotier-one} (04 sections 1.1 and 1.2). */
public final class Main {
  /** The name under which the program was started; launchers pass it as a property. */
  private static final String PROGRAM = System.getProperty("backhaul.program", "zerotier-one");

  /** The name of the process, and of the user to whom root gives the home (04 section 6.1.9). */
  private static final String SERVICE = "zerotier-one";

  private static final long END_WITHIN_MS = 5_000;

  private Main() {}

  /** Runs the daemon, or the program that its options select, and ends the process. */
  public static void main(String[] words) {
    ServiceProviders.select();
    int code = run(List.of(words));
    System.out.flush();
    System.exit(code);
  }

  private static int run(List<String> words) {
    if (PROGRAM.contains("zerotier-idtool") || PROGRAM.contains("ZEROTIER-IDTOOL")) {
      return Idtool.run(words.toArray(String[]::new), System.out, System.err);
    }
    if (PROGRAM.contains("zerotier-cli") || PROGRAM.contains("ZEROTIER-CLI")) {
      return Cli.run(words.toArray(String[]::new), System.out, System.err);
    }
    CommandLine command =
        CommandLine.parse(
            words,
            CommandLine.defaultHome(
                System.getenv("ZEROTIER_HOME"), System.getProperty("os.name", "")));
    if (!command.problem().isEmpty()) {
      Logging.print(Level.ERROR, PROGRAM + ": " + command.problem());
    }
    return switch (command.action()) {
      case HELP -> help(System.out, 0);
      case INVALID -> help(System.out, 1);
      case VERSION -> {
        System.out.println(Version.REFERENCE + "\nBackhaul " + Version.backhaul());
        yield 0;
      }
      case IDTOOL -> Idtool.run(command.words().toArray(String[]::new), System.out, System.err);
      case CLI -> Cli.run(command.words().toArray(String[]::new), System.out, System.err);
      case CONTROLLER -> {
        try {
          System.out.println(ControllerCommand.run(command.words(), command.home()));
          yield 0;
        } catch (StartFailure e) {
          System.err.println(PROGRAM + ": " + e.getMessage());
          yield e.exitCode();
        }
      }
      case RUN -> {
        String problem = OpenFiles.problem(OpenFiles.limitOfProcess());
        if (!problem.isEmpty()) {
          // Not by the log, whose classes are in further files.
          String priority = JournalStream.isStandardError() ? "<3>" : "";
          System.err.println(priority + PROGRAM + ": fatal error: " + problem);
          yield 1;
        }
        try {
          yield daemon(command);
        } catch (StartFailure e) {
          String message = String.valueOf(e.getMessage());
          Logging.print(
              Level.ERROR, message.startsWith("ERROR") ? message : PROGRAM + ": " + message);
          reportFailure(message);
          yield e.exitCode();
        }
      }
    };
  }

  /** Shows in the status of the service why it has not started. */
  private static void reportFailure(String message) {
    try (var manager = ServiceManager.ofProcess()) {
      manager.status("not started: " + message.replace("\n", ": "));
    }
  }

  private static int daemon(CommandLine command) throws StartFailure {
    HomeDirectory home = home(command.home());
    home.protect("identity.secret");
    home.protect("authtoken.secret");
    if (home.exists("controller.db")) {
      throw new StartFailure(
          "FATAL: an old controller.db exists in "
              + home.path()
              + " -- see instructions in controller/README.md for how to migrate!",
          1);
    }
    if (!command.unprivileged()) {
      if (!Privileges.isRoot()) {
        throw new StartFailure("must be run as root (uid 0)", 1);
      }
      home.assignTo(SERVICE);
    }
    if (command.fork()) {
      return Fork.intoBackground();
    }
    ProcessName.set(SERVICE);
    skipNettyHostDetection();
    TlsCertificate.rejectRenegotiation();
    Logging.logUncaughtExceptions();
    CrashReports.collect(home::assignOwner);
    var end = new CompletableFuture<Void>();
    var running = new AtomicReference<@Nullable Daemon>();
    Signals.handle(
        () -> {
          haltAfter(END_WITHIN_MS);
          end.complete(null);
        },
        () -> reload(running.get()));
    while (true) {
      Daemon daemon = Daemon.start(home, command.port());
      running.set(daemon);
      end.thenRun(daemon::end);
      Daemon.End why = daemon.awaitEnd();
      running.set(null);
      if (why == Daemon.End.REQUESTED) {
        return 0;
      }
      replaceCollidedIdentity(home);
    }
  }

  /** A daemon that is starting has just read its settings. */
  private static void reload(@Nullable Daemon running) {
    if (running != null) {
      running.reload();
    }
  }

  /** Netty reads hardware addresses to name channels, which takes long and is not used here. */
  private static void skipNettyHostDetection() {
    System.setProperty("io.netty.machineId", "00:00:00:00:00:00:00:01");
    System.setProperty("io.netty.processId", "1");
  }

  private static void replaceCollidedIdentity(HomeDirectory home) throws StartFailure {
    try {
      IdentityFiles.saveAfterCollision(home);
    } catch (IOException e) {
      throw new StartFailure(
          "another node has the address of this identity, and "
              + home.file("identity.secret")
              + " cannot be renamed: "
              + FileProblem.describe(home.file("identity.secret"), e));
    }
  }

  private static HomeDirectory home(Path path) throws StartFailure {
    try {
      return HomeDirectory.open(path);
    } catch (IOException e) {
      throw new StartFailure(
          "home directory %s does not exist and could not be created (%s)"
              .formatted(path, FileProblem.describe(path, e)));
    }
  }

  /** Ends the process after this time even if a part does not close (04 section 8.2). */
  private static void haltAfter(long millis) {
    new Timer("end", true)
        .schedule(
            new TimerTask() {
              @Override
              public void run() {
                Runtime.getRuntime().halt(0);
              }
            },
            millis);
  }

  private static int help(PrintStream out, int code) {
    out.print(Help.daemon(PROGRAM));
    return code;
  }
}
