import { createHash, createHmac, pbkdf2Sync, randomBytes } from "node:crypto";
import type { Socket } from "node:net";

/** Who is let in, by SASL. */
export interface Login {
  readonly username: string;
  readonly password: string;
}

const API_VERSIONS = 18;
const HANDSHAKE = 17;
const AUTHENTICATE = 36;
const REFUSED = 58; // SASL_AUTHENTICATION_FAILED

/**
 * Asks for a login before anything else is served, as a broker with SASL does: PLAIN (RFC 4616) or SCRAM (RFC 5802). Calls
 * `enter` for who has shown the password; everybody else is told so and cut off.
 */
export function guard(socket: Socket, login: Login, enter: () => void): void {
  let waiting = Buffer.alloc(0);
  let scram: ReturnType<typeof scramServer> | null = null;

  const answer = (correlation: number, ...parts: readonly Buffer[]): void => {
    const body = Buffer.concat([int32(correlation), ...parts]);
    socket.write(Buffer.concat([int32(body.length), body]));
  };

  function hear(key: number, correlation: number, body: Buffer): void {
    if (key === API_VERSIONS)
      answer(correlation, int16(0), int32(1), int16(AUTHENTICATE), int16(0), int16(0), int32(0));
    else if (key === HANDSHAKE) {
      const mechanism = body.subarray(2, 2 + body.readInt16BE(0)).toString();
      if (mechanism.startsWith("SCRAM-")) scram = scramServer(mechanism.slice(6).replace("-", "").toLowerCase(), login);
      answer(correlation, int16(0), int32(1), int16(mechanism.length), Buffer.from(mechanism));
    } else {
      const said = body.subarray(4, 4 + body.readInt32BE(0)).toString();
      const plain = said === `\0${login.username}\0${login.password}` ? { reply: "", done: true } : null;
      const step = scram ? scram(said) : plain;
      const reply = Buffer.from(step?.reply ?? "");
      answer(correlation, int16(step ? 0 : REFUSED), int16(-1), int32(reply.length), reply);
      if (step === null) socket.resetAndDestroy();
      if (step?.done !== true) return;
      socket.off("data", read);
      enter();
    }
  }

  function read(bytes: Buffer): void {
    waiting = Buffer.concat([waiting, bytes]);
    while (waiting.length >= 4 && waiting.length >= 4 + waiting.readInt32BE(0)) {
      const end = 4 + waiting.readInt32BE(0);
      const [frame, rest] = [waiting.subarray(4, end), waiting.subarray(end)];
      waiting = rest;
      const nameEnd = 10 + Math.max(0, frame.readInt16BE(8));
      hear(frame.readInt16BE(0), frame.readInt32BE(4), frame.subarray(nameEnd));
    }
  }
  socket.on("data", read);
}

/** Takes the client's two messages one after the other; null: not him. */
function scramServer(hash: string, { username, password }: Login) {
  const salt = randomBytes(16);
  const rounds = 4096;
  let exchange = "";
  let nonce = "";
  return (said: string): { readonly reply: string; readonly done: boolean } | null => {
    if (exchange === "") {
      const bare = said.replace(/^n,,/, "");
      nonce = `${/r=(.*)$/.exec(bare)?.[1]}${randomBytes(12).toString("hex")}`;
      const reply = `r=${nonce},s=${salt.toString("base64")},i=${rounds}`;
      exchange = `${bare},${reply}`;
      return bare.startsWith(`n=${username},`) ? { reply, done: false } : null;
    }
    const [unsigned = "", proof = ""] = said.split(/,p=/);
    const salted = pbkdf2Sync(password, salt, rounds, hash === "sha256" ? 32 : 64, hash);
    const sign = (key: Buffer, text: string): Buffer => createHmac(hash, key).update(text).digest();
    const clientKey = sign(salted, "Client Key");
    const signature = sign(createHash(hash).update(clientKey).digest(), `${exchange},${unsigned}`);
    const expected = clientKey.map((byte, at) => byte ^ (signature[at] ?? 0));
    if (!unsigned.endsWith(`,r=${nonce}`) || Buffer.from(expected).toString("base64") !== proof) return null;
    const server = sign(sign(salted, "Server Key"), `${exchange},${unsigned}`);
    return { reply: `v=${server.toString("base64")}`, done: true };
  };
}

function int16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeInt16BE(value);
  return bytes;
}

function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
}
