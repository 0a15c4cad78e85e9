// The dashboard in a real browser, over the built binary: with and without scripts, light and dark, by keyboard.
//
// CHAPERONE_BIN names the binary (else the newest in target), CHROMIUM the browser. Screenshots of
// every page are left in target/screenshots.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createRequire } from "node:module";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

const root = fileURLToPath(new URL("../..", import.meta.url));
const axeSource = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const screenshots = join(root, "target", "screenshots");
const BROWSER_FLAGS = [
  "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
  "--disable-background-networking", "--disable-component-update", "--disable-sync",
];
const START_MS_MAX = 60_000;

// The newest build, so that nobody looks at yesterday's pages.
const built = ["release", "debug"].map((profile) => join(root, "target", profile, "chaperone")).filter(existsSync)
  .sort((one, other) => statSync(other).mtimeMs - statSync(one).mtimeMs);
const binary = process.env.CHAPERONE_BIN ?? built[0];
assert.ok(binary, "chaperone is built: cargo build, or CHAPERONE_BIN");

// Starts the binary on a data directory of its own and resolves once it has said where it listens.
async function start(...args) {
  const data = mkdtempSync(join(tmpdir(), "chaperone-browser-"));
  const child = spawn(binary, ["--data", data, ...args], { stdio: ["ignore", "pipe", "pipe"] });
  let said = "";
  const url = await new Promise((resolve, reject) => {
    const late = setTimeout(() => reject(new Error(`no address in:\n${said}`)), START_MS_MAX);
    const listen = (chunk) => {
      said += chunk;
      const found = said.match(/http:\/\/127\.0\.0\.1:\d+/);
      if (found) { clearTimeout(late); resolve(found[0]); }
    };
    child.stdout.on("data", listen);
    child.stderr.on("data", listen);
    child.on("exit", (code) => reject(new Error(`it ended with ${code}:\n${said}`)));
  });
  const stop = () => new Promise((resolve) => {
    child.removeAllListeners("exit");
    child.on("exit", resolve);
    child.kill("SIGTERM");
  }).then(() => rmSync(data, { recursive: true, force: true }));
  return { url, stop };
}

let browser, demo, empty, pages;

before(async () => {
  mkdirSync(screenshots, { recursive: true });
  [demo, empty] = await Promise.all([start("demo"), start("serve", "--listen", "127.0.0.1:0")]);
  browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: BROWSER_FLAGS,
  });
  const read = async (path) => (await fetch(demo.url + path)).json();
  const [[worst], [deal], [event]] =
    await Promise.all([read("/v1/cases"), read("/v1/deals"), read("/v1/events?limit=1&type=handoff.accepted")]);
  assert.ok(worst, "the story opens cases");
  pages = {
    inbox: "/",
    cases: "/cases",
    case: `/cases/${worst.case}`,
    accounts: "/accounts",
    account: `/accounts/${worst.account}`,
    past: `/accounts/${worst.account}?as_of=2026-02-20T00:00`,
    deals: "/deals",
    deal: `/deals/${deal.deal}`,
    partners: "/partners",
    ledger: "/ledger",
    event: `/ledger/event/${event.id}`,
    quarantine: "/quarantine",
  };
});

after(async () => {
  await browser?.close();
  await Promise.all([demo?.stop(), empty?.stop()]);
});

// Opens a page, hands it to `look`, and fails if the browser had anything to complain of.
async function visit(url, options, look) {
  const context = await browser.newContext({ viewport: { width: 1366, height: 900 }, ...options });
  const complaints = [];
  try {
    const page = await context.newPage();
    page.on("console", (message) => {
      if (["error", "warning"].includes(message.type())) complaints.push(message.text());
    });
    page.on("pageerror", (error) => complaints.push(String(error)));
    page.on("requestfailed", (request) => {
      // Whoever leaves a page aborts what it was still loading, or following.
      const why = request.failure()?.errorText;
      if (why !== "net::ERR_ABORTED") complaints.push(`${why}: ${request.url()}`);
    });
    const response = await page.goto(url, { waitUntil: "load" });
    await look(page, response);
  } finally {
    await context.close();
  }
  assert.deepEqual(complaints, [], `console of ${url}`);
}

async function violations(page) {
  // Evaluated by the test over the debugging protocol, which the page's own policy does not bind.
  await page.evaluate(axeSource);
  const { violations: found } = await page.evaluate(() => globalThis.axe.run(document, {
    runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
  }));
  return found.map(({ id, impact, nodes }) =>
    `${impact} ${id}: ${nodes.slice(0, 3).map((node) => node.html.slice(0, 160)).join(" | ")}`);
}

describe("every page", () => {
  for (const colorScheme of ["light", "dark"]) {
    test(`has no accessibility violations in ${colorScheme} and leaves the console silent`, async (t) => {
      for (const [name, path] of Object.entries(pages)) {
        await t.test(name, () => visit(demo.url + path, { colorScheme }, async (page, response) => {
          assert.equal(response.status(), 200);
          assert.match(response.headers()["content-security-policy"], /script-src 'self'/);
          assert.doesNotMatch(response.headers()["content-security-policy"], /unsafe/);
          assert.equal(await page.locator("h1").count(), 1);
          assert.equal(await page.locator("main").count(), 1);
          await page.screenshot({ path: join(screenshots, `${name}-${colorScheme}.png`), fullPage: true });
          assert.deepEqual(await violations(page), []);
        }));
      }
    });
  }

  test("says the same without scripts", async (t) => {
    for (const [name, path] of Object.entries(pages)) {
      await t.test(name, async () => {
        const texts = [];
        for (const javaScriptEnabled of [true, false]) {
          await visit(demo.url + path, { javaScriptEnabled }, async (page) => {
            texts.push((await page.locator("h1, h2, td, th").allInnerTexts()).join("\n"));
          });
        }
        assert.equal(texts[0], texts[1]);
      });
    }
  });

  test("fits a small screen without scrolling sideways", async (t) => {
    for (const [name, path] of Object.entries(pages)) {
      await t.test(name, () => visit(demo.url + path, { viewport: { width: 390, height: 800 } }, async (page) => {
        const [content, screen] =
          await page.evaluate(() => [document.documentElement.scrollWidth, document.documentElement.clientWidth]);
        if (["inbox", "account"].includes(name)) {
          await page.screenshot({ path: join(screenshots, `${name}-small.png`), fullPage: true });
        }
        assert.ok(content <= screen, `${content} > ${screen}`);
      }));
    }
  });

  test("links only to what is there", async () => {
    const seen = new Set();
    for (const path of Object.values(pages)) {
      const html = await (await fetch(demo.url + path)).text();
      for (const [, link] of html.matchAll(/(?:href|src)="(\/[^"#]*)/g)) seen.add(link.replaceAll("&#38;", "&").replaceAll("&amp;", "&"));
    }
    for (const link of seen) {
      const response = await fetch(demo.url + link);
      await response.body?.cancel();
      assert.equal(response.status, 200, link);
    }
  });
});

describe("an empty book", () => {
  for (const path of ["/", "/accounts", "/deals", "/partners", "/quarantine"]) {
    test(`names the next command on ${path}`, () => visit(empty.url + path, {}, async (page) => {
      assert.match(await page.locator(".empty").innerText(), /chaperone (ingest|submit|demo)/);
      await page.screenshot({ path: join(screenshots, `empty${path.replace("/", "-")}.png`) });
      assert.deepEqual(await violations(page), []);
    }));
  }
});

describe("somebody with a keyboard", () => {
  test("skips to the content, walks the navigation and sees where they are", () =>
    visit(`${demo.url}/`, {}, async (page) => {
      await page.keyboard.press("Tab");
      assert.equal(await page.evaluate(() => document.activeElement.textContent), "Skip to the content");
      await page.keyboard.press("Enter");
      assert.equal(await page.evaluate(() => document.activeElement.id), "main");
      await page.goto(`${demo.url}/`);
      for (const expected of ["Skip to the content", "Chaperone", "Inbox", "Accounts"]) {
        await page.keyboard.press("Tab");
        const [text, outline] = await page.evaluate(() => {
          const { activeElement } = document;
          return [activeElement.textContent.trim(), getComputedStyle(activeElement).outlineStyle];
        });
        assert.ok(text.startsWith(expected), `${text} is not ${expected}`);
        assert.notEqual(outline, "none", `the focus on ${expected} shows`);
      }
      await page.keyboard.press("Enter");
      await page.waitForURL(/\/accounts$/);
    }));

  test("reaches every bar of the timeline, and from it the event", () =>
    visit(demo.url + pages.account, {}, async (page) => {
      const bars = page.locator(".picture svg a");
      assert.ok(await bars.count() > 2);
      await bars.first().focus();
      await page.keyboard.press("Enter");
      await page.waitForURL(/\/ledger\/event\//);
      assert.match(await page.locator("pre.record").innerText(), /"specversion": "1\.0"/);
    }));
});

for (const javaScriptEnabled of [true, false]) {
  const how = javaScriptEnabled ? "with scripts" : "without scripts";

  test(`an account is asked how it was, ${how}`, () =>
    visit(demo.url + pages.account, { javaScriptEnabled }, async (page) => {
      await page.locator("#as-of").fill("2026-02-20T00:00");
      await page.locator("#known-at").fill("40");
      await page.locator("#show").click();
      await page.waitForURL(/known_at=40/);
      await page.locator(".says", { hasText: "position 40" }).waitFor();
      assert.equal(await page.locator("#as-of").inputValue(), "2026-02-20T00:00");
      await page.locator("form.times a", { hasText: "Back to now" }).click();
      await page.locator(".says", { hasText: "As it is now" }).waitFor();
    }));

  test(`the ledger is narrowed to a type and paged, ${how}`, () =>
    visit(`${demo.url}/ledger`, { javaScriptEnabled }, async (page) => {
      await page.locator("#type").fill("deal.");
      await page.locator("#filter").click();
      await page.waitForURL(/type=deal/);
      await page.locator("tbody tr").first().waitFor();
      await page.waitForFunction(() =>
        [...document.querySelectorAll("tbody td:nth-child(4)")].every((cell) => cell.textContent.startsWith("deal.")),
      ).catch(async () => assert.fail((await page.locator("tbody td:nth-child(4)").allInnerTexts()).join()));
    }));
}

test("a new event appears in the open ledger by itself", () =>
  visit(`${empty.url}/ledger`, {}, async (page) => {
    const tell = (id) => fetch(`${empty.url}/v1/events`, {
      method: "POST",
      headers: { "content-type": "application/cloudevents+json" },
      body: JSON.stringify({
        specversion: "1.0", id, source: "crm.example", type: "chaperone.account.opened.v1",
        subject: `account-acme.${id}`, time: "2026-01-01T00:00:00Z",
        data: { keys: [{ key: `crm:${id}`, strength: "system_id" }], legal_name: `Customer ${id}`, country: "DE" },
      }),
    });
    const first = await tell("one");
    assert.equal(first.status, 201, await first.text());
    const connected = page.waitForResponse(/\/ledger\/tail/);
    await page.goto(`${empty.url}/ledger`);
    await connected;
    const second = await tell("two");
    assert.equal(second.status, 201, await second.text());
    const row = page.locator("tbody tr", { hasText: "account-acme.two" });
    await row.first().waitFor();
    assert.match(await page.locator("tbody tr").first().innerText(), /account-acme\.two/);
  }));

test("what a stranger wrote is shown and not obeyed", () =>
  visit(`${empty.url}/`, {}, async (page) => {
    await fetch(`${empty.url}/v1/events`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ specversion: "1.0", id: "x", source: "<img src=x onerror=alert(1)>", type: "<script>alert(1)</script>" }),
    });
    await page.goto(`${empty.url}/quarantine`);
    assert.equal(await page.locator("tbody tr").count() > 0, true);
    assert.equal(await page.locator("td script, td img").count(), 0);
  }));
