/** Vending: how the goods of a paid sale stand. Its own file, since payment and kiosk settings both need it. */
import { z } from "zod";

/** How a machine's own words for a failure may look: they are shown to a technician and journaled. */
export const fulfilReason = z.string().trim().min(1).max(120);

/**
 * How the goods of a paid sale stand. `waiting`: nobody has begun to hand out; `dispensing`: somebody has, and from then on
 * time alone gives no money back; `given`; `not_given`: the money goes back; `unknown`: it was begun and nobody has said how it
 * ended: a person looks.
 */
export const FULFILMENT_STATES = ["waiting", "dispensing", "given", "not_given", "unknown"] as const;
export type FulfilmentState = (typeof FULFILMENT_STATES)[number];

/**
 * What becomes of the money of goods that were not given. `going`: by itself; `customer`: the customer scans a refund code on
 * this screen; `support`: a person has to give it back; `returned`. `none`: nothing has to go back.
 */
export const MONEY_BACK = ["none", "going", "customer", "support", "returned"] as const;
export type MoneyBack = (typeof MONEY_BACK)[number];

/** Body of `POST /payments/{id}/fulfil`: the goods were given, or were not and why. */
export const fulfilRequest = z.strictObject({ ok: z.boolean(), reason: fulfilReason.optional() });
