// Starts the stack, runs a command with its addresses in the environment (E2E_URL, E2E_OPS, E2E_MAILBOX), ends the stack.
//   node end2end/stack/with.mjs <command> <arguments…>
import { spawn } from "node:child_process";
import start from "./start.mjs";

const [command, ...words] = process.argv.slice(2);
const stop = await start();
const code = await new Promise((resolve) => {
  const child = spawn(command, words, { stdio: "inherit" });
  child.once("error", (error) => {
    console.error(String(error));
    resolve(127);
  });
  child.once("exit", (status) => resolve(status ?? 1));
});
await stop();
process.exit(code);
