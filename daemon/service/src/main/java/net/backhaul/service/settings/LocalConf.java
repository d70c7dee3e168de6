// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.settings;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import net.backhaul.json.Json;
import net.backhaul.service.state.HomeDirectory;
import org.jspecify.annotations.Nullable;

/**
 * The file with the operator's settings (04 section 3).
 *
 * <p>Unknown keys are kept, since front ends read them back through the API.
 */
public final class LocalConf {
  private static final String FILE = "local.conf";
  private static final String SETTINGS = "settings";
  private static final int INDENT = 4;

  private final HomeDirectory home;

  /** The file as a whole cannot be used; the message is for the operator. */
  public static final class Unusable extends Exception {
    Unusable(String message) {
      super(message, null, false, false);
    }
  }

  public LocalConf(HomeDirectory home) {
    this.home = home;
  }

  /**
   * Returns the content of the file for the start; an empty object where it is missing or empty or
   * cannot be read, which is logged.
   */
  public Map<String, @Nullable Object> read() throws Unusable {
    return parse(home.read(FILE).orElse(new byte[0]));
  }

  /** Returns the content of the file; an empty object only where it is missing or empty. */
  public Map<String, @Nullable Object> readAgain() throws Unusable {
    Optional<byte[]> text = home.read(FILE);
    if (text.isEmpty() && home.exists(FILE)) {
      throw new Unusable("unable to read local.conf (the line before says why)");
    }
    return parse(text.orElse(new byte[0]));
  }

  private static Map<String, @Nullable Object> parse(byte[] text) throws Unusable {
    if (text.length == 0) {
      return Json.object();
    }
    Object root;
    try {
      root = Json.parse(ByteBuffer.wrap(text));
    } catch (IllegalArgumentException e) {
      throw new Unusable("unable to parse local.conf (invalid JSON)\n" + e.getMessage());
    }
    if (!(root instanceof Map)) {
      throw new Unusable("unable to parse local.conf (root element is not a JSON object)");
    }
    Map<String, @Nullable Object> all = Json.asObject(root);
    Object settings = all.get(SETTINGS);
    if (settings != null && !(settings instanceof Map)) {
      throw new Unusable(
          "unable to use local.conf (settings: expected an object, found " + kind(settings) + ")");
    }
    return all;
  }

  /** Returns when the file was last changed, in milliseconds since 1970; 0 without a file. */
  public long modifiedMs() {
    return home.modifiedMs(FILE);
  }

  /** Changes the members of {@code settings} that are given and keeps everything else. */
  public void merge(Map<String, @Nullable Object> changed) throws Unusable, IOException {
    Map<String, @Nullable Object> all = readAgain();
    Map<String, @Nullable Object> settings = Json.asObject(all.get(SETTINGS));
    settings.putAll(changed);
    all.put(SETTINGS, settings);
    home.write(FILE, Json.writeIndented(all, INDENT).getBytes(StandardCharsets.UTF_8));
  }

  /** Describes a JSON value for messages about a wrong one. */
  public static String kind(@Nullable Object value) {
    return switch (value) {
      case null -> "null";
      case Map<?, ?> map -> "an object";
      case List<?> list -> "an array";
      case String text -> "the string \"" + text + "\"";
      default -> "the value " + value;
    };
  }
}
