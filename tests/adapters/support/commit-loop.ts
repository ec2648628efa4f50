/** Child process of the durability tests: commits payments one after the other and says each one that was acknowledged. */
import { writeSync } from "node:fs";
import { openTestJournal } from "./journal.ts";
import { batchOf, payment } from "./rows.ts";

const [file = "", from = "1", pause = "0"] = process.argv.slice(2);

// As root every folder can be written: become nobody where the test asks for it.
if (process.env["AS_NOBODY"] === "1") process.setuid?.(65534);

const say = (line: string): void => void writeSync(1, `${line}\n`);
try {
  const journal = await openTestJournal(file);
  say("open");
  for (let n = Number(from); ; n++) {
    try {
      const { head } = await journal.commit(batchOf(payment(n)));
      say(`ok ${n} ${head}`);
    } catch (error) {
      say(`failed ${n} ${(error as Error).name}`);
    }
    await new Promise((resolve) => setTimeout(resolve, Number(pause)));
  }
} catch (error) {
  say(`closed ${(error as Error).name}`);
}
