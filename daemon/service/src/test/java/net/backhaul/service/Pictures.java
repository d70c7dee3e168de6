// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service;

import java.awt.image.BufferedImage;
import java.awt.image.IndexColorModel;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import javax.imageio.ImageIO;
import org.jspecify.annotations.Nullable;

/**
 * Pictures of the page, to be looked at: with the system property backhaul.pictures, a directory,
 * the tests of the page save what they show, light and dark, as PNG files with a palette.
 */
final class Pictures {
  private static final @Nullable String DIRECTORY = System.getProperty("backhaul.pictures");
  private static final int COLORS = 256;

  private Pictures() {}

  static void take(Browser browser, String name) throws IOException {
    if (DIRECTORY == null) {
      return;
    }
    boolean isNarrow = name.endsWith("-narrow");
    showInstalledHome(browser);
    for (String scheme : new String[] {"light", "dark"}) {
      browser.width(isNarrow ? Browser.NARROW : Browser.WIDE, scheme);
      save(browser.screenshot(), Path.of(DIRECTORY, name + "-" + scheme + ".png"));
    }
    browser.width(isNarrow ? Browser.NARROW : Browser.WIDE, "light");
  }

  /** Shows the home directory of an installed daemon in place of that of the test. */
  private static void showInstalledHome(Browser browser) {
    browser.script(
        """
        const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
        while (texts.nextNode()) {
          const node = texts.currentNode;
          if (node.data.startsWith('%s/')) node.data = '/var/lib/zerotier-one';
        }
        """
            .formatted(System.getProperty("java.io.tmpdir")));
  }

  private static void save(byte[] png, Path file) throws IOException {
    BufferedImage image = ImageIO.read(new ByteArrayInputStream(png));
    IndexColorModel palette = palette(image);
    var reduced =
        new BufferedImage(
            image.getWidth(), image.getHeight(), BufferedImage.TYPE_BYTE_INDEXED, palette);
    Map<Integer, Integer> nearest = new HashMap<>();
    for (int y = 0; y < image.getHeight(); y++) {
      for (int x = 0; x < image.getWidth(); x++) {
        int rgb = image.getRGB(x, y);
        int index = nearest.computeIfAbsent(rgb, color -> nearest(palette, color));
        reduced.getRaster().setSample(x, y, 0, index);
      }
    }
    Files.createDirectories(file.getParent());
    ImageIO.write(reduced, "png", file.toFile());
  }

  /**
   * Returns the most frequent colours: of a page these are all but some of the edges of letters.
   */
  private static IndexColorModel palette(BufferedImage image) {
    Map<Integer, Integer> counts = new HashMap<>();
    for (int y = 0; y < image.getHeight(); y++) {
      for (int x = 0; x < image.getWidth(); x++) {
        counts.merge(image.getRGB(x, y), 1, Integer::sum);
      }
    }
    List<Integer> most =
        counts.entrySet().stream()
            .sorted(Map.Entry.comparingByValue(Comparator.reverseOrder()))
            .limit(COLORS)
            .map(Map.Entry::getKey)
            .toList();
    var red = new byte[most.size()];
    var green = new byte[most.size()];
    var blue = new byte[most.size()];
    for (int i = 0; i < most.size(); i++) {
      red[i] = (byte) (most.get(i) >> 16);
      green[i] = (byte) (most.get(i) >> 8);
      blue[i] = (byte) (int) most.get(i);
    }
    return new IndexColorModel(8, most.size(), red, green, blue);
  }

  private static int nearest(IndexColorModel palette, int rgb) {
    int best = 0;
    int bestDistance = Integer.MAX_VALUE;
    for (int i = 0; i < palette.getMapSize(); i++) {
      int red = palette.getRed(i) - (rgb >> 16 & 0xff);
      int green = palette.getGreen(i) - (rgb >> 8 & 0xff);
      int blue = palette.getBlue(i) - (rgb & 0xff);
      int distance = red * red + green * green + blue * blue;
      if (distance < bestDistance) {
        bestDistance = distance;
        best = i;
      }
    }
    return best;
  }
}
