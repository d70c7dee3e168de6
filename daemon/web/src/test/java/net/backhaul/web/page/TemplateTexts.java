// SPDX-License-Identifier: Apache-2.0
package net.backhaul.web.page;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** The words that templates of {@code html} in a module have, beside the values in them. */
final class TemplateTexts {
  private static final String HTML = "html`";
  private static final Pattern SHOWN =
      Pattern.compile("\\b(?:aria-label|title|placeholder|alt|label|hint)=\"([^\"]*)\"");
  private static final Pattern WORD = Pattern.compile("\\p{L}");
  private static final String BEFORE_EXPRESSION = "(,=:[!&|?{};";

  private final String source;
  private final List<String> texts = new ArrayList<>();
  private int at;

  private TemplateTexts(String source) {
    this.source = source;
  }

  static List<String> of(String source) {
    var found = new TemplateTexts(source);
    found.code();
    return found.texts;
  }

  /** Reads up to the end, or to the brace that closes what the caller has opened. */
  private void code() {
    while (at < source.length() && source.charAt(at) != '}') {
      char c = source.charAt(at);
      if (source.startsWith("//", at)) {
        skipTo("\n");
      } else if (source.startsWith("/*", at)) {
        skipTo("*/");
      } else if (source.startsWith(HTML, at)) {
        at += HTML.length();
        template(true);
      } else if (c == '`') {
        at++;
        template(false);
      } else if (c == '\'' || c == '"') {
        quoted(c);
      } else if (c == '/' && BEFORE_EXPRESSION.indexOf(before()) >= 0) {
        quoted(c);
      } else if (c == '{') {
        field(1);
      } else {
        at++;
      }
    }
  }

  private void skipTo(String end) {
    at = source.indexOf(end, at) + end.length();
  }

  private char before() {
    int last = at - 1;
    while (Character.isWhitespace(source.charAt(last))) {
      last--;
    }
    return source.charAt(last);
  }

  /** Skips a string or a regular expression, where a slash in brackets ends nothing. */
  private void quoted(char end) {
    boolean inBrackets = false;
    for (at++; inBrackets || source.charAt(at) != end; at++) {
      char c = source.charAt(at);
      at += c == '\\' ? 1 : 0;
      inBrackets = end == '/' && (c == '[' || (inBrackets && c != ']'));
    }
    at++;
  }

  private void field(int opening) {
    at += opening;
    code();
    at++;
  }

  private void template(boolean isShown) {
    var text = new StringBuilder();
    var tag = new StringBuilder();
    boolean inTag = false;
    for (char c = source.charAt(at); c != '`'; c = source.charAt(at)) {
      if (source.startsWith("${", at)) {
        field(2);
        continue;
      }
      if (c == '\\') {
        at += 2;
        continue;
      }
      inTag = c == '<' || (inTag && c != '>');
      (inTag || c == '>' ? tag : text).append(c);
      at++;
    }
    at++;
    if (isShown) {
      add(text.toString());
      SHOWN.matcher(tag).results().forEach(each -> add(each.group(1)));
    }
  }

  private void add(String text) {
    if (WORD.matcher(text).find()) {
      texts.add(text.strip());
    }
  }
}
