// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import java.util.logging.Level;
import net.backhaul.testing.Await;
import org.jspecify.annotations.Nullable;
import org.openqa.selenium.Alert;
import org.openqa.selenium.By;
import org.openqa.selenium.ElementClickInterceptedException;
import org.openqa.selenium.JavascriptExecutor;
import org.openqa.selenium.Keys;
import org.openqa.selenium.NoAlertPresentException;
import org.openqa.selenium.StaleElementReferenceException;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.WindowType;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.interactions.Actions;
import org.openqa.selenium.logging.LogType;
import org.openqa.selenium.logging.LoggingPreferences;

/** A headless Chromium that shows the page; it uses no network beside what the page does. */
public final class Browser implements AutoCloseable {
  private static final String CHROMIUM = "/usr/bin/chromium";
  private static final String DRIVER = "/usr/bin/chromedriver";

  /** The width of a desk. */
  public static final int WIDE = 1280;

  /** The width of a telephone. */
  public static final int NARROW = 390;

  private static final List<String> FLAGS =
      List.of(
          "--headless=new",
          "--no-sandbox",
          "--disable-gpu",
          "--disable-quic",
          "--no-first-run",
          "--disable-background-networking",
          "--disable-component-update",
          "--disable-sync",
          "--disable-default-apps",
          "--disable-extensions",
          "--disable-dev-shm-usage",
          "--no-proxy-server",
          // A tab behind another one is not slowed down.
          "--disable-background-timer-throttling",
          "--disable-renderer-backgrounding",
          "--disable-backgrounding-occluded-windows",
          "--lang=en",
          // Nothing but loopback is reachable, whatever the browser wants.
          "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1 , EXCLUDE localhost");

  /** In which an element is found and not covered, on a busy machine. */
  private static final long CLICK_NANOS = TimeUnit.SECONDS.toNanos(20);

  private static final long RETRY_NANOS = TimeUnit.MILLISECONDS.toNanos(20);
  private static final Duration SCRIPT_LIMIT = Duration.ofMinutes(2);

  private final ChromeDriver driver;
  private final PageRequests requests;
  private final Path directory;
  private int clicks;
  private String scheme = "light";

  private Browser(Path directory) throws IOException {
    var logs = new LoggingPreferences();
    logs.enable(LogType.BROWSER, Level.ALL);
    var options = new ChromeOptions();
    options.setBinary(CHROMIUM);
    options.addArguments(FLAGS);
    options.addArguments("--user-data-dir=" + Files.createTempDirectory(directory, "browser"));
    options.setCapability("goog:loggingPrefs", logs);
    options.setExperimentalOption(
        "prefs", Map.of("download.default_directory", directory.toString()));
    driver =
        new ChromeDriver(
            new ChromeDriverService.Builder()
                .usingDriverExecutable(Path.of(DRIVER).toFile())
                .usingAnyFreePort()
                .build(),
            options);
    driver.manage().timeouts().scriptTimeout(SCRIPT_LIMIT);
    requests = new PageRequests(driver);
    requests.count();
    this.directory = directory;
    width(WIDE, "light");
  }

  /**
   * Starts a browser; skips the calling test where none is installed, with {@code CI=true} it fails
   * instead.
   *
   * @param directory of its profile and downloads
   */
  public static Browser start(Path directory) throws IOException {
    boolean isInstalled = Files.exists(Path.of(CHROMIUM)) && Files.exists(Path.of(DRIVER));
    if (!"true".equals(System.getenv("CI"))) {
      assumeTrue(isInstalled, "no browser: install the packages chromium and chromium-driver");
    }
    return new Browser(directory);
  }

  /**
   * Sets the width of the window, in pixels.
   *
   * @param scheme light or dark
   */
  public void width(int width, String scheme) {
    driver.executeCdpCommand(
        "Emulation.setDeviceMetricsOverride",
        Map.of(
            "width",
            width,
            "height",
            width == NARROW ? 844 : 800,
            "deviceScaleFactor",
            1,
            "mobile",
            width == NARROW));
    this.scheme = scheme;
    showScheme(scheme);
  }

  private void showScheme(String shown) {
    driver.executeCdpCommand(
        "Emulation.setEmulatedMedia",
        Map.of(
            "features",
            List.of(
                Map.of("name", "prefers-color-scheme", "value", shown),
                // A colour that changes gradually would be measured half way.
                Map.of("name", "prefers-reduced-motion", "value", "reduce"))));
  }

  public void wide() {
    width(WIDE, "light");
  }

  public void open(String url) {
    driver.get(url);
  }

  public String url() {
    return String.valueOf(driver.getCurrentUrl());
  }

  public void reload() {
    driver.navigate().refresh();
  }

  public void back() {
    driver.navigate().back();
  }

  /** Runs a script in the page; returns its result. */
  public @Nullable Object script(String script, Object... arguments) {
    return ((JavascriptExecutor) driver).executeScript(script, arguments);
  }

  /** Returns the text that is shown. */
  public String text() {
    return String.valueOf(script("return document.body.innerText"));
  }

  public void awaitText(String text) {
    Await.until(() -> text().contains(text), () -> "no \"" + text + "\" in:\n" + text());
  }

  public void awaitNoText(String text) {
    Await.until(() -> !text().contains(text), () -> "still \"" + text + "\" in:\n" + text());
  }

  /**
   * Waits for a notice with a text that none of these calls has returned for before, so that it
   * belongs to what was done last.
   */
  public void awaitNotice(String text) {
    Await.until(
        () ->
            Boolean.TRUE.equals(
                script(
                    """
                    const notices = [...document.querySelectorAll('.notice')];
                    const found = notices.findLast(each => !each.wasAwaited && each.innerText.includes(arguments[0]));
                    if (!found) return false;
                    for (const each of notices.slice(0, notices.indexOf(found) + 1)) each.wasAwaited = true;
                    return true;
                    """,
                    text)),
        () -> "no new notice \"" + text + "\" in:\n" + text());
  }

  public int count(String selector) {
    return driver.findElements(By.cssSelector(selector)).size();
  }

  /** Returns the element that a script finds, once it finds one. */
  private WebElement await(String what, String script, String argument) {
    var found = new ArrayList<WebElement>();
    Await.until(
        () -> {
          if (script(script, argument) instanceof WebElement element) {
            found.add(element);
          }
          return !found.isEmpty();
        },
        () -> "no " + what + " \"" + argument + "\" in:\n" + text());
    return found.getLast();
  }

  /** Returns the first shown element of a CSS selector, once there is one. */
  public WebElement find(String selector) {
    // One script, as each question about an element takes some milliseconds.
    return await(
        "element",
        """
        for (const each of document.querySelectorAll(arguments[0])) {
          const shown = each.closest('select') ?? each;
          const box = shown.getBoundingClientRect();
          if (shown.checkVisibility({visibilityProperty: true}) && box.width && box.height) return each;
        }
        return null;
        """,
        selector);
  }

  /** Returns the shown button or link with a name, as a user of a screen reader hears it. */
  public WebElement button(String name) {
    return await(
        "button",
        """
        for (const each of document.querySelectorAll('button, a, summary, label')) {
          const name = each.getAttribute('aria-label') ?? each.innerText.trim();
          if (name === arguments[0] && !each.matches(':disabled')
              && each.checkVisibility({visibilityProperty: true})) return each;
        }
        return null;
        """,
        name);
  }

  /** Clicks a button or link. */
  public void click(String name) {
    click(() -> button(name));
  }

  /** Clicks something that was found before. */
  public void click(WebElement element) {
    click(() -> element);
  }

  /** Clicks the field with a label. */
  public void clickField(String label) {
    click(() -> field(label));
  }

  /** Clicks the first shown element of a CSS selector. */
  public void clickOn(String selector) {
    click(() -> find(selector));
  }

  private void click(Supplier<WebElement> find) {
    clicks++;
    awaitAnswers();
    long endNanos = System.nanoTime() + CLICK_NANOS;
    while (true) {
      try {
        find.get().click();
        return;
      } catch (StaleElementReferenceException e) {
        // It was rendered anew between the two calls.
        if (System.nanoTime() > endNanos) {
          throw e;
        }
      } catch (ElementClickInterceptedException e) {
        // A notice covers it, or a dialog that closes: scroll, as a person does.
        if (System.nanoTime() > endNanos) {
          throw e;
        }
        script("arguments[0].scrollIntoView({block: 'center'})", find.get());
      }
      LockSupport.parkNanos(RETRY_NANOS);
    }
  }

  /** Returns when the page has got all answers, so that it does not move under a click. */
  public void awaitAnswers() {
    requests.awaitAnswers();
  }

  /** Returns the clicks until now. */
  public int clicks() {
    return clicks;
  }

  /** Types into the field with a label, in place of what it has. */
  public void type(String label, String text) {
    awaitAnswers();
    field(label).sendKeys(Keys.chord(Keys.CONTROL, "a"), text);
  }

  /** Returns the field with a label. */
  public WebElement field(String label) {
    return await(
        "field",
        """
        for (const each of document.querySelectorAll('input, textarea, select')) {
          const name = each.getAttribute('aria-label') || each.labels?.[0]?.innerText;
          if (name === arguments[0] && each.checkVisibility()) return each;
        }
        return null;
        """,
        label);
  }

  /** Returns a file that the page has the browser save, once it is whole. */
  public Path download(String name) {
    Path file = directory.resolve(name);
    Await.until(
        () -> Files.exists(file) && !Files.exists(directory.resolve(name + ".crdownload")),
        () -> "no " + file);
    return file;
  }

  /** Answers the question that the page asks. */
  public void answer(boolean yes) {
    var question = new ArrayList<Alert>();
    Await.until(
        () -> {
          try {
            question.add(driver.switchTo().alert());
          } catch (NoAlertPresentException notYet) {
            return false;
          }
          return true;
        },
        () -> "no question in:\n" + text());
    if (yes) {
      question.getFirst().accept();
    } else {
      question.getFirst().dismiss();
    }
  }

  /** Presses a key together with Control. */
  public void pressWithControl(String key) {
    new Actions(driver).keyDown(Keys.CONTROL).sendKeys(key).keyUp(Keys.CONTROL).perform();
  }

  /** Presses keys, whatever has the focus. */
  public void press(CharSequence... keys) {
    new Actions(driver).sendKeys(keys).perform();
  }

  /** Presses a key together with Shift. */
  public void pressWithShift(CharSequence key) {
    new Actions(driver).keyDown(Keys.SHIFT).sendKeys(key).keyUp(Keys.SHIFT).perform();
  }

  /** Returns what has the focus, and moves it. */
  public Focus focus() {
    return new Focus(this);
  }

  /** Fails if the page is wider than a telephone. */
  public void assertFits() {
    Object width = script("return document.documentElement.scrollWidth");
    assertEquals((long) NARROW, width, "the page is wider than the telephone");
  }

  /** Opens another tab, and returns its handle. */
  public String newTab() {
    driver.switchTo().newWindow(WindowType.TAB);
    requests.count();
    wide();
    return driver.getWindowHandle();
  }

  public String tab() {
    return driver.getWindowHandle();
  }

  public void switchTo(String tab) {
    driver.switchTo().window(tab);
  }

  /**
   * Fails if axe-core finds a violation in what is shown; the colours are checked in both schemes.
   */
  public void assertAccessible() throws IOException {
    try (InputStream in = Browser.class.getResourceAsStream("/axe.min.js")) {
      if (!Boolean.TRUE.equals(script("return typeof axe === 'object'"))) {
        script(new String(in.readAllBytes(), StandardCharsets.UTF_8));
      }
    }
    Await.until(() -> count("[aria-busy=true]") == 0, this::text);
    assertEquals("", violations(List.of()), this::url);
    String other = scheme.equals("light") ? "dark" : "light";
    showScheme(other);
    Object found = violations(List.of("color-contrast", "link-in-text-block"));
    showScheme(scheme);
    assertEquals("", found, () -> other + ": " + url());
  }

  /**
   * Returns what axe-core finds.
   *
   * @param rules those that are checked; empty for all
   */
  private @Nullable Object violations(List<String> rules) {
    return ((JavascriptExecutor) driver)
        .executeAsyncScript(
            """
            const done = arguments[arguments.length - 1];
            const only = arguments[0].length ? { runOnly: arguments[0] } : {};
            axe.run({ resultTypes: ['violations'], preload: false, ...only }).then(
              found => done(found.violations.map(each => each.id + ': ' + each.help + '\\n  ' +
                each.nodes.slice(0, 5).map(node => node.html.slice(0, 300) + ' ' +
                  node.failureSummary).join('\\n  ')).join('\\n')),
              error => done(String(error)));
            """,
            rules);
  }

  /** Fails if the console has reports of the content security policy or errors of scripts. */
  public void assertNoReports() {
    var found = new ArrayList<String>();
    driver
        .manage()
        .logs()
        .get(LogType.BROWSER)
        .forEach(
            entry -> {
              boolean isAnswer =
                  entry.getMessage().contains("Failed to load resource")
                      && entry.getMessage().contains("/api/v1/");
              if (!isAnswer) {
                found.add(entry.getMessage());
              }
            });
    assertEquals(List.of(), found);
  }

  /** Returns what is shown as a PNG file. */
  public byte[] screenshot() {
    Object data =
        driver.executeCdpCommand("Page.captureScreenshot", Map.of("format", "png")).get("data");
    return Base64.getDecoder().decode(String.valueOf(data));
  }

  @Override
  public void close() {
    driver.quit();
  }
}
