// The last line of a run, alone and always in the same form, for people and scripts alike.
import type { Reporter, Suite, TestCase } from "@playwright/test/reporter";

export default class Summary implements Reporter {
  private tests: TestCase[] = [];

  onBegin(_config: unknown, suite: Suite) {
    this.tests = suite.allTests();
  }

  onExit() {
    const outcomes = this.tests.map((test) => test.outcome());
    const passed = outcomes.filter((outcome) => outcome === "expected" || outcome === "flaky").length;
    const failed = outcomes.filter((outcome) => outcome === "unexpected").length;
    const flaky = this.tests.filter((test) => test.outcome() === "flaky");
    // Why, in a line each: whoever reads the end of a long log learns what to repair.
    for (const test of this.tests.filter((test) => test.outcome() === "unexpected")) {
      console.log(`failed: ${test.titlePath().filter(Boolean).join(" › ")}: ${reason(test)}`);
    }
    for (const test of flaky) console.log(`passed only when walked again: ${test.titlePath().join(" › ")}`);
    console.log(`\n${passed} passed, ${failed} failed, ${outcomes.length - passed - failed} skipped`);
    return Promise.resolve();
  }

  printsToStdio() {
    return false;
  }
}

/** The first sentence of what went wrong the last time, and where, without a terminal's colours. */
function reason(test: TestCase): string {
  const error = test.results.at(-1)?.error;
  const lines = (error?.message ?? error?.value ?? "it gave no reason").replace(/\u001b\[[0-9;]*m/g, "").split("\n");
  const what = lines.map((line) => line.trim()).filter(Boolean).slice(0, 4).join(" | ");
  return `${what}${error?.location ? ` (line ${error.location.line})` : ""}`;
}
