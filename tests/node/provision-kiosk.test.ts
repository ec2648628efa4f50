/** `mode`, `kiosk` and `displays` of the provisioning file: what a till without a cashier is given, and every way to get it wrong. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { readProvision } from "../../contract/provision.ts";
import { goodProvision, withField, withHalykQr, type Raw } from "../support/provision.ts";

const DOCS = join(import.meta.dirname, "..", "..", "docs", "kiosk.md");
const linesOf = (raw: unknown): string[] => {
  const checked = readProvision(raw);
  return (checked.ok ? [] : checked.problems).map(({ path, words }) => `${path}: ${words}`);
};
const namedIn = (raw: unknown): string[] => linesOf(raw).map((line) => line.split(": ")[0] ?? "");

const WATER = { id: "24", name: { kk: "Су", ru: "Вода", en: "Water" }, price: "450.00", picture: "water.png" };
const TEA = { id: "B-1", name: "Tea", price: "300" };
const KIOSK: Raw = {
  catalogue: [WATER, TEA],
  elsewhere: "Касса 2",
  fulfilSeconds: 60,
  dispenseSeconds: 90,
  machine: null,
  voice: true,
  restartAt: "04:30",
};
const DISPLAYS: Raw = { till: null, customer: "any", night: { from: "23:00", to: "06:30", percent: 30 } };
const kiosk: Raw = { ...goodProvision(), mode: "kiosk", kiosk: KIOSK, displays: DISPLAYS };
const vending: Raw = { ...kiosk, mode: "vending", kiosk: { ...KIOSK, machine: { tcp: "127.0.0.1:7401" } } };
const serial = withField(vending, "kiosk.machine", { serial: "/dev/ttyUSB0" });
const { people: _people, adminPin: _pin, ...nobody } = kiosk;
const without = (raw: Raw, ...paths: string[]): Raw =>
  paths.reduce((left, path) => withField(left, path, undefined), raw);

/** rule · path that must be named · value put there · the file, else the good one of a kiosk */
const BAD: readonly [rule: string, path: string, value: unknown, raw?: Raw][] = [
  ["kiosk is an object", "kiosk", []],
  ["kiosk has no other key", "kiosk.colour", "red"],
  ["catalogue is a list", "kiosk.catalogue", {}],
  ["catalogue ends", "kiosk.catalogue", Array.from({ length: 61 }, (_, index) => ({ ...TEA, id: `x${index}` }))],
  ["product has an id", "kiosk.catalogue[0].id", undefined],
  ["product's id is Latin", "kiosk.catalogue[0].id", "су"],
  ["product's id is short", "kiosk.catalogue[0].id", "12345678901234567"],
  ["product's id is text", "kiosk.catalogue[0].id", 24],
  ["product's id is used once", "kiosk.catalogue[1].id", "24"],
  ["product has a name", "kiosk.catalogue[0].name", undefined],
  ["product's name is not empty", "kiosk.catalogue[1].name", " "],
  ["product's name is in each language", "kiosk.catalogue[0].name.kk", undefined],
  ["product's name is not empty in any", "kiosk.catalogue[0].name.en", ""],
  ["product's name fits", "kiosk.catalogue[0].name.ru", "а".repeat(81)],
  ["product has a price", "kiosk.catalogue[0].price", undefined],
  ["price is text", "kiosk.catalogue[0].price", 450],
  ["price is an amount", "kiosk.catalogue[0].price", "450,00"],
  ["price is more than nothing", "kiosk.catalogue[1].price", "0.00"],
  ["price is one that the bank takes", "kiosk.catalogue[1].price", "1000000.01"],
  ["price is not below the bank's least", "kiosk.catalogue[0].price", "0.99"],
  ["picture names a file", "kiosk.catalogue[0].picture", ""],
  ["picture is text", "kiosk.catalogue[0].picture", 1],
  ["product has no other key", "kiosk.catalogue[0].stock", 4],
  ["elsewhere is a text", "kiosk.elsewhere", 2],
  [
    "elsewhere is in each language",
    "kiosk.elsewhere.en",
    undefined,
    withField(kiosk, "kiosk.elsewhere", { kk: "2", ru: "2" }),
  ],
  ["time for the goods is not tiny", "kiosk.fulfilSeconds", 9],
  ["time for the goods ends", "kiosk.fulfilSeconds", 3601],
  ["time for the goods is whole", "kiosk.fulfilSeconds", 60.5],
  ["time to hand out is not tiny", "kiosk.dispenseSeconds", 4],
  ["time to hand out ends", "kiosk.dispenseSeconds", 3601],
  ["voice is true or false", "kiosk.voice", "on"],
  ["restart is a time", "kiosk.restartAt", "4:30"],
  ["restart is a time of the day", "kiosk.restartAt", "24:00"],
  ["a machine hands out in vending alone", "kiosk.machine", { tcp: "127.0.0.1:7401" }],
  ["machine is a line", "kiosk.machine", "127.0.0.1:7401", vending],
  ["machine is on this computer", "kiosk.machine.tcp", "192.168.0.7:7401", vending],
  ["machine's port is one", "kiosk.machine.tcp", "127.0.0.1:65536", vending],
  ["machine's port is not 0", "kiosk.machine.tcp", "127.0.0.1:0", vending],
  ["machine has a port", "kiosk.machine.tcp", "127.0.0.1", vending],
  ["machine has one line", "kiosk.machine.baud", 9600, vending],
  ["machine's device is one", "kiosk.machine.serial", "../../etc/passwd", serial],
  ["machine's speed is one that there is", "kiosk.machine.baud", 9601, serial],
  ["displays is an object", "displays", "any"],
  ["displays has no other key", "displays.third", "any"],
  ["customer's display is a name", "displays.customer", 2],
  ["customer's display is another one", "displays.customer", "HDMI-1", withField(kiosk, "displays.till", "HDMI-1")],
  ["night begins at a time", "displays.night.from", "23"],
  ["night has two ends", "displays.night.to", "23:00"],
  ["night is not black", "displays.night.percent", 4],
  ["night is whole", "displays.night.percent", undefined],
];

describe("a provisioning file with one wrong field of a till without a cashier", () => {
  it.each(BAD)("%s (%s)", (_, path, value, raw) => {
    expect(namedIn(withField(raw ?? kiosk, path, value))).toEqual([path]);
  });
});

describe("a till without a cashier", () => {
  it.each([
    ["kiosk", kiosk],
    ["vending on a TCP line", vending],
    ["vending on a serial line", withField(serial, "kiosk.machine.baud", 19_200)],
    ["vending by a program alone", without(vending, "kiosk.machine", "kiosk.catalogue")],
    ["kiosk that gets its sums from a program", without(kiosk, "kiosk.catalogue")],
    ["kiosk that no program may use", without(kiosk, "till.tokens")],
    ["kiosk with a bank beside Kaspi", { ...kiosk, providers: withHalykQr()["providers"] }],
  ])("passes: %s", (_, raw) => expect(linesOf(raw)).toEqual([]));

  it("is given one name for all languages, and what was left out", () => {
    const read = readProvision({ ...goodProvision(), mode: "kiosk", kiosk: { catalogue: [TEA] }, displays: {} });
    expect(read).toMatchObject({
      ok: true,
      value: {
        kiosk: {
          catalogue: [{ id: "B-1", name: { kk: "Tea", ru: "Tea", en: "Tea" }, price: "300", picture: null }],
          elsewhere: null,
          fulfilSeconds: 60,
          dispenseSeconds: 90,
          machine: null,
          voice: true,
          restartAt: "04:30",
        },
        displays: { till: null, customer: null, night: null },
      },
    });
  });

  it.each(["kiosk", "vending"])("%s is refused where nobody could unlock it", (mode) => {
    const alone = withField(nobody, "mode", mode);
    expect(linesOf(alone)[0]).toMatch(/^mode: .*needs somebody who can unlock it/);
    const cashier = { ...alone, people: [{ id: "c1", name: "Кассир", role: "cashier", pin: "1111" }] };
    expect(namedIn(cashier)).toEqual(["mode"]);
    const owner = { ...alone, people: [{ id: "o1", name: "Иесі", role: "owner", pin: "1111" }] };
    expect(namedIn(owner)).toEqual([]);
  });

  it("a kiosk has a way to an amount: products, or a program that may take payments", () => {
    const bare = without(kiosk, "kiosk.catalogue", "till.tokens");
    expect(linesOf(bare)).toEqual([expect.stringMatching(/^mode: "kiosk" needs a way to an amount/)]);
    const reader = [{ name: "bi", token: "SECRET-token-0123456789", may: ["read"] }];
    expect(namedIn(withField(bare, "till.tokens", reader))).toEqual(["mode"]);
    expect(namedIn(withField(bare, "till.token", "SECRET-token-0123456789"))).toEqual([]);
  });

  it("vending has somebody who says that the goods were given: else all money would go back", () => {
    const bare = without(vending, "kiosk.machine", "till.tokens");
    expect(linesOf(bare)).toEqual([expect.stringMatching(/^mode: "vending" needs somebody who says/)]);
  });

  it("a price is one that some bank takes", () => {
    const providers = withHalykQr({ limits: { min: "1.00", max: "500.00" } })["providers"];
    const small = withField({ ...kiosk, providers }, "providers.kaspi.limits", { min: "1.00", max: "400.00" });
    expect(linesOf(small)).toEqual([]);
    expect(linesOf(withField(small, "kiosk.catalogue[0].price", "500.01"))).toEqual([
      "kiosk.catalogue[0].price: no bank of this till takes it (1.00 to 400.00, 1.00 to 500.00)",
    ]);
  });

  it("what it sells is kept while a cashier works there", () => {
    expect(linesOf(withField(kiosk, "mode", "cashier"))).toEqual([]);
  });
});

describe("the examples of docs/kiosk.md", () => {
  const blocks = [...readFileSync(DOCS, "utf8").matchAll(/^```json\n(.*?)^```/gms)].map(([, text = ""]) => text);
  const examples = blocks.map((text) => JSON.parse(text) as Raw).filter((raw) => "mode" in raw);
  it("are one of each mode without a cashier", () => {
    expect(examples.map(({ mode }) => mode)).toEqual(["kiosk", "vending"]);
  });
  it.each(examples.map((raw) => [raw["mode"], raw] as const))(
    "%s passes once somebody has a PIN of his own",
    (_, raw) => {
      expect(namedIn(raw)).toEqual(["people[0].pin"]);
      expect(linesOf(withField(raw, "people[0].pin", "730155"))).toEqual([]);
    },
  );
});
