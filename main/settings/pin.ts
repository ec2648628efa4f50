import { randomBytes, scrypt, timingSafeEqual } from "node:crypto";

/** A PIN has few digits: the cost is what slows down whoever got the journal. */
const COST = { N: 16384, r: 8, p: 1 } as const;

export interface PinHash {
  readonly salt: string;
  readonly hash: string;
  readonly n: number;
}

export async function hashPin(pin: string): Promise<PinHash> {
  const salt = randomBytes(16);
  return { salt: salt.toString("base64"), hash: (await derive(pin, salt, COST.N)).toString("base64"), n: COST.N };
}

export async function isPin(pin: string, stored: PinHash): Promise<boolean> {
  const derived = await derive(pin, Buffer.from(stored.salt, "base64"), stored.n);
  return timingSafeEqual(derived, Buffer.from(stored.hash, "base64"));
}

function derive(pin: string, salt: Buffer, n: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    scrypt(pin, salt, 32, { ...COST, N: n }, (error, key) => (error ? reject(error) : resolve(key)));
  });
}
