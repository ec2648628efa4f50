/** Kazakh and Russian in Latin letters (Q-57, Kaspi appendix 2). */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { toLatin } from "../../contract/latin.ts";

describe("toLatin", () => {
  test.each([
    ["Әә Ғғ Ққ Ңң Өө Ұұ Үү Һһ Іі", "Aa Gg Qq Nn Oo Uu Uu Hh Ii"],
    ["Қабыл дүкені", "Qabyl dukeni"],
    ["Алматы облысы", "Almaty oblysy"],
    ["Өскемен, Шығыс Қазақстан", "Oskemen, Shygys Qazaqstan"],
    [
      "Съешь ещё этих мягких французских булок, да выпей чаю",
      "Sesh eshchyo etikh myagkikh frantsuzskikh bulok, da vypey chayu",
    ],
    ["ТОО «Жұлдыз»", 'TOO "Zhuldyz"'],
    ["ЖШС ЩИТ", "ZHSHS SHCHIT"],
    ["Ж Шо Юг", "Zh Sho Yug"],
    ["ИП Цой Ю.Ю.", "IP Tsoy Yu.Yu."],
    ["Магазин №5 — “Центр”", 'Magazin No5 - "Tsentr"'],
    ["Café Zoë", "Cafe Zoe"],
    ["Contoso Ltd.", "Contoso Ltd."],
    ["й и\u0306", "y y"],
    ["  a\u00a0\t b  ", "a b"],
    ["商店 🛒", ""],
    ["", ""],
  ])("%s → %s", (text, latin) => expect(toLatin(text)).toBe(latin));

  test("is printable ASCII whatever is given, and leaves its own result as it is", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), (text) => {
        const latin = toLatin(text);
        expect(latin).toMatch(/^[ -~]*$/);
        expect(toLatin(latin)).toBe(latin);
      }),
    );
  });
});
