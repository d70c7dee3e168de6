// SPDX-License-Identifier: Apache-2.0
package net.backhaul.web.page;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.zip.GZIPInputStream;
import net.backhaul.web.http.WebMethod;
import net.backhaul.web.http.WebRequest;
import net.backhaul.web.http.WebResponse;
import org.junit.jupiter.api.Test;

/** The files of the page: which there are, how large they are, and how they are answered. */
class PageFilesTest {
  /** The page without the editor of rules, compressed. */
  private static final int MAX_COMPRESSED_BYTES = 60_000;

  private static final Path SOURCES = Path.of("src/main/resources/net/backhaul/web/page");
  private static final Pattern IMPORT = Pattern.compile("from '([^']+)'");
  private static final Pattern TEXT = Pattern.compile("\\bt\\((?:[^'()]+\\? )?'([^']+)'");

  private final PageFiles files = new PageFiles();

  private static WebRequest request(String... headers) {
    Map<String, String> all = new HashMap<>();
    for (int i = 0; i < headers.length; i += 2) {
      all.put(headers[i], headers[i + 1]);
    }
    return new WebRequest(
        WebMethod.GET,
        "/",
        Map.of(),
        all,
        new byte[0],
        new WebRequest.Client(InetAddress.getLoopbackAddress(), false));
  }

  @Test
  void listsEveryFileOfTheDirectory() throws IOException {
    var found = new TreeSet<String>();
    try (var tree = Files.walk(SOURCES)) {
      tree.filter(Files::isRegularFile)
          .map(file -> SOURCES.relativize(file).toString())
          .forEach(found::add);
    }
    found.remove(PageFiles.LIST);
    found.remove(PageFiles.EDITOR_LIST);
    found.remove("index.html");
    var listed = new TreeSet<>(own());

    assertEquals(found, listed);
  }

  /** Returns a module as it is written. */
  private static String source(String name) {
    try {
      return Files.readString(SOURCES.resolve(name));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Returns the names of the page's own files. */
  private static List<String> own() {
    return (source(PageFiles.LIST) + source(PageFiles.EDITOR_LIST))
        .lines()
        .filter(each -> !each.contains(" "))
        .toList();
  }

  @Test
  void importsOnlyWhatIsListed() {
    for (String name : own()) {
      if (name.endsWith(".js")) {
        IMPORT
            .matcher(source(name))
            .results()
            .map(each -> each.group(1))
            .forEach(
                each ->
                    assertTrue(
                        own().contains(each) || files.byName().containsKey(each), name + each));
      }
    }
  }

  /** A text that is missing, or that nothing shows any more. */
  @Test
  void hasEveryTextThatModulesName() {
    String table = source("base/strings.js");
    var all = new StringBuilder();
    for (String name : own()) {
      if (name.endsWith(".js") && !name.equals("base/strings.js")) {
        all.append(source(name));
      }
    }
    var keys = new TreeSet<String>();
    Pattern.compile("(?m)^  '?([\\w.]+)'?:")
        .matcher(table)
        .results()
        .map(each -> each.group(1))
        .forEach(keys::add);
    assertTrue(keys.size() > 100);
    TEXT.matcher(all)
        .results()
        .map(each -> each.group(1))
        .filter(each -> !each.endsWith("."))
        .forEach(each -> assertTrue(keys.contains(each), each));
    for (String key : keys) {
      String family = key.contains(".") ? key.substring(0, key.lastIndexOf('.') + 1) : key;
      assertTrue(
          all.indexOf("'" + key + "'") >= 0 || all.indexOf("'" + family + "'") >= 0,
          () -> "no module shows " + key);
    }
  }

  @Test
  void hasAllTextsInTheTable() {
    assertEquals(
        List.of("c", "a  b", "d"),
        TemplateTexts.of(
            "f(x => html`<p class=\"x\">a ${html`<b title=\"c\"/>`} b</p>`); /`'/.test(`e`);"
                + " y = { z: '`' }; // html`f`\nhtml`<i>${'g'}d</i>`"));
    for (String name : own()) {
      if (name.endsWith(".js")) {
        List<String> texts = new ArrayList<>(TemplateTexts.of(source(name)));
        // A name, and the beginning of a URL.
        texts.removeAll(List.of("Backhaul", "https://"));
        assertEquals(List.of(), texts, name);
      }
    }
  }

  @Test
  void isSmall() {
    int sum = files.document().gzip().length;
    for (Map.Entry<String, PageAsset> each : files.byName().entrySet()) {
      sum += files.isOfEditor(each.getKey()) ? 0 : each.getValue().gzip().length;
    }
    assertTrue(sum <= MAX_COMPRESSED_BYTES, "the page has " + sum + " bytes");
  }

  @Test
  void hasOneInlineScriptWhoseHashThePolicyNames() {
    String html = new String(files.document().bytes(), StandardCharsets.UTF_8);
    var scripts =
        Pattern.compile("<script([^>]*)>(.*?)</script>", Pattern.DOTALL).matcher(html).results();
    var inline =
        scripts.filter(each -> !each.group(2).isBlank()).map(each -> each.group(2)).toList();

    assertEquals(1, inline.size());
    assertEquals(
        files.importMapHash(),
        Base64.getEncoder()
            .encodeToString(PageAsset.sha256(inline.getFirst().getBytes(StandardCharsets.UTF_8))));
    assertFalse(html.contains(" style="));
    assertFalse(Pattern.compile("\\son\\w+=").matcher(html).find());
    assertFalse(html.contains("{main.js}"));
  }

  @Test
  void refersToItsOwnFilesAlone() {
    String html = new String(files.document().bytes(), StandardCharsets.UTF_8);
    var urls =
        Pattern.compile("(?:href|src)=\"([^\"]*)\"")
            .matcher(html)
            .results()
            .map((MatchResult each) -> each.group(1))
            .toList();

    assertTrue(urls.size() > 5);
    for (String url : urls) {
      assertTrue(url.matches("/assets/[0-9a-f]{16}"), url);
      assertNotNull(files.find(Long.parseUnsignedLong(url.substring(8), 16)), url);
    }
    assertNull(files.find(1));
  }

  @Test
  void compressesForClientsThatAcceptIt() throws IOException {
    PageAsset asset = files.byName().get("main.js");
    WebResponse plain = asset.response(request(), "no-cache");
    WebResponse uncompressed =
        asset.response(request("accept-encoding", "gzip;q=0, br"), "no-cache");
    WebResponse compressed = asset.response(request("accept-encoding", "br;q=1, GZIP"), "no-cache");

    assertArrayEquals(asset.bytes(), body(plain));
    assertArrayEquals(asset.bytes(), body(uncompressed));
    assertNull(plain.headers().get("Content-Encoding"));
    assertEquals("gzip", compressed.headers().get("Content-Encoding"));
    assertEquals("Accept-Encoding", plain.headers().get("Vary"));
    try (InputStream in = new GZIPInputStream(new ByteArrayInputStream(body(compressed)))) {
      assertArrayEquals(asset.bytes(), in.readAllBytes());
    }
  }

  @Test
  void answersWithoutBodyWhatTheClientHas() {
    PageAsset asset = files.byName().get("page.css");
    String tag = asset.response(request(), "no-cache").headers().get("ETag");
    WebResponse known = asset.response(request("if-none-match", tag), "no-cache");

    assertEquals(304, known.status());
    assertEquals(0, body(known).length);
    assertEquals(tag, known.headers().get("ETag"));
    assertEquals(200, asset.response(request("if-none-match", "\"0\""), "no-cache").status());
  }

  private static byte[] body(WebResponse response) {
    return ((WebResponse.Body.Whole) response.body()).bytes();
  }
}
