import { RawJson } from "../json.ts";
import type { KaspiBank } from "./bank.ts";
import { BadRequest, deviceToken, int64, namedCaller, ok, text, type BankMethod, type MethodAnswer } from "./method.ts";
import { Refusal } from "./refusal.ts";

function tradePointList(bank: KaspiBank, bin: string): MethodAnswer {
  const points = bank.organizations.tradePoints(bin);
  return {
    envelope: ok(points.map((point) => ({ TradePointId: new RawJson(point.id), TradePointName: point.name }))),
  };
}

/** 2.2.2 and 3.2.2. */
export const tradePointMethod: BankMethod = {
  name: "partner/tradepoints",
  httpMethod: "GET",
  run: (bank) => tradePointList(bank, bank.organizations.first().bin),
};

/** 4.2.2: the organisation stands in the path. */
export const tradePointOfBinMethod: BankMethod = {
  name: "partner/tradepoints",
  httpMethod: "GET",
  parameter: "organizationBin",
  run: (bank, request) => tradePointList(bank, request.parameter ?? ""),
};

/** 2.2.3, 2.2.4 and the same of chapters 3 and 4. */
export const deviceMethods: BankMethod[] = [
  {
    name: "device/register",
    httpMethod: "POST",
    run: (bank, request) => {
      const { scheme, bin } = namedCaller(bank, request);
      const deviceId = text(request, "DeviceId");
      const tradePointId = int64(request, "TradePointId");
      if (deviceId === null || !/^[A-Za-z0-9_-]+$/.test(deviceId)) throw new BadRequest("DeviceId");
      if (tradePointId === null) throw new Refusal("-99000002");
      return { envelope: ok({ DeviceToken: bank.organizations.register(scheme, bin, deviceId, tradePointId).token }) };
    },
  },
  {
    name: "device/delete",
    httpMethod: "POST",
    run: (bank, request) => {
      bank.organizations.delete(namedCaller(bank, request), deviceToken(request));
      return { envelope: { StatusCode: 0 } };
    },
  },
];
