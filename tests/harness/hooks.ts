import { registerHooks } from "node:module";

const NAME = /^electron(\/(main|common|renderer|utility))?$/;

/** Makes `electron` mean the harness's module, for require and import alike. */
export function provideElectron(): void {
  const url = new URL("./electron.ts", import.meta.url).href;
  registerHooks({
    resolve(specifier, context, next) {
      if (!NAME.test(specifier)) return next(specifier, context);
      if (specifier === "electron/renderer")
        throw new Error("harness: electron/renderer does not exist in the main process");
      return { url, format: "module-typescript", shortCircuit: true };
    },
  });
}

/** The real package would try to download its binary; where Electron gives nothing, importing it must fail. */
export function hideElectron(place: string): void {
  registerHooks({
    resolve(specifier, context, next) {
      if (NAME.test(specifier)) throw new Error(`harness: the module '${specifier}' is not implemented in ${place}`);
      return next(specifier, context);
    },
  });
}
