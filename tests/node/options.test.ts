import { describe, expect, it } from "vitest";
import { readOptions } from "../../main/node/options.ts";

describe("options of the Node host", () => {
  it("has defaults for all", () => {
    expect(readOptions([])).toEqual({
      ok: true,
      options: {
        data: null,
        provision: null,
        insecureProvision: false,
        port: 7373,
        browser: true,
        customerAt: null,
        supervised: false,
        training: false,
        mode: "cashier",
        listen: null,
      },
    });
  });
  it("takes every option, with = or without", () => {
    const args = [
      "--data",
      "/d",
      "--provision=/p.json",
      "--port",
      "0",
      "--no-browser",
      "--insecure-provision",
      "--listen",
      "10.0.0.5:8443",
      "--tls-cert",
      "c",
      "--tls-key=k",
    ];
    expect(readOptions(args)).toMatchObject({
      ok: true,
      options: {
        data: "/d",
        provision: "/p.json",
        insecureProvision: true,
        port: 0,
        browser: false,
        listen: { address: "10.0.0.5", port: 8443, cert: "c", key: "k" },
      },
    });
  });
  it.each([
    ["[::1]", "::1", 7443],
    ["[::1]:9", "::1", 9],
    ["till.shop.kz", "till.shop.kz", 7443],
  ])("takes --listen %s", (text, address, port) => {
    expect(readOptions(["--listen", text, "--tls-cert", "c", "--tls-key", "k"])).toMatchObject({
      options: { listen: { address, port } },
    });
  });
  it.each<[string[], string]>([
    [["--colour"], "--colour"],
    [["-d"], "-d"],
    [["file.json"], "file.json"],
    [["--port"], "--port"],
    [["--port", "x"], "--port"],
    [["--port", "65536"], "--port"],
    [["--port=-1"], "--port"],
    [["--port", "1", "--port", "2"], "--port"],
    [["--data", "--no-browser"], "--data"],
    [["--data="], "--data"],
    [["--no-browser=yes"], "--no-browser"],
    [["--browser"], "--browser"],
    [["--training", "--provision", "p"], "--provision"],
    [["--mode", "kiosk"], "--mode"],
    [["--training", "--mode", "shop"], "--mode"],
    [["--training", "--mode", ""], "--mode"],
    [["--listen", "10.0.0.5"], "--tls-cert"],
    [["--listen", "10.0.0.5", "--tls-cert", "c"], "--tls-key"],
    [["--listen", "10.0.0.5:x", "--tls-cert", "c", "--tls-key", "k"], "--listen"],
    [["--tls-cert", "c"], "--tls-cert"],
    [["--tls-key", "k"], "--tls-key"],
  ])("refuses %j and names %s", (args, name) => {
    const read = readOptions(args);
    expect(read.ok ? [] : read.lines.map((line) => line.split(":")[0])).toContain(name);
  });
  it.each(["cashier", "refund", "kiosk", "vending"])("practises %s", (mode) => {
    expect(readOptions(["--training", "--mode", mode])).toMatchObject({ ok: true, options: { training: true, mode } });
  });
  it("names all that is wrong in one go", () => {
    const read = readOptions(["--colour", "--port", "x", "--tls-key", "k"]);
    expect(read.ok ? [] : read.lines).toHaveLength(3);
  });
});
