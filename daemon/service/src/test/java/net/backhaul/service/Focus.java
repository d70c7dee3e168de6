// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service;

import java.util.function.BooleanSupplier;
import net.backhaul.testing.Await;
import org.openqa.selenium.Keys;

/** The focus in a browser, as it is moved by keys. */
public final class Focus {
  /** More than any view has of what can have the focus. */
  private static final int MAX_TABS = 400;

  /** Says what is wrong with how the focus is shown; an empty text if nothing is. */
  private static final String PROBLEM =
      """
      function problem() {
        const each = document.activeElement;
        let shown = each;
        while (shown.shadowRoot?.activeElement) shown = shown.shadowRoot.activeElement;
        if (shown !== each) shown = shown.closest('.cm-editor');
        const style = getComputedStyle(shown);
        const name = each.outerHTML.slice(0, 200);
        if (style.outlineStyle === 'none' || parseFloat(style.outlineWidth) < 2) return 'no outline: ' + name;
        const box = each.getBoundingClientRect();
        const x = Math.max(1, Math.min((box.left + box.right) / 2, innerWidth - 1));
        for (const y of [box.top + 2, (box.top + box.bottom) / 2, box.bottom - 2]) {
          const found = y > 0 && y < innerHeight ? document.elementFromPoint(x, y) : null;
          if (found && (each.contains(found) || found.contains(each) || found.control === each)) return '';
        }
        return 'covered or out of sight: ' + name;
      }
      """;

  private final Browser browser;

  Focus(Browser browser) {
    this.browser = browser;
  }

  /** Returns the name of what has the focus. */
  public String name() {
    return String.valueOf(
        browser.script(
            """
            const each = document.activeElement;
            return each.getAttribute('aria-label') || each.labels?.[0]?.innerText || each.innerText;
            """));
  }

  /** Fails unless what has a name has the focus, or gets it. */
  public void assertIsOn(String name) {
    Await.until(() -> name().equals(name), () -> "expected " + name + ", found " + name());
  }

  /** Presses Tab until something with a name has the focus; fails where that is not visible. */
  public void tabTo(String name) {
    tab(() -> name().equals(name), () -> browser.press(Keys.TAB), name);
  }

  /** Presses Shift and Tab likewise. */
  public void tabBackTo(String name) {
    tab(() -> name().equals(name), () -> browser.pressWithShift(Keys.TAB), name);
  }

  /** Presses Tab until the first element of a CSS selector has the focus, likewise. */
  public void tabInto(String selector) {
    tab(() -> isIn(selector), () -> browser.press(Keys.TAB), selector);
  }

  /** Presses Shift and Tab likewise. */
  public void tabBackInto(String selector) {
    tab(() -> isIn(selector), () -> browser.pressWithShift(Keys.TAB), selector);
  }

  private void tab(BooleanSupplier isThere, Runnable press, String what) {
    Await.until(
        () -> {
          for (int i = 0; i < MAX_TABS; i++) {
            if (isThere.getAsBoolean()) {
              return true;
            }
            press.run();
          }
          return false;
        },
        () -> "Tab does not reach \"" + what + "\" in:\n" + browser.text());
    // CodeMirror shows it a moment later.
    Await.until(() -> problem().isEmpty(), this::problem);
  }

  private String problem() {
    return String.valueOf(browser.script(PROBLEM + "return problem();"));
  }

  /** Returns whether the first element of a CSS selector has the focus. */
  public boolean isIn(String selector) {
    return Boolean.TRUE.equals(
        browser.script(
            "return document.activeElement === document.querySelector(arguments[0])", selector));
  }

  /**
   * Presses Tab from the top of the page to its end; fails unless that reaches everything that can
   * be used, and shows at each step where the focus is. A view may still be loading: what appears
   * behind the focus is found from the top again.
   */
  public void assertReachesAll() {
    var missed = new String[1];
    Await.until(
        () -> {
          missed[0] = missedFromTheTop();
          return missed[0].isEmpty();
        },
        () -> browser.url() + ": Tab does not reach\n" + missed[0]);
  }

  private String missedFromTheTop() {
    browser.script(
        """
        const top = document.querySelector('dialog[open]') ?? document.querySelector('.skip') ?? document.body;
        top.setAttribute('tabindex', -1);
        top.focus();
        top.removeAttribute('tabindex');
        window.reached = new Set([top]);
        """);
    for (int i = 0; i < MAX_TABS; i++) {
      browser.press(Keys.TAB);
      Object found =
          browser.script(
              PROBLEM
                  + """
                  const each = document.activeElement;
                  // An input for a time has several parts, through which Tab goes.
                  const isAtEnd = window.reached.has(each) && each !== window.last;
                  if (each === document.body || isAtEnd) return null;
                  window.last = each;
                  window.reached.add(each);
                  return problem();
                  """);
      if (found == null) {
        break;
      }
      if (!found.equals("")) {
        Await.until(() -> problem().isEmpty(), () -> browser.url() + ": " + problem());
      }
    }
    return String.valueOf(
        browser.script(
            """
            const top = document.querySelector('dialog[open]') ?? document;
            const missed = [];
            for (const each of top.querySelectorAll('a[href], button, input, select, textarea, summary')) {
              const isShown = each.checkVisibility({visibilityProperty: true}) && each.type !== 'hidden' && !each.closest('[inert]');
              if (isShown && !each.disabled && !window.reached.has(each)) missed.push(each.outerHTML.slice(0, 200));
            }
            return missed.join('\\n');
            """));
  }
}
