// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.http;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The single part of a body that a Range header selects, in bytes; both ends are included. */
record ByteRange(int first, int last) {
  private static final Pattern FORM = Pattern.compile("bytes=(\\d{0,9})-(\\d{0,9})");

  /** Returns the selected part, or null where the whole body is to be sent. */
  static @Nullable ByteRange of(@Nullable String header, int status, int length) {
    Matcher form = header == null || status != 200 ? null : FORM.matcher(header);
    if (form == null || !form.matches() || length == 0) {
      return null;
    }
    String from = form.group(1);
    String to = form.group(2);
    if (from.isEmpty() && to.isEmpty()) {
      return null;
    }
    int first =
        from.isEmpty() ? Math.max(0, length - Integer.parseInt(to)) : Integer.parseInt(from);
    int last =
        from.isEmpty() || to.isEmpty() ? length - 1 : Math.min(Integer.parseInt(to), length - 1);
    return first <= last ? new ByteRange(first, last) : null;
  }

  int length() {
    return last - first + 1;
  }

  /** Returns the value of a Content-Range header for a body of this length. */
  String contentRange(int bodyLength) {
    return "bytes " + first + "-" + last + "/" + bodyLength;
  }
}
