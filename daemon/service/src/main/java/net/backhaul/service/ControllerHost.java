// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.PriorityQueue;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import net.backhaul.controller.ChangeResult;
import net.backhaul.controller.Controller;
import net.backhaul.controller.ControllerOutput;
import net.backhaul.controller.RecordChange;
import net.backhaul.engine.ConfigSource;
import net.backhaul.protocol.identity.Identity;
import net.backhaul.protocol.identity.NetworkIds;
import net.backhaul.protocol.network.ConfigAnswer;
import net.backhaul.protocol.network.ConfigRequest;
import net.backhaul.protocol.network.NetworkConfig;
import net.backhaul.protocol.network.Revocation;
import net.backhaul.protocol.packet.Bytes;
import net.backhaul.service.state.NotSaved;
import net.backhaul.service.system.RepeatedErrorLog;
import net.backhaul.store.SqlRecordStore;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs the controller on the node loop, and its store.
 *
 * <p>A reply is sent when everything that it shows is on the disk.
 */
public final class ControllerHost implements ConfigSource, ControllerOutput, AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(ControllerHost.class);
  private static final RepeatedErrorLog ERRORS = new RepeatedErrorLog(log, "notifying members");
  private static final Consumer<RecordChange> NO_LISTENER = change -> {};
  private static final long WARN_EVERY_MS = 600_000;

  /** Changes within this time are published together. */
  private static final long PUBLICATION_DELAY_MS = 100;

  /** When the periodic work on members begins. */
  private static final long FIRST_ROUND_MS = 10_000;

  /** Changes that are not saved yet and are to be published; the oldest is evicted. */
  private static final int MAX_UNPUBLISHED_CHANGES = 100_000;

  private final NodeLoop loop;
  private final SqlRecordStore store;
  private final Controller controller;
  private final PriorityQueue<PendingReply> pending = new PriorityQueue<>();
  private long savedTicket;
  private boolean retryScheduled;
  private long reportedFull;
  private long warnAgainMs;
  private boolean publicationIsScheduled;
  private final ArrayDeque<TicketedChange> unpublished = new ArrayDeque<>();
  private volatile Consumer<RecordChange> onChange = NO_LISTENER;
  private volatile String storageTrouble = "";

  private record TicketedChange(long ticket, RecordChange change) {}

  private String saveProblem = "";

  /** A reply that shows changes up to a ticket. */
  private record PendingReply(long ticket, Runnable whenSaved, Consumer<String> whenNot)
      implements Comparable<PendingReply> {
    @Override
    public int compareTo(PendingReply other) {
      return Long.compare(ticket, other.ticket);
    }
  }

  /**
   * Starts a controller with the records of its store.
   *
   * @param self identity of the controller
   */
  public ControllerHost(
      NodeLoop loop, SqlRecordStore store, Identity self, RandomGenerator random) {
    this.loop = loop;
    this.store = store;
    this.controller = new Controller(self, store.takeStored(), this::write, this, random);
    store.start(
        new SqlRecordStore.Listener() {
          @Override
          public void saved(long ticket) {
            loop.execute(() -> onSaved(ticket));
          }

          @Override
          public void failed(long ticket, String why) {
            loop.execute(() -> onFailed(ticket, why));
          }
        });
    loop.executeAfter(FIRST_ROUND_MS, this::round);
  }

  /** Does a part of the periodic work on all members, and the next one later. */
  private void round() {
    long nextMs = FIRST_ROUND_MS;
    try {
      nextMs = controller.absentMembers().round(NodeLoop.nowMs());
      sendNotifications();
      schedulePublication();
    } finally {
      loop.executeAfter(nextMs, this::round);
    }
  }

  private void write(long ticket, RecordChange change) {
    store.write(ticket, change);
    if (onChange != NO_LISTENER) {
      unpublished.add(new TicketedChange(ticket, change));
      if (unpublished.size() > MAX_UNPUBLISHED_CHANGES) {
        unpublished.removeFirst();
      }
    }
  }

  /**
   * Sets what is called with each change once it is saved, on the node's thread; null for nothing.
   */
  public void onChange(@Nullable Consumer<RecordChange> listener) {
    onChange = listener == null ? NO_LISTENER : listener;
  }

  private void publishChanges() {
    for (TicketedChange first = unpublished.peek();
        first != null && first.ticket <= savedTicket;
        first = unpublished.peek()) {
      unpublished.remove();
      onChange.accept(first.change);
    }
  }

  /** Queries the controller, from any thread. */
  public <T> CompletableFuture<T> query(Function<Controller, T> query) {
    var answer = new CompletableFuture<T>();
    loop.execute(
        () -> {
          try {
            T found = query.apply(controller);
            // Unsaved changes are shown as well: members are notified of them.
            completeWhenSaved(
                new PendingReply(
                    controller.lastTicket(),
                    () -> answer.complete(found),
                    why -> answer.complete(found)));
          } catch (RuntimeException | Error e) {
            answer.completeExceptionally(e);
          }
        });
    return answer;
  }

  /** Makes a change, from any thread; fails with {@link NotSaved} if it cannot be written. */
  public <T> CompletableFuture<T> change(Function<Controller, ChangeResult<T>> change) {
    var answer = new CompletableFuture<T>();
    loop.execute(
        () -> {
          try {
            ChangeResult<T> changed = change.apply(controller);
            completeWhenSaved(
                new PendingReply(
                    changed.ticket(),
                    () -> answer.complete(changed.record()),
                    why -> answer.completeExceptionally(new NotSaved(why))));
          } catch (RuntimeException | Error e) {
            answer.completeExceptionally(e);
          }
        });
    return answer;
  }

  private void completeWhenSaved(PendingReply reply) {
    if (reply.ticket <= savedTicket) {
      reply.whenSaved.run();
    } else {
      pending.add(reply);
    }
    sendNotifications();
    schedulePublication();
  }

  /** Returns why changes cannot be saved now; empty if they can. On the node loop. */
  public String saveProblem() {
    return saveProblem;
  }

  /** Returns why the last changes could not be written; empty if they were. */
  public String storageTrouble() {
    return storageTrouble;
  }

  private void onSaved(long ticket) {
    storageTrouble = "";
    saveProblem = "";
    savedTicket = Math.max(savedTicket, ticket);
    controller.saved(ticket);
    for (PendingReply first = pending.peek();
        first != null && first.ticket <= savedTicket;
        first = pending.peek()) {
      pending.remove();
      first.whenSaved.run();
    }
    publishChanges();
    sendNotifications();
  }

  private void onFailed(long ticket, String why) {
    storageTrouble = why;
    saveProblem = why;
    var late = new ArrayList<PendingReply>();
    for (PendingReply first = pending.peek();
        first != null && first.ticket <= ticket;
        first = pending.peek()) {
      late.add(pending.remove());
    }
    late.forEach(each -> each.whenNot.accept(why));
  }

  /** Notifies a few members, and the rest after other work of the loop. */
  private void sendNotifications() {
    long nowMs = NodeLoop.nowMs();
    if (!controller.hasNotifications(nowMs)) {
      return;
    }
    controller.sendNotifications(nowMs);
    loop.scheduleWakeUp();
    if (controller.hasNotifications(nowMs)) {
      loop.execute(this::sendNotifications);
    }
    scheduleRetry();
  }

  private void scheduleRetry() {
    long retryMs = controller.nextRetryMs();
    if (!retryScheduled && retryMs != Long.MAX_VALUE) {
      retryScheduled = true;
      loop.executeAfter(Math.max(0, retryMs - NodeLoop.nowMs()), this::retry);
    }
  }

  private void retry() {
    retryScheduled = false;
    sendNotifications();
    scheduleRetry();
  }

  @Override
  public ConfigAnswer answer(ConfigRequest request, long nowMs) {
    ConfigAnswer answer = controller.answer(request, nowMs);
    warnWhenFull(request.networkId(), nowMs);
    if (controller.hasNotifications(nowMs)) {
      loop.execute(this::sendNotifications);
    }
    schedulePublication();
    return answer;
  }

  /** Warns from time to time that members are rejected without a record. */
  private void warnWhenFull(long networkId, long nowMs) {
    long rejected = controller.counters().networkFull();
    if (rejected != reportedFull && nowMs >= warnAgainMs) {
      log.warn(
          "network {} has the maximum of unauthorized members, so {} config requests of further"
              + " members were rejected without a record; authorize or delete members",
          NetworkIds.text(networkId),
          rejected - reportedFull);
      reportedFull = rejected;
      warnAgainMs = nowMs + WARN_EVERY_MS;
    }
  }

  @Override
  public void acknowledged(long networkId, long member, long updateId, long nowMs) {
    controller.acknowledged(networkId, member, updateId, nowMs);
  }

  @Override
  public long pushConfig(long member, NetworkConfig config) {
    return loop.node().pushConfig(member, config, NodeLoop.nowMs());
  }

  @Override
  public void pushDirectory(long networkId, Bytes update, List<Long> recipients) {
    loop.node().pushDirectory(networkId, update, recipients, NodeLoop.nowMs());
  }

  /** Publishes changed directories when they are due; several changes are published together. */
  private void schedulePublication() {
    long dueMs = controller.nextPublicationMs();
    if (dueMs != Long.MAX_VALUE && !publicationIsScheduled) {
      publicationIsScheduled = true;
      loop.executeAfter(Math.max(PUBLICATION_DELAY_MS, dueMs - NodeLoop.nowMs()), this::publish);
    }
  }

  private void publish() {
    publicationIsScheduled = false;
    controller.publishDirectories(NodeLoop.nowMs());
    sendNotifications();
    schedulePublication();
  }

  @Override
  public void revoke(List<Revocation> revocations, List<Long> members) {
    loop.node().revoke(revocations, members, NodeLoop.nowMs());
  }

  @Override
  public void internalError(String activity, RuntimeException error) {
    ERRORS.add(error, NodeLoop.nowMs());
  }

  /** Writes pending changes and ends. */
  @Override
  public void close() {
    store.close();
  }
}
