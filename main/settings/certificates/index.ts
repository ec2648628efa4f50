/**
 * A till's certificates for life (Kaspi appendix 1 and 2, Q-48 to Q-52): opening what a person picked, the keys and
 * requests made here, and the folder into which a technician drops files. Nothing here goes to a bank.
 */
export { CertificateProblem } from "../../adapters/certificates.ts";
export { factsOf, sameOwner, viewOf } from "./facts.ts";
export type { CertificateFacts, Owner } from "./facts.ts";
export { openClient, readRootFiles } from "./open.ts";
export type { ClientFiles, OpenedClient, Roots } from "./open.ts";
export { certificateProblemError, SubjectProblem } from "./problems.ts";
export { createRequests } from "./requests.ts";
export type { Requests, RequestsOptions } from "./requests.ts";
export { createDrop } from "./drop.ts";
export type { Drop, DropOptions, InUse } from "./drop.ts";
