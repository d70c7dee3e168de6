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
  private volatile Reload last = new Reload(List.of(), List.of(), false);
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
    return modifiedMs != 0 && modifiedMs != readAtMs && readAgain(false);
  }

  /**
   * Reads the file again at the request of the operator, whatever its time; where it is missing or
   * empty, all settings have their defaults. Returns whether its content differs.
   */
  public boolean reloadNow() {
    boolean changed = readAgain(true);
    if (!changed && !last.isUnusable()) {
      log.info("local.conf was read again: nothing has changed");
    }
    return changed;
  }

  /** Returns the outcome of the last reload that found a change or an unusable file. */
  public Reload lastReload() {
    return last;
  }

  private boolean readAgain(boolean acceptsEmpty) {
    readAtMs = file.modifiedMs();
    try {
      Map<String, @Nullable Object> conf = file.readAgain();
      List<String> changed =
          conf.isEmpty() && !acceptsEmpty ? List.of() : ChangedKeys.of(current.conf(), conf);
      if (!changed.isEmpty()) {
        current = read(conf);
        log.info("local.conf was read again; changed: {}", ChangedKeys.text(changed));
      }
      finish(changed);
      return !changed.isEmpty();
    } catch (LocalConf.Unusable e) {
      log.warn(
          "{}; the settings stay as they were until the file is corrected",
          String.valueOf(e.getMessage()).replace("\n", ": "));
      last = new Reload(List.of(), last.forNextStart(), true);
      return false;
    }
  }

  /** Changes members of {@code settings} in the file. */
  public void merge(Map<String, @Nullable Object> changed) throws LocalConf.Unusable, IOException {
    Map<String, @Nullable Object> before = current.conf();
    file.merge(changed);
    current = read(file.readAgain());
    finish(ChangedKeys.of(before, current.conf()));
  }

  /** Records the outcome, and reports once the keys that the running daemon does not apply. */
  private void finish(List<String> changed) {
    List<String> keys = current.settings().startKeysDifferentFrom(atStart);
    if (!keys.isEmpty() && !keys.equals(last.forNextStart())) {
      log.warn(
          "local.conf: settings.{}: applied at the next start of the daemon",
          String.join(", settings.", keys));
    }
    // An operator's reload may come after the periodic check has read the same change.
    last = new Reload(changed.isEmpty() ? last.changed() : changed, keys, false);
  }
}
