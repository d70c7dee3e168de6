// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.settings;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The current settings of local.conf. A file that has become unusable changes nothing (04 section
 * 3.1).
 *
 * <p>Read from any thread; loaded from disk and changed on the state thread.
 */
public final class LiveSettings {
  private static final Logger log = LoggerFactory.getLogger(LiveSettings.class);

  private final LocalConf file;
  private final Settings atStart;
  private volatile Read current;
  private List<String> keysForNextStart = List.of();
  private long readAtMs;

  /** The content of the file, and the settings read from it. */
  private record Read(Map<String, @Nullable Object> conf, Settings settings) {}

  /** Reads the file for the first time; one that is unusable as a whole prevents the start. */
  public LiveSettings(LocalConf file) throws LocalConf.Unusable {
    this.file = file;
    this.readAtMs = file.modifiedMs();
    this.current = read(file.read());
    this.atStart = current.settings();
  }

  private static Read read(Map<String, @Nullable Object> conf) {
    return new Read(conf, Settings.read(conf, log::warn));
  }

  /** Returns the settings as last read. */
  public Settings settings() {
    return current.settings();
  }

  /** Returns the content of the file, unknown keys included. Not to be changed. */
  public Map<String, @Nullable Object> conf() {
    return current.conf();
  }

  /** Reads the file again if it was changed; returns whether its content differs. */
  public boolean reload() {
    long modifiedMs = file.modifiedMs();
    if (modifiedMs == 0 || modifiedMs == readAtMs) {
      return false;
    }
    readAtMs = modifiedMs;
    try {
      Map<String, @Nullable Object> conf = file.read();
      boolean changed = !conf.equals(current.conf()) && !conf.isEmpty();
      if (changed) {
        current = read(conf);
        log.info("local.conf has changed and was read again");
        reportKeysForNextStart();
      }
      return changed;
    } catch (LocalConf.Unusable e) {
      log.warn(
          "{}; the settings stay as they were until the file is corrected",
          String.valueOf(e.getMessage()).replace("\n", ": "));
      return false;
    }
  }

  /** Changes members of {@code settings} in the file. */
  public void merge(Map<String, @Nullable Object> changed) throws LocalConf.Unusable, IOException {
    file.merge(changed);
    current = read(file.read());
    reportKeysForNextStart();
  }

  /** Reports once the changed keys that the running daemon does not apply. */
  private void reportKeysForNextStart() {
    List<String> keys = current.settings().startKeysDifferentFrom(atStart);
    if (!keys.isEmpty() && !keys.equals(keysForNextStart)) {
      log.warn(
          "local.conf: settings.{}: applied at the next start of the daemon",
          String.join(", settings.", keys));
    }
    keysForNextStart = keys;
  }
}
