// Starts the stack, runs a command with its addresses (E2E_URL, E2E_OPS, E2E_MAILBOX), the server's process id
// (E2E_SERVER_PID) and a machine's access token (E2E_TOKEN, good for five minutes) in the environment, ends the stack.
//   node end2end/stack/with.mjs <command> <arguments…>
import { spawn } from "node:child_process";
import start from "./start.mjs";

const [command, ...words] = process.argv.slice(2);
const stop = await start();
const answer = await fetch(`${process.env.E2E_URL}/api/v1/token`, {
  method: "POST",
  headers: { "content-type": "application/json" },
  body: JSON.stringify({ grant_type: "client_credentials", ...JSON.parse(process.env.E2E_CLIENT) }),
});
if (!answer.ok) console.error(`no token: ${answer.status} ${await answer.text()}`);
else process.env.E2E_TOKEN = (await answer.json()).access_token;
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
