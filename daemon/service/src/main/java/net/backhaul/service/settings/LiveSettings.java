// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.settings;

import java.io.IOException;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What local.conf says now. A file that has become unusable changes nothing (04 section 3.1).
 *
 * <p>Read from any thread; read from disk and changed on the thread of the state.
 */
public final class LiveSettings {
  private static final Logger log = LoggerFactory.getLogger(LiveSettings.class);

  private final LocalConf file;
  private volatile Read current;
  private long readAtMs;

  /** The file as it is, and what we make of it. */
  private record Read(Map<String, @Nullable Object> conf, Settings settings) {}

  /** Reads the file for the first time; one that is unusable as a whole prevents the start. */
  public LiveSettings(LocalConf file) throws LocalConf.Unusable {
    this.file = file;
    this.readAtMs = file.modifiedMs();
    this.current = read();
  }

  private Read read() throws LocalConf.Unusable {
    Map<String, @Nullable Object> conf = file.read();
    return new Read(conf, Settings.read(conf, log::warn));
  }

  public Settings settings() {
    return current.settings();
  }

  /** Returns the file as it is, with what we don't know of. Not to be changed. */
  public Map<String, @Nullable Object> conf() {
    return current.conf();
  }

  /** Reads the file again if it was changed; returns whether it now says something else. */
  public boolean reload() {
    long modifiedMs = file.modifiedMs();
    if (modifiedMs == 0 || modifiedMs == readAtMs) {
      return false;
    }
    readAtMs = modifiedMs;
    try {
      Read fresh = read();
      boolean changed = !fresh.conf().equals(current.conf()) && !fresh.conf().isEmpty();
      if (changed) {
        current = fresh;
      }
      return changed;
    } catch (LocalConf.Unusable e) {
      log.warn("{}; the settings stay as they were", e.getMessage());
      return false;
    }
  }

  /** Changes members of {@code settings} in the file. */
  public void merge(Map<String, @Nullable Object> changed) throws LocalConf.Unusable, IOException {
    file.merge(changed);
    current = read();
  }
}
