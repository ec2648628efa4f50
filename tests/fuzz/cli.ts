/** `node tests/fuzz/cli.ts COUNT SEED`: the long run. Progress on stderr, the report as one line of JSON on stdout; 1 on a failure. */
import { fuzz } from "./all.ts";

const [count = "100000", seed = "1"] = process.argv.slice(2);
const report = await fuzz(Number(count), Number(seed), (line) => void process.stderr.write(`${line}\n`));
process.stdout.write(`${JSON.stringify(report)}\n`);
process.exitCode = report.failures.length === 0 ? 0 : 1;
