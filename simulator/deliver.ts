import { STATUS_CODES, type IncomingMessage, type ServerResponse } from "node:http";
import type { VirtualClock } from "./clock.ts";
import type { Struck } from "./faults.ts";
import type { CallRecord } from "./records.ts";

export const JSON_TYPE = "application/json; charset=utf-8";

export interface HttpAnswer {
  status: number;
  contentType: string;
  headers: Record<string, string>;
  body: string;
}

const GARBAGE = '\u0000\u0007{"StatusCode":0,"Da\u0001\u0002';

interface Delivery<Outcome> {
  clock: VirtualClock;
  record: CallRecord;
  request: IncomingMessage;
  response: ServerResponse;
  struck: Struck[];
  /** Carries the call out; null when a fault forbids it. */
  act: (() => Outcome) | null;
  /** The answer, of what was carried out or of nothing. */
  answer: (outcome: Outcome | null) => HttpAnswer;
}

/** Carries the call out and answers it as the faults on the way demand. */
export function deliver<Outcome>(delivery: Delivery<Outcome>): void {
  const { clock, record, request, response, struck } = delivery;
  const { socket } = request;

  const act = () => (delivery.act ? delivery.act() : null);
  const ownAnswer = () => delivery.answer(act());

  const begin = (answer: HttpAnswer, sent: "whole" | "part"): boolean => {
    const reachable = !socket.destroyed && !response.destroyed;
    record.answer = {
      status: answer.status,
      bodyText: answer.body,
      at: clock.now(),
      sent: reachable ? sent : "nothing",
    };
    if (!reachable) return false;
    response.writeHead(answer.status, {
      "Content-Type": answer.contentType,
      "Content-Length": Buffer.byteLength(answer.body),
      ...answer.headers,
    });
    return true;
  };

  const send = (answer: HttpAnswer): void => {
    if (begin(answer, "whole")) response.end(answer.body);
  };

  const sendPart = (answer: HttpAnswer, bytes: number | undefined): void => {
    if (!begin(answer, "part")) return;
    const whole = Buffer.from(answer.body);
    const length = Math.min(bytes ?? Math.floor(whole.length / 2), whole.length - 1);
    response.write(whole.subarray(0, length), () => socket.destroy());
  };

  const sendSlowly = (answer: HttpAnswer, ms: number, pieceBytes: number): void => {
    if (!begin(answer, "part")) return;
    const whole = Buffer.from(answer.body);
    response.flushHeaders();
    const next = (from: number): void => {
      if (socket.destroyed) return;
      if (from < whole.length) {
        response.write(whole.subarray(from, from + pieceBytes));
        clock.after(ms, () => next(from + pieceBytes));
        return;
      }
      response.end();
      if (record.answer) record.answer.sent = "whole";
    };
    clock.after(ms, () => next(0));
  };

  const fault = struck.find(({ fault: { kind } }) => kind !== "answer" && kind !== "foreign")?.fault;
  switch (fault?.kind) {
    case "delay": {
      const ready = fault.acts === "last" ? null : ownAnswer();
      clock.after(fault.ms, () => send(ready ?? ownAnswer()));
      return;
    }
    case "drop":
      socket.destroy();
      return;
    case "eat":
      act();
      socket.destroy();
      return;
    case "late":
      socket.destroy();
      clock.after(fault.ms, act);
      return;
    case "hang":
      act();
      return;
    case "truncate":
      return sendPart(ownAnswer(), fault.bytes);
    case "slow":
      return sendSlowly(ownAnswer(), fault.ms, Math.max(1, fault.pieceBytes ?? 16));
    case "garbage":
      return send({ ...ownAnswer(), body: GARBAGE });
    case "html": {
      act();
      const status = fault.status ?? 502;
      const title = `${status} ${STATUS_CODES[status] ?? ""}`.trim();
      const body = `<html><head><title>${title}</title></head><body><h1>${title}</h1></body></html>`;
      return send({ status, contentType: "text/html", headers: {}, body });
    }
    case "http": {
      act();
      const { status, headers = {}, body = "" } = fault;
      return send({ status, contentType: "text/plain", headers, body });
    }
    default:
      return send(ownAnswer());
  }
}
