// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.logging.Level;
import net.backhaul.testing.Await;
import org.jspecify.annotations.Nullable;
import org.openqa.selenium.Alert;
import org.openqa.selenium.By;
import org.openqa.selenium.ElementClickInterceptedException;
import org.openqa.selenium.JavascriptExecutor;
import org.openqa.selenium.Keys;
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
          "--lang=en",
          // Nothing but loopback is reachable, whatever the browser wants.
          "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1 , EXCLUDE localhost");

  private final ChromeDriver driver;
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

  private List<WebElement> all(String selector) {
    return driver.findElements(By.cssSelector(selector));
  }

  public int count(String selector) {
    return all(selector).size();
  }

  private static boolean isShown(WebElement element) {
    try {
      return element.isDisplayed();
    } catch (StaleElementReferenceException e) {
      return false;
    }
  }

  /** Returns the first shown element of a CSS selector, once there is one. */
  public WebElement find(String selector) {
    var found = new ArrayList<WebElement>();
    Await.until(
        () -> {
          found.clear();
          all(selector).stream().filter(Browser::isShown).findFirst().ifPresent(found::add);
          return !found.isEmpty();
        },
        () -> "no " + selector + " in:\n" + text());
    return found.getFirst();
  }

  /** Returns the shown button or link with a name, as a user of a screen reader hears it. */
  public WebElement button(String name) {
    var found = new ArrayList<WebElement>();
    Await.until(
        () -> {
          // One script, as each question about an element takes some milliseconds.
          Object element =
              script(
                  """
                  for (const each of document.querySelectorAll('button, a, summary, label')) {
                    const name = each.getAttribute('aria-label') ?? each.innerText.trim();
                    if (name === arguments[0] && !each.matches(':disabled')
                        && each.checkVisibility({visibilityProperty: true})) return each;
                  }
                  return null;
                  """,
                  name);
          found.clear();
          if (element instanceof WebElement button) {
            found.add(button);
          }
          return !found.isEmpty();
        },
        () -> "no button \"" + name + "\" in:\n" + text());
    return found.getFirst();
  }

  /** Clicks a button or link. */
  public void click(String name) {
    click(() -> button(name));
  }

  /** Clicks something that was found before. */
  public void click(WebElement element) {
    click(() -> element);
  }

  /** Clicks the first shown element of a CSS selector. */
  public void clickOn(String selector) {
    click(() -> find(selector));
  }

  private void click(Supplier<WebElement> find) {
    clicks++;
    for (int trial = 0; ; trial++) {
      try {
        find.get().click();
        return;
      } catch (StaleElementReferenceException e) {
        // It was rendered anew between the two calls.
        if (trial == 5) {
          throw e;
        }
      } catch (ElementClickInterceptedException e) {
        // A notice covers it: scroll, as a person does.
        if (trial == 5) {
          throw e;
        }
        script("arguments[0].scrollIntoView({block: 'center'})", find.get());
      }
    }
  }

  /** Returns the clicks until now. */
  public int clicks() {
    return clicks;
  }

  /** Types into the field with a label, in place of what it has. */
  public void type(String label, String text) {
    WebElement field = field(label);
    field.sendKeys(Keys.chord(Keys.CONTROL, "a"), text);
  }

  /** Returns the field with a label. */
  public WebElement field(String label) {
    var found = new ArrayList<WebElement>();
    Await.until(
        () -> {
          Object element =
              script(
                  """
                  for (const each of document.querySelectorAll('input, textarea, select')) {
                    const name = each.getAttribute('aria-label') || each.labels?.[0]?.innerText;
                    if (name === arguments[0] && each.checkVisibility()) return each;
                  }
                  return null;
                  """,
                  label);
          found.clear();
          if (element instanceof WebElement input) {
            found.add(input);
          }
          return !found.isEmpty();
        },
        () -> "no field \"" + label + "\" in:\n" + text());
    return found.getFirst();
  }

  /** Answers the question that the page asks. */
  public void answer(boolean yes) {
    Alert question = driver.switchTo().alert();
    if (yes) {
      question.accept();
    } else {
      question.dismiss();
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
