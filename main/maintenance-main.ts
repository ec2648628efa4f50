/** Entry of the maintenance command's bundle. */
import { runMaintenance } from "./maintenance.ts";

void runMaintenance(process.argv.slice(2)).then((code) => (process.exitCode = code));
