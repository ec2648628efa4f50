import type { Body } from "../answer.ts";
import type { EpayBank } from "./bank.ts";
import { resultBody } from "./bodies.ts";
import type { MethodRequest } from "./request.ts";

/** "check-status": payments and checks of cards by one address, transfers by the other. */
export function checkStatus(bank: EpayBank, request: MethodRequest, transfers: boolean): Body {
  const token = bank.tokens.service(request);
  const fault = bank.tokens.fault(token);
  if (fault !== null) return resultBody(fault);
  const { clock, config, ledger } = bank;
  const invoice = request.parameters[0] ?? "";
  const all = [...ledger.transactions.values()].filter(
    (one) => one.invoice === invoice && (one.kind === "transfer") === transfers,
  );
  const transaction = all.find(({ terminalId }) => terminalId === token.terminalId);
  if (!transaction) return resultBody(all.length > 0 ? "106" : "102");
  if (clock.now() < transaction.createdAt + config.statusLagMs) return resultBody("102");
  const { status } = transaction;
  if (status === "NEW" && config.undecided === "107") return resultBody("107");
  if ((status === "REJECT" || status === "FAILED") && config.rejectedAs === "101") return resultBody("101");
  return resultBody("100", transaction);
}
