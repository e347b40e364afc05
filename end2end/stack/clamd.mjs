// A scanner of its own for the journeys: a real clamd with one signature, the test string of EICAR, on a socket in a folder that
// goes with it. The house looks every file over with it, as it does where people's files come.
import { execFile, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createConnection } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

/** What every scanner recognises and no machine minds, in two halves: no scanner shall stumble over this source. */
export const EICAR = "X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-STANDARD-" + "ANTIVIRUS-TEST-FILE!$H+H*";

const answers = (path) =>
  new Promise((resolve) => {
    const probe = createConnection(path, () => {
      probe.destroy();
      resolve(true);
    });
    probe.on("error", () => resolve(false));
  });

/** Starts one and waits until it listens: the setting that names it, and how to end it. */
export async function startScanner() {
  const home = mkdtempSync(join(tmpdir(), "cordblood-e2e-clamd-"));
  const socket = join(home, "socket");
  writeFileSync(join(home, "test.ndb"), `Eicar-Test-Signature:0:*:${Buffer.from(EICAR).toString("hex")}\n`);
  const configuration = join(home, "clamd.conf");
  writeFileSync(configuration, `Foreground yes\nLocalSocket ${socket}\nDatabaseDirectory ${home}\nStreamMaxLength 16M\n`);
  const program = await promisify(execFile)("clamd", ["--version"]).then(() => "clamd", () => "/usr/sbin/clamd");
  const process = spawn(program, ["--config-file", configuration], { stdio: "ignore" });
  const gone = new Promise((resolve) => process.once("exit", resolve));
  process.once("error", () => {});
  for (let tried = 0; tried < 300 && process.exitCode === null; tried++) {
    if (await answers(socket)) {
      const close = async () => {
        process.kill("SIGKILL");
        await gone;
        rmSync(home, { recursive: true, force: true });
      };
      return { setting: `unix:${socket}`, close };
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  process.kill("SIGKILL");
  rmSync(home, { recursive: true, force: true });
  throw new Error("clamd does not listen: scripts/setup installs it");
}
