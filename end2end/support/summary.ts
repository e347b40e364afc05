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
    for (const test of flaky) console.log(`passed only when walked again: ${test.titlePath().join(" › ")}`);
    console.log(`\n${passed} passed, ${failed} failed, ${outcomes.length - passed - failed} skipped`);
    return Promise.resolve();
  }

  printsToStdio() {
    return false;
  }
}
