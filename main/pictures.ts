/** The folder of product pictures: named by what is in them, so that a name can be trusted and never goes stale. */
import { createHash } from "node:crypto";
import { access, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { pictureName } from "../contract/kiosk.ts";
import { privateDirectory, writePrivately } from "./adapters/files.ts";
import type { Pictures } from "./settings/pictures.ts";

/** Of a data folder. */
export const picturesIn = (dir: string): string => join(dir, "pictures");

export function openPictures(folder: string): Pictures {
  const pathOf = (name: string): string => join(folder, name);
  const isThere = (name: string): Promise<boolean> =>
    access(pathOf(name)).then(
      () => true,
      () => false,
    );
  return {
    async take(bytes, kind) {
      const name = `${createHash("sha256").update(bytes).digest("hex").slice(0, 32)}.${kind}`;
      if (await isThere(name)) return name;
      await privateDirectory(folder);
      await writePrivately(pathOf(name), bytes);
      return name;
    },
    has: async (name) => pictureName.safeParse(name).success && (await isThere(name)),
    async keepOnly(names) {
      const files = await readdir(folder).catch(() => []);
      // Also what a power cut has left half written; nothing else that somebody may have put there.
      const ours = files.filter((file) => /^[0-9a-f]{32}\.(png|jpg|webp)(\.[0-9a-f]{12}\.tmp)?$/.test(file));
      for (const file of ours) if (!names.includes(file)) await rm(pathOf(file), { force: true });
    },
  };
}
