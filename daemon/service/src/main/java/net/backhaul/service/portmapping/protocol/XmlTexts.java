// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.portmapping.protocol;

import java.nio.charset.StandardCharsets;
import net.backhaul.protocol.packet.WireException;

/**
 * Reads the texts of the elements of an XML document, without attributes, namespaces and document
 * types: a document with one is rejected, so that nothing in it can be expanded.
 */
final class XmlTexts {
  private static final int HEX = 16;
  private static final int MAX_REFERENCE = 10;

  private final String text;
  private final Listener listener;
  private final StringBuilder element = new StringBuilder();
  private int at;
  private int depth;

  /** Takes what is read. */
  interface Listener {
    /**
     * An element has ended.
     *
     * @param name without its prefix
     * @param text what it contains since the last tag, without blanks around it
     */
    void ended(String name, String text);
  }

  private XmlTexts(String text, Listener listener) {
    this.text = text;
    this.listener = listener;
  }

  /** Reads a document in UTF-8; throws WireException where it is malformed or beyond a limit. */
  static void read(byte[] document, Listener listener) {
    new XmlTexts(new String(document, StandardCharsets.UTF_8), listener).read();
  }

  private void read() {
    while (at < text.length()) {
      if (text.charAt(at) != '<') {
        readText();
      } else if (text.startsWith("<!--", at)) {
        skipPast("-->");
      } else if (text.startsWith("<![CDATA[", at)) {
        at += "<![CDATA[".length();
        int end = indexOf("]]>");
        append(text.substring(at, end));
        at = end + "]]>".length();
      } else if (text.startsWith("<?", at)) {
        skipPast("?>");
      } else if (text.startsWith("<!", at)) {
        throw new WireException("a document type, which no router needs");
      } else {
        readTag();
      }
    }
    if (depth != 0) {
      throw new WireException("an XML document that ends within an element");
    }
  }

  private void readTag() {
    int end = indexOf(">");
    String tag = text.substring(at + 1, end);
    at = end + 1;
    if (tag.startsWith("/")) {
      depth--;
      if (depth < 0) {
        throw new WireException("the end of an XML element that has not begun");
      }
      listener.ended(name(tag.substring(1)), element.toString().strip());
    } else {
      depth++;
      if (depth > MappingLimits.MAX_XML_DEPTH) {
        throw new WireException("XML elements that are nested too deeply");
      }
      element.setLength(0);
      if (!tag.endsWith("/")) {
        return;
      }
      depth--;
      listener.ended(name(tag.substring(0, tag.length() - 1)), "");
    }
    element.setLength(0);
  }

  private static String name(String tag) {
    int end = 0;
    while (end < tag.length() && !Character.isWhitespace(tag.charAt(end))) {
      end++;
    }
    String whole = tag.substring(0, end);
    return whole.substring(whole.indexOf(':') + 1);
  }

  private void readText() {
    int end = at;
    while (end < text.length() && text.charAt(end) != '<' && text.charAt(end) != '&') {
      end++;
    }
    append(text.substring(at, end));
    at = end;
    if (at < text.length() && text.charAt(at) == '&') {
      int semicolon = text.indexOf(';', at);
      if (semicolon < 0 || semicolon - at > MAX_REFERENCE) {
        throw new WireException("an XML reference without an end");
      }
      append(referred(text.substring(at + 1, semicolon)));
      at = semicolon + 1;
    }
  }

  private static String referred(String reference) {
    switch (reference) {
      case "lt":
        return "<";
      case "gt":
        return ">";
      case "amp":
        return "&";
      case "quot":
        return "\"";
      case "apos":
        return "'";
      default:
        break;
    }
    try {
      if (reference.startsWith("#x")) {
        return Character.toString(Integer.parseInt(reference.substring(2), HEX));
      }
      if (reference.startsWith("#")) {
        return Character.toString(Integer.parseInt(reference.substring(1)));
      }
    } catch (IllegalArgumentException e) {
      throw new WireException("an XML reference to no character");
    }
    throw new WireException("an XML reference to an entity that is not predefined");
  }

  private void append(String part) {
    element.append(part);
    if (element.length() > MappingLimits.MAX_XML_TEXT) {
      throw new WireException("an XML element with a text that is too long");
    }
  }

  private void skipPast(String end) {
    at = indexOf(end) + end.length();
  }

  private int indexOf(String what) {
    int found = text.indexOf(what, at);
    if (found < 0) {
      throw new WireException("XML without the " + what + " that it needs");
    }
    return found;
  }
}
