// Walks through the console in Firefox, and prints as JSON what each view was headed, and every mistake of the page.
// Usage: node firefox.cjs <path of Firefox> <URL of the console> <auth id> <name of a view>…
//
// Then the first story is played to its end, and its last caption is printed too.
"use strict";

const [, , executablePath, url, authId, ...views] = process.argv;

async function main() {
  const { default: puppeteer } = await import("puppeteer-core");
  const browser = await puppeteer.launch({ browser: "firefox", executablePath, headless: true });
  const mistakes = [];
  const heads = {};
  try {
    const page = await browser.newPage();
    page.setDefaultTimeout(20_000);
    page.on("pageerror", (error) => mistakes.push(String(error)));
    page.on("console", (message) => message.type() === "error" && mistakes.push(message.text()));
    await page.setViewport({ width: 1440, height: 900 });
    for (const view of views) {
      await page.goto(`${url}#/${authId}/${view}`);
      await page.waitForSelector(`main[data-view="${view.split("/")[0]}"] h1`);
      await page.waitForSelector('.connection[data-state="open"]');
      heads[view] = await page.$eval("main h1", (head) => head.textContent);
    }
    await page.goto(`${url}#/${authId}/demo`);
    await page.waitForSelector("main select");
    await page.select("main select", "quickly");
    await page.click(".story");
    await page.waitForFunction(() => document.querySelector(".caption")?.textContent.includes("That was all of it."));
    const caption = await page.$eval(".caption", (element) => element.textContent);
    const drawn = await page.$$eval(".sequence line.message", (lines) => lines.length);
    const world = (await page.evaluate(() => location.hash)).split("/")[1];
    console.log(JSON.stringify({ heads, mistakes, caption, drawn, world }));
  } finally {
    await browser.close();
  }
}

main();
