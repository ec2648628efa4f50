/**
 * Loaded before a host (`--require`): the program has no switch that makes it fail, so the tests bring their own. SIGUSR2 is an
 * error that nobody catches, SIGURG a rejection; SIGXCPU keeps the event loop busy for ever. With TEST_FAULT_AT_STOP it also
 * fails while it is stopping.
 */
const words = process.env.TEST_FAULT_WORDS ?? "made by a test";

process.on("SIGUSR2", () => {
  setImmediate(() => {
    throw new TypeError(words);
  });
});
process.on("SIGURG", () => void Promise.reject(Object.assign(new Error(words), { code: "EXAMPLE" })));
process.on("SIGXCPU", () => {
  for (;;);
});
if (process.env.TEST_FAULT_AT_STOP)
  process.once("SIGTERM", () =>
    setImmediate(() => {
      throw new TypeError(words);
    }),
  );
