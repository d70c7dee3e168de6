// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.web;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import net.backhaul.json.Json;
import net.backhaul.service.state.FileProblem;
import net.backhaul.service.state.HomeDirectory;
import net.backhaul.web.api.LocalController;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The web API of the controller: off unless the home has the file of its settings. Its classes are
 * loaded when it starts.
 */
public final class WebService {
  /** The settings; the API is on if the file exists. */
  public static final String FILE = "web.conf";

  private static final Logger log = LoggerFactory.getLogger(WebService.class);
  private static final int INDENT = 4;

  private final HomeDirectory home;
  private final Executor stateThread;
  private final ListenerFactory factory;

  /** Changed on the state thread. */
  private volatile @Nullable WebListener running;

  private @Nullable String failure;

  /** Starts listeners. */
  @FunctionalInterface
  interface ListenerFactory {
    WebListener start(Map<String, @Nullable Object> settings) throws IOException;
  }

  WebService(HomeDirectory home, Executor stateThread, ListenerFactory factory) {
    this.home = home;
    this.stateThread = stateThread;
    this.factory = factory;
  }

  /**
   * Starts the API in the background, if it is on; a failure is logged and does not matter else.
   */
  public void start() {
    if (home.exists(FILE)) {
      stateThread.execute(this::startFromFile);
    }
  }

  private void startFromFile() {
    try {
      byte[] text = home.read(FILE).orElse(new byte[0]);
      WebListener started = factory.start(Json.asObject(Json.parse(ByteBuffer.wrap(text))));
      running = started;
      log.info("the web API listens, as {} says", home.file(FILE));
      if (!started.certificateProblem().isEmpty()) {
        // A browser warns and continues if its user wants; without a listener it could not.
        log.warn("browsers will warn: {}", started.certificateProblem());
      }
    } catch (IOException | IllegalArgumentException e) {
      failure = String.valueOf(e.getMessage());
      log.warn("the web API does not listen: {}", failure);
    }
  }

  private <T> CompletableFuture<T> onStateThread(Supplier<CompletableFuture<T>> work) {
    return CompletableFuture.supplyAsync(work, stateThread).thenCompose(answer -> answer);
  }

  /**
   * Starts the API with settings, which are kept; one that runs is stopped before.
   *
   * @return its state, with the link for the first administrator if there is none; fails with
   *     {@link IllegalArgumentException} if it cannot start, and one that ran runs again then
   */
  public CompletableFuture<Map<String, @Nullable Object>> enable(
      Map<String, @Nullable Object> settings) {
    return onStateThread(
        () -> {
          WebListener started = replace(settings);
          return started
              .firstLink()
              .thenCombine(
                  started.status(),
                  (link, status) -> {
                    status.put("enabled", true);
                    status.put("setupLink", link);
                    return status;
                  });
        });
  }

  private WebListener replace(Map<String, @Nullable Object> settings) {
    WebListener former = running;
    stop();
    try {
      return startNew(settings);
    } catch (IllegalArgumentException e) {
      if (former != null) {
        // A typing error must not lock out those who use the page.
        startFromFile();
      }
      throw e;
    }
  }

  private WebListener startNew(Map<String, @Nullable Object> settings) {
    WebListener started = null;
    try {
      started = factory.start(settings);
      if (!started.certificateProblem().isEmpty()) {
        throw new IOException(started.certificateProblem());
      }
      home.write(
          FILE, Json.writeIndented(started.settings(), INDENT).getBytes(StandardCharsets.UTF_8));
      running = started;
      failure = null;
      return started;
    } catch (IOException e) {
      if (started != null) {
        started.close();
      }
      throw new IllegalArgumentException(
          e.getMessage() == null ? FileProblem.reason(e) : e.getMessage(), e);
    }
  }

  /** Stops the API, also for the next starts; accounts stay in the database. */
  public CompletableFuture<Map<String, @Nullable Object>> disable() {
    return onStateThread(
        () -> {
          stop();
          failure = null;
          try {
            home.remove(FILE);
          } catch (IOException e) {
            throw new IllegalArgumentException(
                "cannot delete " + home.file(FILE) + ": " + FileProblem.reason(e), e);
          }
          return CompletableFuture.completedFuture(off());
        });
  }

  private Map<String, @Nullable Object> off() {
    Map<String, @Nullable Object> out = Json.object();
    out.put("enabled", home.exists(FILE));
    out.put("listening", false);
    out.put("error", failure);
    return out;
  }

  /** Returns whether the API listens, where, and why not. */
  public CompletableFuture<Map<String, @Nullable Object>> status() {
    return onStateThread(
        () -> {
          WebListener listener = running;
          return listener == null
              ? CompletableFuture.completedFuture(off())
              : listener
                  .status()
                  .thenApply(
                      status -> {
                        status.put("enabled", true);
                        return status;
                      });
        });
  }

  /**
   * Returns a link by which a user sets another password.
   *
   * @return fails with {@link IllegalArgumentException} if the API is off
   */
  public CompletableFuture<String> link(String user) {
    return onStateThread(
        () -> {
          WebListener listener = running;
          if (listener == null) {
            throw new IllegalArgumentException(
                "the web API is off; zerotier-cli web enable starts it");
          }
          return listener.link(user);
        });
  }

  /** Returns how hosts that join reach the API; empty while it is off. */
  Optional<LocalController.Listener> listener() {
    return Optional.ofNullable(running).map(WebListener::listener);
  }

  private void stop() {
    WebListener listener = running;
    running = null;
    if (listener != null) {
      listener.close();
    }
  }

  /** Stops the API for the end of the daemon; waits for it. */
  public void close() {
    CompletableFuture.runAsync(this::stop, stateThread).join();
  }
}
