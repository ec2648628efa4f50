import { RawJson } from "../json.ts";
import { BadRequest, int64, ok, text, type BankMethod } from "./method.ts";
import { Refusal } from "./refusal.ts";

/** 3.2.2 to 3.2.4. */
export const deviceMethods: BankMethod[] = [
  {
    name: "partner/tradepoints",
    httpMethod: "GET",
    run: (bank) => ({
      envelope: ok(
        bank.tradePoints().map((point) => ({
          TradePointId: new RawJson(point.id),
          TradePointName: point.name,
        })),
      ),
    }),
  },
  {
    name: "device/register",
    httpMethod: "POST",
    run: (bank, request) => {
      const deviceId = text(request, "DeviceId");
      const tradePointId = int64(request, "TradePointId");
      if (deviceId === null || !/^[A-Za-z0-9_-]+$/.test(deviceId)) throw new BadRequest("DeviceId");
      if (tradePointId === null) throw new Refusal("-99000002");
      return { envelope: ok({ DeviceToken: bank.register(deviceId, tradePointId).token }) };
    },
  },
  {
    name: "device/delete",
    httpMethod: "POST",
    run: (bank, request) => {
      const token = text(request, "DeviceToken");
      if (token === null) throw new Refusal("-1501");
      bank.delete(token);
      return { envelope: { StatusCode: 0 } };
    },
  },
];
