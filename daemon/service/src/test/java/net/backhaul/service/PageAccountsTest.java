// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.zxing.BinaryBitmap;
import com.google.zxing.RGBLuminanceSource;
import com.google.zxing.common.HybridBinarizer;
import com.google.zxing.qrcode.QRCodeReader;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.nio.file.Path;
import java.util.List;
import javax.imageio.ImageIO;
import net.backhaul.service.system.StartFailure;
import net.backhaul.sql.Database;
import net.backhaul.sql.DatabaseFile;
import net.backhaul.testing.Await;
import net.backhaul.web.account.Totp;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.OutputType;
import org.openqa.selenium.WebElement;

/** The views of users, of the own account and of the host in a browser. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PageAccountsTest {
  @TempDir static Path directory;

  @RegisterExtension static final PageInTest page = new PageInTest(() -> directory);

  private Browser browser;

  @BeforeAll
  void start() throws Exception {
    browser = page.browser();
    page.change(1, "", "{\"name\":\"office\"}");
  }

  @Test
  void createsChangesAndDeletesUsers() throws Exception {
    page.open("/users");
    browser.awaitText("New user");
    browser.type("User name", "<svg onload=window.ran=1>");
    browser.click("Create user");
    browser.awaitText("expected small letters");
    browser.type("User name", "ada");
    browser.clickOn("form [role=switch]");
    browser.clickOn(".choices input");
    browser.assertAccessible();
    browser.click("Create user");
    browser.awaitText("Link for ada");
    String link = browser.find(".copy code").getText();
    assertTrue(link.contains("/setup?user=ada#"), link);
    browser.awaitText("has no password yet");
    browser.awaitText("read: office");
    browser.assertAccessible();
    Pictures.take(browser, "users");
    page.assertFitsTelephone("users");
    browser.click("Done");
    assertFalse(browser.text().contains(link));

    browser.click("Change ada");
    browser.find("dialog");
    assertTrue(browser.url().contains("?user="), browser.url());
    browser.assertAccessible();
    Pictures.take(browser, "user");
    browser.script("document.querySelector('dialog select').value = 'operate'");
    browser.click("Save permissions");
    browser.awaitText("change networks and members: office");
    browser.click("Change ada");
    browser.click("Disable");
    browser.awaitNotice("ada is disabled");
    browser.click("Change ada");
    browser.click("Delete…");
    browser.awaitText("ada is deleted for good");
    browser.assertAccessible();
    browser.click("Delete user");
    browser.awaitNotice("ada removed");
    Await.until(() -> browser.count("tbody tr") == 1, browser::text);

    browser.click("Change admin");
    browser.find("dialog");
    assertEquals(0, browser.count("dialog .danger"), "who deletes itself is locked out");
    browser.script("document.querySelector('dialog select').value = 'read'");
    browser.click("Save permissions");
    browser.awaitText("this is the last administrator");
    browser.clickOn("dialog .buttons .button:last-child");

    page.open("/log?actor=admin");
    browser.awaitText("delete-user");
    browser.awaitText("create-user");
  }

  @Test
  void letsAUserWithoutNetworksIn() throws Exception {
    page.open("/users");
    browser.type("User name", "bob");
    browser.clickOn("form [role=switch]");
    browser.click("Create user");
    browser.awaitText("Link for bob");
    String link = browser.find(".copy code").getText();
    browser.click("Log out");
    browser.button("Log in");
    browser.open(link);
    browser.awaitText("A password for bob");
    assertEquals("bob", browser.find("[readonly]").getAttribute("value"));
    browser.focus().assertIsOn("New password");
    browser.assertAccessible();
    browser.type("New password", PageInTest.PASSWORD);
    browser.click("Set password");
    browser.awaitText("There is no network that you may see.");
    assertEquals("bob", browser.find(".who").getText());
    String session = browser.tab();
    browser.newTab();
    browser.open(link);
    browser.type("New password", PageInTest.PASSWORD);
    browser.click("Set password");
    browser.awaitText("has been used or has expired");
    browser.button("Log in to Backhaul");
    browser.switchTo(session);
    assertEquals(0, browser.count(".live"), "a connection is rejected, and tried again for ever");
    browser.assertAccessible();
    browser.click("Log out");
    browser.button("Log in");
    assertFalse(browser.text().contains("has ended"), browser::text);
    browser.type("User name", "admin");
    browser.type("Password", PageInTest.PASSWORD);
    browser.click("Log in");
    browser.awaitText("office");
    page.open("/users");
    browser.click("Change bob");
    browser.click("Delete…");
    browser.click("Delete user");
    browser.awaitNotice("bob removed");
  }

  @Test
  void changesTheOwnAccount() throws Exception {
    page.open("/account");
    browser.awaitText("this one");
    browser.type("Name of the token", "scripts");
    browser.click("Make token");
    String token = browser.find(".copy code").getText();
    assertTrue(token.startsWith("bh_"), token);
    browser.assertAccessible();
    Pictures.take(browser, "account");
    page.assertFitsTelephone("account");
    browser.click("Done");
    browser.click("Revoke scripts");
    Await.until(() -> browser.count("tbody tr") == 1, browser::text);
    assertFalse(browser.text().contains(token));

    browser.script("document.querySelectorAll('input[type=password]')[2].id = 'codes'");
    browser.find("#codes").sendKeys("wrong password");
    browser.click("Set up codes");
    browser.awaitText("expected the current password of this account");
    browser.find("#codes").clear();
    browser.find("#codes").sendKeys(PageInTest.PASSWORD);
    browser.click("Set up codes");
    browser.awaitText("Scan this with the authenticator");
    browser.type("One-time code", "12");
    browser.click("Require codes");
    browser.awaitText("expected the current code of the new secret");
    browser.assertAccessible();
    String uri = decode(browser.find("svg.code"));
    assertEquals(browser.find("a[href^=otpauth]").getAttribute("href"), uri);
    Pictures.take(browser, "account-codes");
    page.assertFitsTelephone("account-codes");
    browser.width(1280, "dark");
    assertEquals(uri, decode(browser.find("svg.code")));
    String secret = uri.replaceAll(".*secret=([A-Z2-7]+).*", "$1");
    browser.type("One-time code", Totp.code(secret, System.currentTimeMillis()));
    browser.click("Require codes");
    browser.awaitNotice("Log-ins require a code from now on");
    logInWithCode(secret);
    browser.script("document.querySelectorAll('input[type=password]')[2].id = 'codes'");
    browser.find("#codes").sendKeys(PageInTest.PASSWORD);
    browser.click("Remove codes");
    browser.awaitNotice("Log-ins require no code any more");

    browser.type("New password", "short");
    browser.click("Change password");
    browser.awaitText("expected at least 10 characters");
  }

  private void logInWithCode(String secret) {
    browser.click("Log out");
    browser.type("User name", "admin");
    browser.type("Password", PageInTest.PASSWORD);
    browser.click("Log in");
    browser.awaitText("expected the current code of 6 digits");
    String used = Totp.code(secret, System.currentTimeMillis());
    browser.type("One-time code", used.equals("000000") ? "000001" : "000000");
    browser.click("Log in");
    browser.awaitText("name, password or code is wrong");
    // That of the next 30 s: the present one was used to require codes.
    browser.type("One-time code", Totp.code(secret, System.currentTimeMillis() + 30_000));
    browser.click("Log in");
    browser.find("header.top");
    page.open("/account");
    browser.button("Remove codes");
  }

  /** Returns the text of a QR code as it is shown. */
  private static String decode(WebElement code) throws Exception {
    BufferedImage image =
        ImageIO.read(new ByteArrayInputStream(code.getScreenshotAs(OutputType.BYTES)));
    int width = image.getWidth();
    int[] pixels = image.getRGB(0, 0, width, image.getHeight(), null, 0, width);
    var source = new RGBLuminanceSource(width, image.getHeight(), pixels);
    return new QRCodeReader().decode(new BinaryBitmap(new HybridBinarizer(source))).getText();
  }

  @Test
  void showsHealthAndDownloadsABackup() throws Exception {
    page.open("/about");
    browser.awaitText("Home directory");
    browser.awaitText("Changes are saved");
    browser.assertAccessible();
    Pictures.take(browser, "about");
    page.assertFitsTelephone("about");
    browser.click("Download a backup");
    browser.awaitNotice("Saved backhaul-");
    browser.awaitText("The last backup was made");
    String name = browser.text().replaceAll("(?s).*Saved (backhaul-[\\w-]+\\.db).*", "$1");
    Path saved = browser.download(name);
    long networks =
        Database.read(
            DatabaseFile.of(saved),
            session ->
                session
                    .queryFirst("SELECT count(*) FROM network", row -> row.number(1))
                    .orElse(0L));
    assertEquals(1, networks);
    Path home = directory.resolve("home");
    String copy = directory.resolve("missing").resolve("copy.db").toString();
    assertThrows(
        StartFailure.class,
        () -> ControllerCommand.run(List.of("backup", copy, home.toString()), home));
    page.open("/about");
    browser.awaitText("The last backup failed");
  }

  @Test
  void setsTheWebhook() throws Exception {
    page.open("/about");
    browser.type("URL of the webhook", "http://hooks.example.com/");
    browser.click("Save the URL");
    browser.awaitText("begins with https://");
    browser.type("URL of the webhook", "https://127.0.0.1/");
    browser.click("Save the URL");
    browser.awaitText("expected a host of the internet");
    browser.type("URL of the webhook", "https://hook.invalid/");
    browser.click("Save the URL");
    browser.awaitText("Copy this secret now");
    browser.awaitText("bhw_");
    browser.awaitText("Nothing was sent yet");
    browser.assertAccessible();
    Pictures.take(browser, "webhook");
    page.assertFitsTelephone("webhook");
    browser.clickField("An authorized device is no longer online");
    browser.click("Send a test");
    browser.awaitText("hook.invalid");
    browser.click("Remove the webhook");
    browser.awaitNotice("The webhook is removed");
  }
}
