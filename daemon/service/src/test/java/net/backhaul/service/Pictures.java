// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service;

import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Pictures of the page, to be looked at: with the system property backhaul.pictures, a directory,
 * the tests of the page save what they show, light and dark.
 */
final class Pictures {
  private static final @Nullable String DIRECTORY = System.getProperty("backhaul.pictures");

  private Pictures() {}

  static void take(Browser browser, String name) throws IOException {
    if (DIRECTORY == null) {
      return;
    }
    boolean isNarrow = name.endsWith("-narrow");
    for (String scheme : new String[] {"light", "dark"}) {
      if (isNarrow) {
        browser.width(Browser.NARROW, scheme);
      } else {
        browser.width(1280, scheme);
      }
      browser.screenshot(Path.of(DIRECTORY, name + "-" + scheme + ".png"));
    }
    browser.width(isNarrow ? Browser.NARROW : 1280, "light");
  }
}
