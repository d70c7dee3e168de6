// SPDX-License-Identifier: Apache-2.0
package net.backhaul.cli;

import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import net.backhaul.cli.ManualPage.Block;
import net.backhaul.cli.ManualPage.Code;
import net.backhaul.cli.ManualPage.Heading;
import net.backhaul.cli.ManualPage.Item;
import net.backhaul.cli.ManualPage.Paragraph;

/** Writes a manual page in the language of man(7), for groff and mandoc. */
final class Roff {
  private static final int COLUMNS = 78;
  private static final Pattern TITLE = Pattern.compile("([a-z-]+)\\((\\d)\\)");

  /** Code, a link, or emphasis. */
  private static final Pattern MARKED =
      Pattern.compile("`([^`]+)`|\\[([^\\]]+)]\\([^)]+\\)|\\*([^*]+)\\*");

  private static final Pattern PLACEHOLDER = Pattern.compile("<([^<>]+)>");

  private final StringBuilder text = new StringBuilder();
  private String section = "";

  /**
   * @param source the file from which it is generated
   * @param date the day of the last change
   */
  static String of(ManualPage page, String source, String date) {
    var roff = new Roff();
    roff.line(".\\\" SPDX-License-Identifier: Apache-2.0");
    roff.line(".\\\" Generated from " + source + ": do not edit");
    Matcher title = TITLE.matcher(((Heading) page.blocks().getFirst()).text());
    if (!title.matches()) {
      throw new IllegalArgumentException("expected a title such as ls(1): " + page.blocks());
    }
    roff.line(
        ".TH %s %s %s Backhaul \"Manual of Backhaul\""
            .formatted(escape(title.group(1)).toUpperCase(Locale.ROOT), title.group(2), date));
    roff.append(page.blocks().subList(1, page.blocks().size()), "");
    return roff.text.toString();
  }

  /**
   * @param paragraph the macro that begins a paragraph in an item; empty for those of the page, of
   *     which the first one of a section has none
   */
  private void append(List<Block> blocks, String paragraph) {
    Block previous = null;
    for (Block block : blocks) {
      switch (block) {
        case Heading heading -> {
          section = heading.text();
          boolean major = heading.level() == 2;
          String name = major ? section.toUpperCase(Locale.ROOT) : section;
          line((major ? ".SH \"" : ".SS \"") + escape(name) + "\"");
        }
        case Paragraph words when section.equals("Name") ->
            wrapped(escape(words.text()).replace(" \\- ", " - ").replaceFirst(" - ", " \\\\- "));
        case Paragraph words -> {
          if (!paragraph.isEmpty()) {
            line(paragraph);
          } else if (previous != null && !(previous instanceof Heading)) {
            line(".PP");
          }
          wrapped(inline(words.text()));
        }
        case Code code when section.equals("Synopsis") -> synopsis(code);
        case Code code -> code(code);
        case Item item -> item(item);
      }
      previous = block;
    }
  }

  private void synopsis(Code code) {
    line(".nf");
    code.lines().forEach(words -> line(guard(code(words))));
    line(".fi");
  }

  private void code(Code code) {
    line(".PP");
    line(".RS 4");
    line(".EX");
    code.lines().forEach(words -> line(guard(escape(words))));
    line(".EE");
    line(".RE");
  }

  private void item(Item item) {
    if (item.term().isEmpty()) {
      line(".IP \\(bu 2");
    } else {
      line(".TP");
      line(guard(inline(item.term())));
    }
    wrapped(inline(item.definition()));
    append(item.blocks().subList(1, item.blocks().size()), ".IP");
  }

  private void line(String words) {
    text.append(words).append('\n');
  }

  private void wrapped(String words) {
    ManualPage.wrap(words, COLUMNS).lines().map(Roff::guard).forEach(this::line);
  }

  /** A line that begins with a dot or an apostrophe would be a request. */
  private static String guard(String line) {
    return line.startsWith(".") || line.startsWith("'") ? "\\&" + line : line;
  }

  private static String inline(String words) {
    var result = new StringBuilder();
    Matcher marked = MARKED.matcher(words);
    int end = 0;
    while (marked.find()) {
      result.append(prose(words.substring(end, marked.start())));
      if (marked.group(1) != null) {
        result.append(code(marked.group(1)));
      } else if (marked.group(2) != null) {
        Matcher page = TITLE.matcher(marked.group(2));
        result.append(
            page.matches()
                ? bold(page.group(1)) + "(" + page.group(2) + ")"
                : escape(marked.group(2)));
      } else {
        result.append("\\fI").append(prose(marked.group(3))).append("\\fR");
      }
      end = marked.end();
    }
    return result.append(prose(words.substring(end))).toString();
  }

  /** What is typed is bold, what stands for something else is underlined. */
  private static String code(String words) {
    Matcher page = TITLE.matcher(words);
    if (page.matches()) {
      return bold(page.group(1)) + "(" + page.group(2) + ")";
    }
    var result = new StringBuilder();
    Matcher placeholder = PLACEHOLDER.matcher(words);
    int end = 0;
    while (placeholder.find()) {
      result.append(bold(words.substring(end, placeholder.start())));
      result.append("<\\fI").append(escape(placeholder.group(1))).append("\\fR>");
      end = placeholder.end();
    }
    return result.append(bold(words.substring(end))).toString();
  }

  /** Returns a text that is bold and not hyphenated. */
  private static String bold(String words) {
    return words.isEmpty() ? "" : "\\fB\\%" + escape(words) + "\\fR";
  }

  private static String prose(String words) {
    return words.replace("\\", "\\e");
  }

  /** Returns a text whose characters are shown as they are. */
  private static String escape(String words) {
    return words
        .replace("\\", "\\e")
        .replace("-", "\\-")
        .replace("'", "\\(aq")
        .replace("`", "\\(ga")
        .replace("^", "\\(ha")
        .replace("~", "\\(ti");
  }
}
