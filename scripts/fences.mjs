/** Holds the sources against the fences; runs on Node 24. */
import { scanProject } from "./lib/fences.mjs";
import { runMain, say } from "./lib/say.mjs";

runMain(async () => {
  const { files, found } = scanProject();
  for (const line of found) say(line);
  if (files === 0) say("No source file was found.");
  return files > 0 && found.length === 0 ? 0 : 1;
});
