// SPDX-License-Identifier: Apache-2.0
package net.backhaul.web.api;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import net.backhaul.controller.Controller;
import net.backhaul.controller.MemberRecord;
import net.backhaul.controller.NetworkRecord;
import net.backhaul.controller.RecordChange;
import net.backhaul.json.Json;
import net.backhaul.protocol.address.IpPrefix;
import net.backhaul.protocol.identity.Addresses;
import net.backhaul.protocol.identity.NetworkIds;
import net.backhaul.web.hook.WebhookEvent;
import net.backhaul.web.hook.WebhookSettings;
import net.backhaul.web.hook.Webhooks;
import org.jspecify.annotations.Nullable;

/**
 * What webhooks report: who waits, which devices are down, whether changes are written and the disk
 * has room, and whether backups succeed.
 */
final class WebhookSource implements Webhooks.Source {
  /** Members that one report names; the others are counted. */
  static final int MAX_NAMED = 100;

  /** Members that wait and are not reported yet; further ones are counted. */
  static final int MAX_WAITING = 1_000;

  /** After a longer time without a poll nothing is known of who was online. */
  static final long MAX_PAUSE_MS = 300_000;

  /** Free space of the disk below which that is reported. */
  static final long LOW_DISK_BYTES = 1_000_000_000;

  /** Free space from which it is low no longer. */
  static final long ENOUGH_DISK_BYTES = 1_250_000_000;

  static final String LOW_DISK = "less than 1 GB is free on the disk of the home directory";

  private final WebHost host;
  private final Set<Device> waiting = new LinkedHashSet<>();
  private long waitingBeyond;
  private Set<Device> online = Set.of();
  private long polledMs;
  private boolean isDiskLow;
  private String trouble = "";
  private String backupProblem = "";

  private record Device(long networkId, long address, String name) {}

  private record Snapshot(Set<Device> online, Set<Device> offline, long nowMs) {}

  /**
   * What is known of the disk.
   *
   * @param trouble why changes cannot be written; empty while they can
   * @param freeBytes 0 where it is not known
   */
  private record Storage(String trouble, long freeBytes, WebHost.Backup backup) {}

  WebhookSource(WebHost host) {
    this.host = host;
  }

  /** Notices a device that asks for the first time. */
  synchronized void onChange(RecordChange change) {
    if (change instanceof RecordChange.MemberSaved(MemberRecord member)
        && member.revision() == 1
        && !member.authorized()) {
      var device = new Device(member.networkId(), member.address(), "");
      if (waiting.size() < MAX_WAITING) {
        waiting.add(device);
      } else {
        waitingBeyond++;
      }
    }
  }

  @Override
  public CompletableFuture<List<Webhooks.Report>> poll(WebhookSettings settings) {
    return storage(settings)
        .thenCombine(
            settings.sends(WebhookEvent.DEVICE_DOWN)
                ? host.query(WebhookSource::snapshot)
                : CompletableFuture.completedFuture(new Snapshot(Set.of(), Set.of(), 0)),
            (storage, snapshot) -> reports(settings, storage, snapshot));
  }

  private CompletableFuture<Storage> storage(WebhookSettings settings) {
    return settings.sends(WebhookEvent.STORAGE) || settings.sends(WebhookEvent.BACKUP)
        ? host.storageTrouble()
            .thenCombine(
                host.health(),
                (trouble, health) -> new Storage(trouble, health.freeBytes(), health.backup()))
        : host.storageTrouble().thenApply(trouble -> new Storage(trouble, 0, WebHost.Backup.NONE));
  }

  private static Snapshot snapshot(Controller controller, long nowMs) {
    Set<Device> up = new HashSet<>();
    Set<Device> down = new HashSet<>();
    for (NetworkRecord network : controller.networks()) {
      for (MemberRecord member : controller.members(network.id())) {
        if (member.authorized()) {
          long seenMs = controller.lastSeenMs(network.id(), member.address());
          (nowMs - seenMs < Controller.ONLINE_MS ? up : down)
              .add(new Device(network.id(), member.address(), member.settings().name()));
        }
      }
    }
    return new Snapshot(up, down, nowMs);
  }

  private synchronized List<Webhooks.Report> reports(
      WebhookSettings settings, Storage storage, Snapshot snapshot) {
    var reports = new ArrayList<Webhooks.Report>();
    if (!waiting.isEmpty() && settings.sends(WebhookEvent.WAITING)) {
      reports.add(report(WebhookEvent.WAITING, waiting, waiting.size() + waitingBeyond));
    }
    waiting.clear();
    waitingBeyond = 0;
    Set<Device> down = new LinkedHashSet<>(online);
    down.retainAll(snapshot.offline);
    if (!down.isEmpty() && snapshot.nowMs - polledMs <= MAX_PAUSE_MS) {
      reports.add(report(WebhookEvent.DEVICE_DOWN, down, down.size()));
    }
    online = snapshot.online;
    polledMs = snapshot.nowMs;
    isDiskLow =
        storage.freeBytes > 0
            && storage.freeBytes < (isDiskLow ? ENOUGH_DISK_BYTES : LOW_DISK_BYTES);
    boolean isWritable = storage.trouble.isEmpty();
    String found = !isWritable ? storage.trouble : isDiskLow ? LOW_DISK : "";
    if (!found.equals(trouble) && settings.sends(WebhookEvent.STORAGE)) {
      Map<String, @Nullable Object> data = Json.object();
      data.put("writable", isWritable);
      data.put("detail", found);
      reports.add(new Webhooks.Report(WebhookEvent.STORAGE, data));
    }
    trouble = found;
    String problem = storage.backup.problem();
    if (!problem.equals(backupProblem) && settings.sends(WebhookEvent.BACKUP)) {
      Map<String, @Nullable Object> data = Json.object();
      data.put("succeeded", problem.isEmpty());
      data.put("detail", problem);
      data.put("backupMs", storage.backup.wallMs());
      reports.add(new Webhooks.Report(WebhookEvent.BACKUP, data));
    }
    backupProblem = problem;
    return reports;
  }

  private static Webhooks.Report report(WebhookEvent event, Set<Device> devices, long count) {
    var named = new ArrayList<@Nullable Object>();
    for (Device each : devices) {
      if (named.size() < MAX_NAMED) {
        Map<String, @Nullable Object> json = Json.object();
        json.put("network", NetworkIds.text(each.networkId));
        json.put("member", Addresses.text(each.address));
        json.put("name", each.name);
        named.add(json);
      }
    }
    Map<String, @Nullable Object> data = Json.object();
    data.put("count", count);
    data.put("members", named);
    return new Webhooks.Report(event, data);
  }

  @Override
  public CompletableFuture<List<IpPrefix>> ownNetworks() {
    return host.hostNetworks()
        .thenCombine(
            host.query(
                (controller, nowMs) ->
                    controller.networks().stream()
                        .flatMap(each -> each.routes().stream())
                        .map(each -> each.target())
                        .toList()),
            (ofHost, ofController) -> {
              var all = new ArrayList<>(ofHost);
              all.addAll(ofController);
              return all;
            });
  }
}
