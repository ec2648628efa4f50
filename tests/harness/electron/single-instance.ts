import { randomUUID } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { processMark } from "../processes.ts";

export interface SecondInstance {
  readonly argv: string[];
  readonly cwd: string;
  readonly additionalData: unknown;
}

/**
 * One instance per profile, across processes. The lock is a hard link, which appears whole or not at all, naming its
 * holder; a holder that died, also by SIGKILL, no longer counts. `requestSingleInstanceLock` is synchronous and the
 * second instance usually quits right after it, so its message is a file and not a connection.
 */
export class InstanceLock {
  readonly #lock: string;
  readonly #inbox: string;
  readonly #mine: string;
  readonly #onSecond: (second: SecondInstance) => void;
  #watcher: fs.FSWatcher | undefined;

  constructor(folder: string, onSecond: (second: SecondInstance) => void) {
    this.#lock = path.join(folder, "SingletonLock");
    this.#inbox = path.join(folder, "SingletonInbox");
    this.#mine = `${process.pid} ${processMark(process.pid) ?? ""}`;
    this.#onSecond = onSecond;
  }

  get held(): boolean {
    return this.#watcher !== undefined;
  }

  /** True when this process is the first. Otherwise the first one is told. */
  request(message: SecondInstance): boolean {
    if (this.held) return true;
    fs.mkdirSync(this.#inbox, { recursive: true });
    for (let attempt = 0; attempt < 20; attempt++) {
      if (this.#link()) {
        this.#watch();
        return true;
      }
      if (this.#holderLives()) break;
      this.#dropStale();
    }
    this.#tell(message);
    return false;
  }

  release(): void {
    if (!this.held) return;
    this.#watcher?.close();
    this.#watcher = undefined;
    fs.rmSync(this.#lock, { force: true });
  }

  #link(): boolean {
    const own = `${this.#lock}.${randomUUID()}`;
    fs.writeFileSync(own, this.#mine);
    try {
      fs.linkSync(own, this.#lock);
      return true;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
      throw error;
    } finally {
      fs.rmSync(own, { force: true });
    }
  }

  #read(file: string): string {
    try {
      return fs.readFileSync(file, "utf8");
    } catch {
      return "";
    }
  }

  #holderLives(): boolean {
    const [pid = "", mark = ""] = this.#read(this.#lock).split(" ");
    return pid !== "" && processMark(Number(pid)) === mark;
  }

  #dropStale(): void {
    const stale = this.#read(this.#lock);
    const aside = `${this.#lock}.${randomUUID()}`;
    try {
      fs.renameSync(this.#lock, aside);
      // Another starting process may have replaced the stale lock in between: give it back.
      if (this.#read(aside) !== stale) fs.linkSync(aside, this.#lock);
    } catch {
      // Somebody else was faster.
    }
    fs.rmSync(aside, { force: true });
  }

  #tell(message: SecondInstance): void {
    const name = path.join(this.#inbox, randomUUID());
    fs.writeFileSync(`${name}.part`, JSON.stringify(message));
    fs.renameSync(`${name}.part`, `${name}.json`);
  }

  #watch(): void {
    for (const name of fs.readdirSync(this.#inbox)) fs.rmSync(path.join(this.#inbox, name), { force: true });
    this.#watcher = fs.watch(this.#inbox, () => this.#collect());
    this.#watcher.on("error", () => undefined);
    this.#watcher.unref();
  }

  #collect(): void {
    for (const name of fs.existsSync(this.#inbox) ? fs.readdirSync(this.#inbox) : []) {
      if (!name.endsWith(".json")) continue;
      const file = path.join(this.#inbox, name);
      const text = this.#read(file);
      fs.rmSync(file, { force: true });
      if (text !== "") this.#onSecond(JSON.parse(text) as SecondInstance);
    }
  }
}
