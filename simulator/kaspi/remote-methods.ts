import { RawJson } from "../json.ts";
import {
  amount,
  anyCaller,
  deviceToken,
  int64,
  namedCaller,
  ok,
  purchaseOf,
  text,
  type BankMethod,
  type MethodRequest,
} from "./method.ts";
import { Refusal } from "./refusal.ts";

/** 8XXXXXXXXXX, as the document's samples have it; 7XXXXXXXXXX is seen in production and noted. */
function phoneOf(request: MethodRequest, value: string | null): string {
  if (value !== null && /^8\d{10}$/.test(value)) return value;
  request.note("PhoneNumber is no 8XXXXXXXXXX");
  return value !== null && /^7\d{10}$/.test(value) ? `8${value.slice(1)}` : "";
}

/** 4.6.1: the table writes the keys with a capital, the sample's address without; the sample is what is expected. */
function camelQuery(request: MethodRequest, key: string): string | null {
  const exact = request.query.get(key);
  if (exact !== null) return exact;
  const pascal = `${key.slice(0, 1).toUpperCase()}${key.slice(1)}`;
  const other = request.query.get(pascal);
  if (other !== null) request.note(`query ${pascal} instead of ${key}`);
  return other;
}

/** 4.6: scheme 3. */
export const remoteMethods: BankMethod[] = [
  {
    name: "remote/client-info",
    httpMethod: "GET",
    run: (bank, request) => {
      const token = camelQuery(request, "deviceToken") ?? "";
      const device = bank.organizations.serving(anyCaller(bank, request), token, { qr: false });
      const phone = phoneOf(request, camelQuery(request, "phoneNumber"));
      return { envelope: ok({ ClientName: bank.invoices.lookUp(device, phone, request) }) };
    },
  },
  {
    name: "remote/create",
    httpMethod: "POST",
    run: (bank, request) => {
      const device = bank.organizations.serving(namedCaller(bank, request), deviceToken(request), { qr: false });
      const phone = phoneOf(request, text(request, "PhoneNumber"));
      const invoice = bank.invoices.create(device, amount(request), phone, text(request, "Comment"));
      return { paymentId: invoice.id, envelope: ok({ QrPaymentId: new RawJson(invoice.id) }) };
    },
  },
  {
    name: "remote/cancel",
    httpMethod: "POST",
    paymentId: purchaseOf,
    run: (bank, request) => {
      const device = bank.organizations.serving(namedCaller(bank, request), deviceToken(request), { qr: false });
      const id = int64(request, "QrPaymentId");
      if (id === null) throw new Refusal("-99000001");
      return { envelope: ok({ Status: bank.invoices.cancel(device, id).state }) };
    },
  },
];
