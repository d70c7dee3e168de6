// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.settings;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.spi.ILoggingEvent;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import net.backhaul.json.Json;
import net.backhaul.service.CapturedLog;
import net.backhaul.service.state.HomeDirectory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LiveSettingsTest {
  private static final String RELAYING = "{\"settings\": {\"forceTcpRelay\": true}}";

  @RegisterExtension final CapturedLog log = new CapturedLog(LiveSettings.class);
  @TempDir Path directory;
  private long savedAtMs = 1_700_000_000_000L;

  @Test
  void reloadsOnlyChangedFile() throws Exception {
    LiveSettings settings = settings("{}");
    assertFalse(settings.reload());

    save(RELAYING);

    assertTrue(settings.reload());
    assertTrue(settings.settings().forceTcpRelay());
    assertFalse(settings.reload());
  }

  @Test
  void readsFileWithByteOrderMarkAndWritesItWithout() throws Exception {
    LiveSettings settings = settings("\ufeff" + RELAYING);
    assertTrue(settings.settings().forceTcpRelay());

    settings.merge(Json.asObject(Json.parse("{\"forceTcpRelay\": false}")));

    assertFalse(settings.settings().forceTcpRelay());
    assertEquals('{', Files.readAllBytes(directory.resolve("local.conf"))[0]);
  }

  @Test
  void warnsOnceAboutUnknownKey() throws Exception {
    List<String> warnings =
        warningsOf(
            () -> {
              LiveSettings settings = settings("{\"settings\": {\"primryPort\": 9000}}");
              assertFalse(settings.reload());
            });

    assertEquals(
        List.of(
            "local.conf: settings.primryPort: unknown key, it is ignored;"
                + " did you mean primaryPort?"),
        warnings);
  }

  @Test
  void warnsOnceAboutKeysForNextStart() throws Exception {
    List<String> warnings =
        warningsOf(
            () -> {
              LiveSettings settings = settings("{\"settings\": {\"tertiaryPort\": 9002}}");
              save("{\"settings\": {\"primaryPort\": 9000, \"tertiaryPort\": 9001}}");
              assertTrue(settings.reload());
              settings.merge(Json.asObject(Json.parse("{\"forceTcpRelay\": true}")));
              save("{\"settings\": {\"tertiaryPort\": 9002}}");
              assertTrue(settings.reload());
            });

    assertEquals(
        List.of(
            "local.conf: settings.primaryPort, settings.tertiaryPort: applied at the next start of"
                + " the daemon"),
        warnings);
  }

  @ParameterizedTest
  @ValueSource(strings = {"{bad", "[]", "", "{\"settings\": 5}"})
  void keepsSettingsWhenFileBecomesUnusable(String content) throws Exception {
    LiveSettings settings = settings(RELAYING);

    save(content);

    assertFalse(settings.reload());
    assertTrue(settings.settings().forceTcpRelay());
    assertEquals(Json.parse(RELAYING), settings.conf());
  }

  @Test
  void keepsSettingsWhenFileIsDeleted() throws Exception {
    LiveSettings settings = settings(RELAYING);

    Files.delete(directory.resolve("local.conf"));

    assertFalse(settings.reload());
    assertTrue(settings.settings().forceTcpRelay());
  }

  @Test
  void usesDefaultsAfterRequestedReloadWithoutFile() throws Exception {
    LiveSettings settings = settings(RELAYING);

    Files.delete(directory.resolve("local.conf"));

    assertTrue(settings.reloadNow());
    assertFalse(settings.settings().forceTcpRelay());
  }

  /** Root reads every file, so a directory stands for a file that cannot be read. */
  @Test
  void keepsSettingsAndFileThatCannotBeRead() throws Exception {
    LiveSettings settings = settings(RELAYING);
    Files.delete(directory.resolve("local.conf"));
    Files.createDirectory(directory.resolve("local.conf"));

    assertFalse(settings.reloadNow());
    assertTrue(settings.settings().forceTcpRelay());
    assertEquals(
        "local.conf is unusable, see the log; the settings before it stay in effect",
        settings.lastReload().text());
    assertThrows(
        LocalConf.Unusable.class,
        () -> settings.merge(Json.asObject(Json.parse("{\"primaryPort\": 9000}"))));
    assertTrue(Files.isDirectory(directory.resolve("local.conf")));
  }

  @Test
  void describesOutcomeOfReload() throws Exception {
    LiveSettings settings = settings("{}");
    assertEquals("", settings.lastReload().text());

    save("{\"settings\": {\"forceTcpRelay\": true, \"primaryPort\": 9000}}");
    assertTrue(settings.reloadNow());
    assertEquals(
        "local.conf reloaded, changed: settings.forceTcpRelay, settings.primaryPort;"
            + " a restart is needed for settings.primaryPort",
        settings.lastReload().text());

    save("{bad");
    assertFalse(settings.reloadNow());
    assertEquals(
        "local.conf is unusable, see the log; the settings before it stay in effect;"
            + " a restart is needed for settings.primaryPort",
        settings.lastReload().text());

    save("{\"settings\": {\"forceTcpRelay\": true}}");
    assertTrue(settings.reload());
    assertEquals(
        "local.conf reloaded, changed: settings.primaryPort", settings.lastReload().text());
    assertFalse(settings.reloadNow());
    assertEquals(
        "local.conf reloaded, changed: settings.primaryPort", settings.lastReload().text());
  }

  @Test
  void keepsOtherContentWhenMerging() throws Exception {
    LiveSettings settings =
        settings("{\"settings\": {\"a\": [1, {\"b\": null}]}, \"virtual\": {}, \"x\": 0.5}");

    settings.merge(Json.asObject(Json.parse("{\"primaryPort\": 9000, \"a\": {\"c\": true}}")));

    String expected =
        """
        {
            "settings": {
                "a": {
                    "c": true
                },
                "primaryPort": 9000
            },
            "virtual": {},
            "x": 0.5
        }\
        """;
    assertEquals(expected, Files.readString(directory.resolve("local.conf")));
    assertEquals(9000, settings.settings().primaryPort().getAsInt());
  }

  @Test
  void doesNotReplaceBytesThatAreNotUtf8() throws Exception {
    LiveSettings settings = settings("{}");
    byte[] latin1 = "{\"virtual\": {\"x\": \"\u00e9\"}}".getBytes(StandardCharsets.ISO_8859_1);
    Path file = directory.resolve("local.conf");
    Files.write(file, latin1);

    assertThrows(
        LocalConf.Unusable.class,
        () -> settings.merge(Json.asObject(Json.parse("{\"primaryPort\": 9000}"))));
    assertArrayEquals(latin1, Files.readAllBytes(file));
  }

  @Test
  void doesNotOverwriteUnreadableFile() throws Exception {
    LiveSettings settings = settings("{}");
    save("{half of a per");

    assertThrows(
        LocalConf.Unusable.class,
        () -> settings.merge(Json.asObject(Json.parse("{\"primaryPort\": 9000}"))));
    assertEquals("{half of a per", Files.readString(directory.resolve("local.conf")));
  }

  private List<String> warningsOf(Executable work) {
    log.list().clear();
    assertDoesNotThrow(work);
    return log.list().stream()
        .filter(line -> line.getLevel() == Level.WARN)
        .map(ILoggingEvent::getFormattedMessage)
        .toList();
  }

  private LiveSettings settings(String content) throws IOException, LocalConf.Unusable {
    save(content);
    return new LiveSettings(new LocalConf(HomeDirectory.open(directory)));
  }

  private void save(String content) throws IOException {
    Path file = directory.resolve("local.conf");
    Files.writeString(file, content);
    savedAtMs += 10_000;
    Files.setLastModifiedTime(file, FileTime.fromMillis(savedAtMs));
  }
}
