// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import com.google.zxing.common.BitMatrix;
import com.google.zxing.qrcode.decoder.Decoder;
import com.google.zxing.qrcode.decoder.ErrorCorrectionLevel;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The page's encoder of QR codes, against a decoder of others. */
class QrCodeTest {
  /** The longest text of each version, in bytes, at the level M of error correction. */
  private static final List<Integer> LONGEST = List.of(14, 26, 42, 62, 84, 106, 122, 152, 180, 213);

  @TempDir Path directory;

  private static String encoder() throws Exception {
    try (InputStream in =
        QrCodeTest.class.getResourceAsStream("/net/backhaul/web/page/base/qr.js")) {
      String module = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      return module.replace("export function", "function") + "\nreturn qrCode(arguments[0]);";
    }
  }

  /** Returns a text in which each position has another letter, about. */
  private static String text(int length) {
    var text = new StringBuilder();
    for (int i = 0; i < length; i++) {
      text.append((char) ('!' + i * i % 89));
    }
    return text.toString();
  }

  private static void assertDecodes(String text, int version, @Nullable Object rows)
      throws Exception {
    var matrix = new BitMatrix(17 + 4 * version);
    int y = 0;
    for (Object row : (List<?>) rows) {
      int x = 0;
      for (Object isDark : (List<?>) row) {
        if (Boolean.TRUE.equals(isDark)) {
          matrix.set(x, y);
        }
        x++;
      }
      y++;
      assertEquals(matrix.getWidth(), x, text);
    }
    assertEquals(matrix.getHeight(), y, text);
    var result = new Decoder().decode(matrix);
    assertEquals(text, result.getText());
    assertEquals(ErrorCorrectionLevel.M.toString(), result.getECLevel());
    assertEquals(0, result.getErrorsCorrected(), text);
  }

  @Test
  void decodesAtEachVersion() throws Exception {
    try (Browser browser = Browser.start(directory)) {
      String encoder = encoder();
      assertDecodes("", 1, browser.script(encoder, ""));
      for (int i = 0; i < LONGEST.size(); i++) {
        String text = text(LONGEST.get(i));
        assertDecodes(text, i + 1, browser.script(encoder, text));
        String next = text + "~";
        if (i + 1 < LONGEST.size()) {
          assertDecodes(next, i + 2, browser.script(encoder, next));
        } else {
          assertNull(browser.script(encoder, next));
        }
      }
      assertDecodes("gr\u00fc\u00df \u20ac", 1, browser.script(encoder, "gr\u00fc\u00df \u20ac"));
    }
  }
}
