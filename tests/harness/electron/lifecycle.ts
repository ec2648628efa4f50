/** The state every module asks about: is the app ready, is it quitting. */
let ready = false;
let resolveReady: () => void = () => undefined;

export const readyPromise: Promise<void> = new Promise((resolve) => {
  resolveReady = resolve;
});

export function isReady(): boolean {
  return ready;
}

export function setReady(): void {
  ready = true;
  resolveReady();
}

/** Throws Electron's words when something is used too early. */
export function requireReady(message: string, type: ErrorConstructor = Error): void {
  if (!ready) throw new type(message);
}

/** Throws Electron's words when something is used too late. */
export function requireNotReady(message: string): void {
  if (ready) throw new Error(message);
}
