// The harness itself: its own small truths, which every other test leans on.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { barriers, expect, stickingOut, test } from "../support/house";
import { totp } from "../support/totp";

const serve = async (html: string) => {
  const server = createServer((_request, response) => response.writeHead(200, { "content-type": "text/html; charset=utf-8" }).end(html));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", () => resolve()));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, close: () => server.close() };
};

test("the second factor is the one of RFC 6238 @once", () => {
  const now = Date.now;
  Date.now = () => 59_000;
  try {
    expect(totp("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ")).toBe("287082");
  } finally {
    Date.now = now;
  }
});

test("a page with faults is told from one without", async ({ page, watch }) => {
  watch.expectFault(/another machine/);
  const good = await serve("<!doctype html><html lang=zh-CN><title>好</title><main><h1>好</h1></main></html>");
  await page.goto(good.url);
  expect(await barriers(page)).toEqual([]);
  expect(await stickingOut(page)).toEqual([]);
  good.close();

  const bad = await serve("<!doctype html><html><title>坏</title><main><h1>坏</h1><img src='data:,'><div style='width:3000px'>宽</div></main></html>");
  await page.goto(bad.url);
  expect((await barriers(page)).join()).toMatch(/html-has-lang.*image-alt/s);
  expect((await stickingOut(page)).join()).toMatch(/^div\. reaches/);
  bad.close();
});
