// SPDX-License-Identifier: Apache-2.0
package net.backhaul.web.api;

import static net.backhaul.web.api.WebFixture.NET;
import static net.backhaul.web.api.WebFixture.fields;
import static net.backhaul.web.api.WebFixture.object;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import net.backhaul.controller.MemberRecord;
import net.backhaul.controller.RecordChange;
import net.backhaul.protocol.address.IpPrefix;
import net.backhaul.web.hook.WebhookEvent;
import net.backhaul.web.hook.WebhookSettings;
import net.backhaul.web.hook.Webhooks;
import net.backhaul.web.http.WebMethod;
import net.backhaul.web.http.WebResponse;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The webhook in the API, and what it reports. */
class WebhookTest {
  private static final String SET =
      "{\"url\":\"https://hook.test/in\",\"events\":[\"waiting\",\"device-down\",\"storage\",\"backup\"]}";
  private static final WebhookSettings ALL =
      new WebhookSettings(
          "https://hook.test/in", "s", EnumSet.complementOf(EnumSet.of(WebhookEvent.TEST)), 1);

  private final WebFixture web = new WebFixture();
  private final WebFixture.Client admin = web.admin();

  @Test
  void showsTheSecretOnce() {
    WebResponse set = admin.patch(WebhookResource.PATH, SET);
    assertEquals(200, set.status(), set::text);
    String secret = String.valueOf(object(set).get("secret"));
    assertTrue(secret.startsWith("bhw_") && secret.length() > 30, secret);
    assertEquals(secret, web.savedWebhooks.getLast().secret());

    assertFalse(admin.get(WebhookResource.PATH).text().contains(secret));
    WebResponse changed = admin.patch(WebhookResource.PATH, "{\"events\":[\"storage\"]}");
    assertFalse(changed.text().contains("secret\""), changed::text);
    assertEquals(secret, web.savedWebhooks.getLast().secret());
    WebResponse renewed = admin.patch(WebhookResource.PATH, "{\"newSecret\":true}");
    assertFalse(secret.equals(object(renewed).get("secret")));
    // Another URL gets none of the earlier secrets.
    String before = web.savedWebhooks.getLast().secret();
    admin.patch(WebhookResource.PATH, "{\"url\":\"https://other.test/\"}");
    assertFalse(before.equals(web.savedWebhooks.getLast().secret()));
    assertFalse(web.savedWebhooks.getLast().toString().contains("bhw_"));
  }

  @Test
  void acceptsOneOfTwoChangesOfARevision() {
    admin.patch(WebhookResource.PATH, SET);
    web.webhookSave = new CompletableFuture<>();
    var first = admin.begin(WebMethod.PATCH, WebhookResource.PATH, "{\"events\":[\"storage\"]}");
    assertFalse(first.isDone());
    String second = "{\"events\":[\"waiting\"]}";
    assertEquals(412, admin.patch(WebhookResource.PATH, second).status());
    assertEquals(412, admin.delete(WebhookResource.PATH).status());

    web.webhookSave.complete(null);
    assertEquals(200, first.join().status());
    assertEquals(200, admin.patch(WebhookResource.PATH, second).status());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          {"url":"http://hook.test/"}                             | url
          {"url":"https://user:x@hook.test/"}                     | url
          {"url":7}                                               | url
          {"url":"https://127.0.0.1/"}                            | url
          {"url":"https://[::1]:8443/x"}                          | url
          {"url":"https://localhost/"}                            | url
          {"url":"https://25.4.5.6/"}                             | url
          {"events":["waiting"]}                                  | url
          {"url":"https://hook.test/","events":["test"]}          | events[0]
          {"url":"https://hook.test/","events":"waiting"}         | events
          {"url":"https://hook.test/","secret":"mine"}            | secret
          """)
  void namesTheInvalidField(String body, String field) {
    web.hostNetworks.add(IpPrefix.parse("25.4.0.0/16"));
    assertTrue(fields(admin.patch(WebhookResource.PATH, body)).contains(field));
    assertEquals(List.of(), web.savedWebhooks);
  }

  @Test
  void verifiesTheRevisionAndRemoves() {
    assertEquals(409, admin.post(WebhookResource.TEST, "{}").status());
    admin.patch(WebhookResource.PATH, SET);
    admin.with("if-match", "\"7\"");
    assertEquals(412, admin.patch(WebhookResource.PATH, SET).status());
    assertEquals(412, admin.delete(WebhookResource.PATH).status());
    admin.with("if-match", "\"1\"");
    assertEquals(204, admin.delete(WebhookResource.PATH).status());
    assertEquals("", object(admin.get(WebhookResource.PATH)).get("url"));
  }

  /** Neither the URL nor what its name resolves to reaches what only the controller can reach. */
  @Test
  void goesToNoLocalAddress() {
    for (String address : List.of("127.0.0.1", "10.0.0.1", "169.254.169.254", "::1", "fd00::1")) {
      web.webhookAddresses = new InetAddress[] {InetAddress.ofLiteral(address)};
      admin.patch(WebhookResource.PATH, SET);
      WebResponse tested = admin.post(WebhookResource.TEST, "{}");
      assertEquals(false, object(tested).get("accepted"), tested::text);
      assertTrue(
          String.valueOf(object(tested).get("error")).contains("local or private network"),
          tested::text);
    }
  }

  @Test
  void goesToNoNetworkOfTheController() {
    web.webhookAddresses = new InetAddress[] {InetAddress.ofLiteral("25.4.5.6")};
    admin.patch(
        WebFixture.NETWORK_PATH, "{\"routes\":[{\"target\":\"25.4.0.0/16\",\"via\":null}]}");
    admin.patch(WebhookResource.PATH, SET);
    WebResponse tested = admin.post(WebhookResource.TEST, "{}");
    assertTrue(tested.text().contains("local or private network"), tested::text);
  }

  private static void assertReports(List<Webhooks.Report> reports, WebhookEvent... events) {
    assertEquals(List.of(events), reports.stream().map(Webhooks.Report::event).toList());
  }

  @Test
  void reportsWhoWaitsOnceAndCountsTheRest() {
    var source = new WebhookSource(web);
    for (int i = 1; i <= 2_000; i++) {
      MemberRecord member = MemberRecord.unauthorized(NET, i, web.nowMs).withRevision(1);
      source.onChange(new RecordChange.MemberSaved(member));
      source.onChange(new RecordChange.MemberSaved(member.withRevision(2)));
    }
    List<Webhooks.Report> reports = source.poll(ALL).join();
    assertReports(reports, WebhookEvent.WAITING);
    assertEquals(2_000L, reports.getFirst().data().get("count"));
    assertEquals(
        WebhookSource.MAX_NAMED, ((List<?>) reports.getFirst().data().get("members")).size());
    assertReports(source.poll(ALL).join());
  }

  @Test
  void reportsThatChangesCannotBeWrittenAndThatTheyCanAgain() {
    var source = new WebhookSource(web);
    assertReports(source.poll(ALL).join());
    web.storageTrouble = "the disk is full";
    List<Webhooks.Report> reports = source.poll(ALL).join();
    assertReports(reports, WebhookEvent.STORAGE);
    assertEquals("the disk is full", reports.getFirst().data().get("detail"));
    assertReports(source.poll(ALL).join());
    web.storageTrouble = "";
    assertEquals(true, source.poll(ALL).join().getFirst().data().get("writable"));
  }

  private void assertDisk(WebhookSource source, long freeBytes, boolean isWritable, String detail) {
    web.freeBytes = freeBytes;
    List<Webhooks.Report> reports = source.poll(ALL).join();
    assertReports(reports, WebhookEvent.STORAGE);
    assertEquals(isWritable, reports.getFirst().data().get("writable"));
    assertEquals(detail, reports.getFirst().data().get("detail"));
    assertReports(source.poll(ALL).join());
  }

  @Test
  void reportsThatLittleOfTheDiskIsFree() {
    var source = new WebhookSource(web);
    assertReports(source.poll(ALL).join());
    assertDisk(source, WebhookSource.LOW_DISK_BYTES - 1, true, WebhookSource.LOW_DISK);
    web.freeBytes = WebhookSource.ENOUGH_DISK_BYTES - 1;
    assertReports(source.poll(ALL).join());
    web.storageTrouble = "the disk is full";
    assertDisk(source, 4_096, false, "the disk is full");
    web.storageTrouble = "";
    assertDisk(source, 4_096, true, WebhookSource.LOW_DISK);
    assertDisk(source, WebhookSource.ENOUGH_DISK_BYTES, true, "");
    web.freeBytes = WebhookSource.LOW_DISK_BYTES;
    assertReports(source.poll(ALL).join());
  }

  private void assertBackup(
      WebhookSource source, WebHost.Backup backup, @Nullable Map<String, ?> reported) {
    web.backup = backup;
    List<Webhooks.Report> reports = source.poll(ALL).join();
    if (reported == null) {
      assertReports(reports);
    } else {
      assertReports(reports, WebhookEvent.BACKUP);
      assertEquals(reported, reports.getFirst().data());
    }
    assertReports(source.poll(ALL).join());
  }

  @Test
  void reportsThatABackupFailedAndThatOneWasMadeSince() {
    var source = new WebhookSource(web);
    assertBackup(source, WebHost.Backup.NONE, null);
    assertBackup(source, new WebHost.Backup(1_000, ""), null);
    assertBackup(
        source,
        new WebHost.Backup(2_000, "the disk is full"),
        Map.of("succeeded", false, "detail", "the disk is full", "backupMs", 2_000L));
    assertBackup(source, new WebHost.Backup(3_000, "the disk is full"), null);
    assertBackup(
        source,
        new WebHost.Backup(4_000, ""),
        Map.of("succeeded", true, "detail", "", "backupMs", 4_000L));
    var alone = new WebhookSettings("https://hook.test/in", "s", Set.of(WebhookEvent.STORAGE), 1);
    web.backup = new WebHost.Backup(5_000, "the disk is full");
    assertReports(source.poll(alone).join());
  }

  @Test
  void reportsDevicesThatAreDown() {
    var source = new WebhookSource(web);
    web.see(WebFixture.MEMBER);
    assertReports(source.poll(ALL).join());
    web.nowMs += 100_000;
    assertReports(source.poll(ALL).join());
    web.nowMs += 100_000;
    List<Webhooks.Report> reports = source.poll(ALL).join();
    assertReports(reports, WebhookEvent.DEVICE_DOWN);
    assertEquals(1L, reports.getFirst().data().get("count"));
    assertReports(source.poll(ALL).join());
    // What happened while nothing was watched is not reported.
    web.see(WebFixture.MEMBER);
    source.poll(ALL).join();
    web.nowMs += 10 * WebhookSource.MAX_PAUSE_MS;
    assertReports(source.poll(ALL).join());
  }
}
