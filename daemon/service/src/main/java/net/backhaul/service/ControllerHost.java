// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service;

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
import net.backhaul.engine.ConfigSource;
import net.backhaul.protocol.identity.Identity;
import net.backhaul.protocol.identity.NetworkIds;
import net.backhaul.protocol.network.ConfigAnswer;
import net.backhaul.protocol.network.ConfigRequest;
import net.backhaul.protocol.network.NetworkConfig;
import net.backhaul.protocol.network.Revocation;
import net.backhaul.service.state.NotSaved;
import net.backhaul.service.system.RepeatedErrorLog;
import net.backhaul.store.FileRecordStore;
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
  private static final long WARN_EVERY_MS = 600_000;

  private final NodeLoop loop;
  private final FileRecordStore store;
  private final Controller controller;
  private final PriorityQueue<PendingReply> pending = new PriorityQueue<>();
  private long savedTicket;
  private long reportedFull;
  private long warnAgainMs;

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
      NodeLoop loop, FileRecordStore store, Identity self, RandomGenerator random) {
    this.loop = loop;
    this.store = store;
    this.controller = new Controller(self, store.networks(), store.members(), store, this, random);
    store.start(
        new FileRecordStore.Listener() {
          @Override
          public void saved(long ticket) {
            loop.execute(() -> onSaved(ticket));
          }

          @Override
          public void failed(long ticket, String why) {
            loop.execute(() -> onFailed(ticket, why));
          }
        });
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
          } catch (RuntimeException e) {
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
          } catch (RuntimeException e) {
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
  }

  private void onSaved(long ticket) {
    savedTicket = Math.max(savedTicket, ticket);
    controller.saved(ticket);
    for (PendingReply first = pending.peek();
        first != null && first.ticket <= savedTicket;
        first = pending.peek()) {
      pending.remove();
      first.whenSaved.run();
    }
    sendNotifications();
  }

  private void onFailed(long ticket, String why) {
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
    if (!controller.hasNotifications()) {
      return;
    }
    controller.sendNotifications(NodeLoop.nowMs());
    loop.scheduleWakeUp();
    if (controller.hasNotifications()) {
      loop.execute(this::sendNotifications);
    }
  }

  @Override
  public ConfigAnswer answer(ConfigRequest request, long nowMs) {
    ConfigAnswer answer = controller.answer(request, nowMs);
    warnWhenFull(request.networkId(), nowMs);
    if (controller.hasNotifications()) {
      loop.execute(this::sendNotifications);
    }
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
  public void pushConfig(long member, NetworkConfig config) {
    loop.node().pushConfig(member, config, NodeLoop.nowMs());
  }

  @Override
  public void revoke(Revocation revocation, List<Long> members) {
    loop.node().revoke(revocation, members, NodeLoop.nowMs());
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
