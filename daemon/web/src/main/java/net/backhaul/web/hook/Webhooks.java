// SPDX-License-Identifier: Apache-2.0
package net.backhaul.web.hook;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import net.backhaul.json.Json;
import net.backhaul.protocol.address.IpPrefix;
import net.backhaul.sql.AuditEntry;
import net.backhaul.web.http.ProblemException;
import net.backhaul.web.http.RequestProblem;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends the webhook on a thread of its own, which runs while there is one: deliveries are queued,
 * repeated and given up there.
 */
public final class Webhooks implements AutoCloseable {
  /** How often events are collected and due deliveries are sent. */
  public static final long POLL_MS = 10_000;

  private static final Logger log = LoggerFactory.getLogger(Webhooks.class);

  private final WebhookStore store;
  private final WebhookClient client;
  private final Source source;
  private final LongSupplier wallMs;
  private final WebhookQueue queue = new WebhookQueue();
  private final ScheduledThreadPoolExecutor thread;
  private volatile WebhookSettings settings = WebhookSettings.NONE;
  private volatile String lastError = "";
  private volatile long lastSentMs;
  private volatile boolean isWatching;
  private boolean isSaving;
  private volatile int waiting;

  /** Where events come from. */
  public interface Source {
    /** Returns what has happened since the last call; called every {@link #POLL_MS}. */
    CompletableFuture<List<Report>> poll(WebhookSettings settings);

    /** Returns the networks of this host and of the controller, to which no webhook goes. */
    CompletableFuture<List<IpPrefix>> ownNetworks();
  }

  /** An event with its data. */
  public record Report(WebhookEvent event, Map<String, @Nullable Object> data) {}

  /**
   * The state of the deliveries.
   *
   * @param lastError empty after a success
   */
  public record Status(int pending, long lastSentMs, String lastError) {}

  public Webhooks(WebhookStore store, WebhookClient client, Source source, LongSupplier wallMs) {
    this.store = store;
    this.client = client;
    this.source = source;
    this.wallMs = wallMs;
    thread =
        new ScheduledThreadPoolExecutor(
            1,
            work -> {
              var started = new Thread(work, "webhook");
              started.setDaemon(true);
              return started;
            });
  }

  /** Begins with what was saved. */
  public CompletableFuture<Void> start() {
    return store.load().thenAccept(this::use);
  }

  private synchronized void use(WebhookSettings changed) {
    settings = changed;
    if (!changed.url().isEmpty() && !isWatching && !thread.isShutdown()) {
      isWatching = true;
      thread.scheduleWithFixedDelay(this::round, POLL_MS, POLL_MS, TimeUnit.MILLISECONDS);
    }
  }

  public WebhookSettings settings() {
    return settings;
  }

  public Status status() {
    return new Status(waiting, lastSentMs, lastError);
  }

  /**
   * Changes the settings; completes when they are saved and used.
   *
   * @param before what the change was decided on
   * @throws ProblemException with status 412 if that was changed, or another change is being saved
   */
  public CompletableFuture<WebhookSettings> change(
      WebhookSettings before, WebhookSettings changed, AuditEntry entry) {
    synchronized (this) {
      if (isSaving || before.revision() != settings.revision()) {
        throw new ProblemException(
            RequestProblem.of(
                412, "changed-meanwhile", "the webhook was changed meanwhile; read it again"));
      }
      isSaving = true;
    }
    CompletableFuture<Void> saving;
    try {
      saving = store.save(changed, entry);
    } catch (RuntimeException e) {
      saving = CompletableFuture.failedFuture(e);
    }
    return saving
        .whenComplete((saved, failure) -> ended(failure == null ? changed : null))
        .thenApply(saved -> changed);
  }

  private synchronized void ended(@Nullable WebhookSettings saved) {
    isSaving = false;
    if (saved != null) {
      use(saved);
    }
  }

  private void round() {
    try {
      WebhookSettings now = settings;
      if (now.url().isEmpty()) {
        queue.clear();
      } else {
        source
            .poll(now)
            .get(POLL_MS, TimeUnit.MILLISECONDS)
            .forEach(each -> queue.add(body(each, wallMs.getAsLong())));
        sendDue(now);
      }
      waiting = queue.size();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (Exception e) {
      log.warn("the webhook was not sent: {}", e.toString());
    }
  }

  private void sendDue(WebhookSettings now) {
    for (byte[] body = queue.due(wallMs.getAsLong());
        body != null;
        body = queue.due(wallMs.getAsLong())) {
      String error = send(now, body);
      if (error.isEmpty()) {
        queue.accepted(body);
      } else {
        queue.failed(body, wallMs.getAsLong());
      }
    }
  }

  /** Returns why a delivery was not accepted; empty if it was. */
  private String send(WebhookSettings now, byte[] body) {
    String error = "";
    try {
      List<IpPrefix> own = source.ownNetworks().get(POLL_MS, TimeUnit.MILLISECONDS);
      Predicate<InetAddress> isOpen = address -> WebhookTargets.isOpen(address, own);
      long atMs = wallMs.getAsLong();
      client.send(now, body, atMs / 1_000, isOpen);
      lastSentMs = atMs;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      error = "the daemon ends";
    } catch (IOException | IllegalArgumentException e) {
      error = String.valueOf(e.getMessage());
    } catch (Exception e) {
      error = e.toString();
    }
    if (!error.isEmpty() && !error.equals(lastError)) {
      log.warn("the webhook was not accepted: {}", error);
    }
    lastError = error;
    return error;
  }

  private static byte[] body(Report report, long atMs) {
    Map<String, @Nullable Object> json = Json.object();
    json.put("event", report.event().text());
    json.put("atMs", atMs);
    json.putAll(report.data());
    return Json.write(json).getBytes(StandardCharsets.UTF_8);
  }

  /** Returns the networks to which no webhook goes. */
  public CompletableFuture<List<IpPrefix>> ownNetworks() {
    return source.ownNetworks();
  }

  /** Sends an event to try the webhook out; returns why it was not accepted, or nothing. */
  public CompletableFuture<String> test() {
    WebhookSettings now = settings;
    byte[] body = body(new Report(WebhookEvent.TEST, Json.object()), wallMs.getAsLong());
    try {
      return CompletableFuture.supplyAsync(() -> send(now, body), thread);
    } catch (java.util.concurrent.RejectedExecutionException e) {
      return CompletableFuture.failedFuture(new CompletionException(e));
    }
  }

  @Override
  public void close() {
    thread.shutdownNow();
  }
}
