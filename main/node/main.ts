/** Entry of the Node host's bundle (CommonJS): everything else lies beside it. */
import { run } from "./run.ts";

void run(process.argv.slice(2), __dirname);
