/**
 * Loaded before the host: from SIGUSR2 on its clocks run TEST_FASTER times faster than real ones, for what otherwise takes ten
 * minutes. Not before: the key of the screen is good for a minute. Waits of up to a minute stay real: time-outs of
 * requests are among them, and a busy machine answers no faster.
 */
const faster = Number(process.env.TEST_FASTER);
const { setTimeout: later, setInterval: often, Date: RealDate } = globalThis;
const mono = performance.now.bind(performance);
const dateBegan = RealDate.now() - mono();
let since = null;

const now = () => (since === null ? mono() : since + (mono() - since) * faster);
const shorter = (ms) => (since !== null && ms > 60_000 ? ms / faster : ms);

process.once("SIGUSR2", () => {
  since = mono();
});
globalThis.setTimeout = Object.assign((run, ms = 0, ...more) => later(run, shorter(ms), ...more), later);
globalThis.setInterval = Object.assign((run, ms = 0, ...more) => often(run, shorter(ms), ...more), often);
performance.now = now;
globalThis.Date = class Date extends RealDate {
  constructor(...given) {
    super(...(given.length === 0 ? [Date.now()] : given));
  }
  static now() {
    return Math.floor(dateBegan + now());
  }
};
