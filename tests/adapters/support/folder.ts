import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "vitest";

/** A folder of this test file alone, removed after it. Call at the top level. */
export async function temporaryFolder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), "qabyl-"));
  afterAll(() => rm(path, { recursive: true, force: true, maxRetries: 3 }));
  return path;
}
