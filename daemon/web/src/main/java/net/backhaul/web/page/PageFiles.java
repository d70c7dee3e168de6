// SPDX-License-Identifier: Apache-2.0
package net.backhaul.web.page;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import net.backhaul.json.Json;
import org.jspecify.annotations.Nullable;

/**
 * All files of the page, whose own modules are joined into one. A file's URL is made of the hash of
 * its content, so that browsers may keep it for good; the names by which modules import each other
 * are mapped to these URLs by the import map of the first document, whose hash the content security
 * policy names.
 */
final class PageFiles {
  static final String ASSETS = "/assets/";

  /** Lists the files: how modules import each, and its resource where that differs. */
  static final String LIST = "files.txt";

  /** Lists the files of the editor of rules, which are loaded when they are needed, likewise. */
  static final String EDITOR_LIST = "editor.txt";

  private static final String DIRECTORY = "/net/backhaul/web/page/";
  private static final String TEMPLATE = "index.html";

  /** The module of the page, with all that it uses. */
  private static final String MAIN = "main.js";

  private static final String SCRIPT = "text/javascript; charset=utf-8";
  private static final Map<String, String> TYPES =
      Map.of(
          "js", SCRIPT,
          "css", "text/css; charset=utf-8",
          "svg", "image/svg+xml");

  private final Map<String, PageAsset> byName = new LinkedHashMap<>();
  private final Set<String> ofEditor = new HashSet<>();
  private final Map<Long, PageAsset> byId = new HashMap<>();
  private final PageAsset document;
  private final String importMapHash;

  /**
   * Reads and compresses the files.
   *
   * @throws IllegalStateException if the program is incomplete
   */
  PageFiles() {
    var modules = new ArrayList<String>();
    for (String line : text(LIST).lines().toList()) {
      if (line.endsWith(".js") && !line.contains(" ")) {
        modules.add(line);
      } else {
        add(line);
      }
    }
    String bundle = ModuleBundle.of(MAIN, modules, PageFiles::text);
    put(MAIN, SCRIPT, CompactSource.script(bundle).getBytes(StandardCharsets.UTF_8));
    Set<String> ofPage = Set.copyOf(byName.keySet());
    text(EDITOR_LIST).lines().forEach(this::add);
    ofEditor.addAll(byName.keySet());
    ofEditor.removeAll(ofPage);
    String importMap = importMap();
    importMapHash =
        Base64.getEncoder()
            .encodeToString(PageAsset.sha256(importMap.getBytes(StandardCharsets.UTF_8)));
    document =
        PageAsset.of("text/html; charset=utf-8", html(importMap).getBytes(StandardCharsets.UTF_8));
  }

  /** Adds a file of a line: how modules import it, and its resource where that differs. */
  private void add(String line) {
    String[] parts = line.split(" ", 2);
    String resource = parts[parts.length - 1];
    String type = TYPES.get(resource.substring(resource.lastIndexOf('.') + 1));
    if (type == null) {
      throw new IllegalStateException("expected a file of the page, found " + resource);
    }
    boolean isOwn = !resource.startsWith("/");
    byte[] content = bytes(isOwn ? DIRECTORY + resource : resource);
    if (isOwn && resource.endsWith(".css")) {
      String text = new String(content, StandardCharsets.UTF_8);
      content = CompactSource.style(text).getBytes(StandardCharsets.UTF_8);
    } else if (isOwn && resource.endsWith(".js")) {
      String text = new String(content, StandardCharsets.UTF_8);
      content = CompactSource.script(text).getBytes(StandardCharsets.UTF_8);
    }
    put(parts[0], type, content);
  }

  private void put(String name, String type, byte[] content) {
    PageAsset asset = PageAsset.of(type, content);
    byName.put(name, asset);
    byId.put(asset.id(), asset);
  }

  private String importMap() {
    Map<String, @Nullable Object> imports = Json.object();
    byName.forEach(
        (name, asset) -> {
          if (asset.contentType().startsWith("text/javascript")) {
            imports.put(name, url(asset));
          }
        });
    Map<String, @Nullable Object> map = Json.object();
    map.put("imports", imports);
    return Json.write(map);
  }

  private String html(String importMap) {
    String text = text(TEMPLATE).replace("{importMap}", importMap);
    for (Map.Entry<String, PageAsset> each : byName.entrySet()) {
      text = text.replace("{" + each.getKey() + "}", url(each.getValue()));
    }
    var preloads = new StringBuilder();
    byName.forEach(
        (name, each) -> {
          if (each.contentType().startsWith("text/javascript") && !isOfEditor(name)) {
            preloads
                .append("<link rel=\"modulepreload\" href=\"")
                .append(url(each))
                .append("\">\n");
          }
        });
    return text.replace("{preloads}\n", preloads);
  }

  private static String url(PageAsset asset) {
    return ASSETS + asset.idText();
  }

  private static String text(String name) {
    return new String(bytes(DIRECTORY + name), StandardCharsets.UTF_8);
  }

  private static byte[] bytes(String resource) {
    try (InputStream in = PageFiles.class.getResourceAsStream(resource)) {
      if (in == null) {
        throw new IllegalStateException("the program is incomplete: it has no " + resource);
      }
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Returns the files by the names under which modules import them. */
  Map<String, PageAsset> byName() {
    return byName;
  }

  /** Returns whether a file is loaded when the editor of rules is opened, and not before. */
  boolean isOfEditor(String name) {
    return ofEditor.contains(name);
  }

  /** Returns a file by the hash in its URL; null for an unknown one. */
  @Nullable PageAsset find(long id) {
    return byId.get(id);
  }

  /** Returns the HTML document that every view begins with. */
  PageAsset document() {
    return document;
  }

  /** Returns the SHA-256 of the import map, in Base64, for the content security policy. */
  String importMapHash() {
    return importMapHash;
  }
}
