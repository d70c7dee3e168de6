// SPDX-License-Identifier: Apache-2.0
package net.backhaul.controller;

import static net.backhaul.controller.ControllerFixture.ALICE;
import static net.backhaul.controller.ControllerFixture.NET;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Pushed configurations until their members acknowledge them. */
class PushRetryTest {
  private final ControllerFixture fixture = new ControllerFixture();
  private long updateId;

  @BeforeEach
  void joins() {
    fixture.expectsAcknowledgements = true;
    fixture.withPrivateNetwork().join(ALICE);
    fixture.pushed.clear();
    change();
  }

  private void change() {
    NetworkRecord network = fixture.controller.network(NET).orElseThrow();
    fixture.controller.put(network.toBuilder().name(network.name() + "x").build(), fixture.nowMs);
    fixture.saveAll();
    updateId = fixture.pushed.size();
  }

  /** Lets time pass in steps of 100 ms and returns when there were pushes, in ms from now. */
  private List<Long> pushesWithin(long ms) {
    var times = new ArrayList<Long>();
    for (long passed = 100; passed <= ms; passed += 100) {
      int before = fixture.pushed.size();
      fixture.advance(100);
      if (fixture.controller.hasNotifications(fixture.nowMs)) {
        fixture.controller.sendNotifications(fixture.nowMs);
      }
      for (int i = before; i < fixture.pushed.size(); i++) {
        times.add(passed);
      }
    }
    return times;
  }

  private void acknowledge(long id) {
    fixture.controller.acknowledged(NET, ALICE.address(), id, fixture.nowMs);
  }

  @Test
  void retriesUnacknowledgedPushAFewTimes() {
    assertEquals(List.of(1_000L, 3_000L, 7_000L), pushesWithin(60_000));
    assertEquals(3, fixture.controller.counters().pushRetries());
    assertEquals(Long.MAX_VALUE, fixture.controller.nextRetryMs());
  }

  @Test
  void endsRetriesWithTheAcknowledgement() {
    pushesWithin(1_500);
    acknowledge(updateId + 1);

    assertEquals(List.of(), pushesWithin(60_000));
  }

  @Test
  void retriesWhileOnlyAnEarlierPushIsAcknowledged() {
    pushesWithin(1_500);
    acknowledge(updateId);
    acknowledge(99);
    fixture.controller.acknowledged(NET + 1, ALICE.address(), updateId + 1, fixture.nowMs);
    fixture.controller.acknowledged(NET, ALICE.address() + 1, updateId + 1, fixture.nowMs);

    assertEquals(List.of(1_500L, 5_500L), pushesWithin(60_000));
  }

  @Test
  void startsAnewWithEachChange() {
    pushesWithin(3_500);
    change();

    assertEquals(List.of(1_000L, 3_000L, 7_000L), pushesWithin(60_000));
  }

  @Test
  void endsRetriesWithARequestOrADeauthorization() {
    pushesWithin(1_500);
    fixture.request(ALICE);
    assertEquals(List.of(), pushesWithin(20_000));

    change();
    fixture.deauthorize(ALICE);
    fixture.saveAll();
    fixture.pushed.clear();
    assertEquals(List.of(), pushesWithin(20_000));
  }

  @Test
  void retriesTheConfigurationInForce() {
    fixture.pushed.clear();
    NetworkRecord network = fixture.controller.network(NET).orElseThrow();
    fixture.controller.put(network.toBuilder().name("latest").build(), fixture.nowMs);
    fixture.controller.saved(fixture.store.saveAll());
    pushesWithin(8_000);

    assertFalse(fixture.pushed.isEmpty());
    assertEquals("latest", fixture.pushed.getLast().config().name());
  }

  /** A member may send no requests for long: each push is as good as an answer to one. */
  @Test
  void pushesToMembersThatAcknowledgeOnly() {
    for (int minute = 0; minute < 10; minute++) {
      acknowledge(updateId);
      fixture.advance(60_000);
      int before = fixture.pushed.size();
      change();
      assertEquals(before + 1, fixture.pushed.size(), "pushes after " + minute + " min");
    }
    acknowledge(updateId);
    fixture.advance(Controller.ONLINE_MS);
    int before = fixture.pushed.size();
    change();
    assertEquals(before, fixture.pushed.size());
  }

  @Test
  void limitsUnacknowledgedPushes() {
    var pushes = new UnacknowledgedPushes();
    for (int i = 0; i < UnacknowledgedPushes.MAX_PUSHES + 10; i++) {
      pushes.sent(new PendingNotification.ConfigPush(NET, i), 1, 0);
    }

    assertEquals(UnacknowledgedPushes.MAX_PUSHES, pushes.removeDue(1_000).size());
    assertEquals(List.of(), pushes.removeDue(1_000));
  }
}
