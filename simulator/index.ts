/** The banks of the simulator, for tests. */
export { issueClient, type ClientFiles } from "./ca.ts";
export { makeCa, openCaFiles, saveClient } from "./ca-files.ts";
export type { Fault } from "./faults.ts";
export { startSimulator, type Simulator, type SimulatorOptions } from "./kaspi/index.ts";
export { startHalyk, type HalykOptions, type HalykSimulator } from "./halyk/index.ts";
export { testCard } from "./epay/cards.ts";
export { startEpay, type EpayOptions, type EpaySimulator } from "./epay/index.ts";
