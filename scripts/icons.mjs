/**
 * Draws the program's mark into assets/: the dial of the screens, a shanyrak seen from inside the yurt, two rims with
 * the poles between them. Pure arithmetic, so that the pictures come out the same everywhere. Runs on Node 24.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { crc32, deflateSync } from "node:zlib";
import { root } from "./lib/paths.mjs";
import { runMain, say } from "./lib/say.mjs";

const sizes = [16, 24, 32, 48, 64, 128, 256, 512, 1024];
const ground = [0x0b, 0x55, 0x73];
const figure = [0xff, 0xff, 0xff];
/** Each pixel is the mean of this many by this many points. */
const SAMPLES = 4;

/**
 * Fewer and thicker poles where there is no room for sixty.
 * @param {number} size
 */
function shape(size) {
  if (size <= 24) return { poles: 8, pole: 0.034, rim: 0.066 };
  if (size <= 48) return { poles: 12, pole: 0.026, rim: 0.05 };
  if (size <= 128) return { poles: 24, pole: 0.015, rim: 0.036 };
  return { poles: 60, pole: 0.0075, rim: 0.03 };
}

/**
 * What lies at a point of the unit square: 0 nothing, 1 the ground, 2 the figure.
 * @param {number} x
 * @param {number} y
 * @param {{ poles: number, pole: number, rim: number }} form
 */
function at(x, y, { poles, pole, rim }) {
  const corner = 0.2;
  const dx = Math.max(Math.abs(x - 0.5) - (0.5 - corner), 0);
  const dy = Math.max(Math.abs(y - 0.5) - (0.5 - corner), 0);
  if (dx * dx + dy * dy > corner * corner) return 0;
  const radius = Math.hypot(x - 0.5, y - 0.5);
  const outer = 0.38;
  const inner = 0.2;
  if (radius > outer + rim / 2 || radius < inner - rim / 2) return 1;
  if (Math.abs(radius - outer) <= rim / 2 || Math.abs(radius - inner) <= rim / 2) return 2;
  const step = (2 * Math.PI) / poles;
  const angle = Math.atan2(y - 0.5, x - 0.5) + step / 2;
  const off = Math.abs(angle - step * Math.round(angle / step));
  return radius * Math.sin(off) <= pole / 2 ? 2 : 1;
}

/** @param {number} size */
function png(size) {
  const form = shape(size);
  const rows = Buffer.alloc(size * (size * 4 + 1));
  const weight = 1 / (SAMPLES * SAMPLES);
  for (let row = 0; row < size; row++) {
    for (let column = 0; column < size; column++) {
      let covered = 0;
      let drawn = 0;
      for (let i = 0; i < SAMPLES; i++) {
        for (let j = 0; j < SAMPLES; j++) {
          const found = at((column + (i + 0.5) / SAMPLES) / size, (row + (j + 0.5) / SAMPLES) / size, form);
          if (found > 0) covered += weight;
          if (found > 1) drawn += weight;
        }
      }
      const offset = row * (size * 4 + 1) + 1 + column * 4;
      const share = covered === 0 ? 0 : drawn / covered;
      for (let c = 0; c < 3; c++) {
        rows[offset + c] = Math.round(Number(ground[c]) * (1 - share) + Number(figure[c]) * share);
      }
      rows[offset + 3] = Math.round(covered * 255);
    }
  }
  const header = Buffer.alloc(13);
  header.writeUInt32BE(size, 0);
  header.writeUInt32BE(size, 4);
  header.set([8, 6, 0, 0, 0], 8);
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk("IHDR", header),
    chunk("IDAT", deflateSync(rows, { level: 9 })),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}

/**
 * @param {string} type
 * @param {Buffer} data
 */
function chunk(type, data) {
  const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
  const out = Buffer.alloc(body.length + 8);
  out.writeUInt32BE(data.length, 0);
  body.copy(out, 4);
  out.writeUInt32BE(crc32(body), body.length + 4);
  return out;
}

/**
 * Windows: a directory of pictures before the pictures.
 * @param {Map<number, Buffer>} pictures
 */
function ico(pictures) {
  const used = [...pictures].filter(([size]) => size <= 256);
  const head = Buffer.alloc(6 + used.length * 16);
  head.writeUInt16LE(1, 2);
  head.writeUInt16LE(used.length, 4);
  let offset = head.length;
  used.forEach(([size, data], i) => {
    const entry = 6 + i * 16;
    head[entry] = size % 256;
    head[entry + 1] = size % 256;
    head.writeUInt16LE(1, entry + 4);
    head.writeUInt16LE(32, entry + 6);
    head.writeUInt32LE(data.length, entry + 8);
    head.writeUInt32LE(offset, entry + 12);
    offset += data.length;
  });
  return Buffer.concat([head, ...used.map(([, data]) => data)]);
}

/**
 * macOS: the same with names for the sizes, some of them twice for screens of double density.
 * @param {Map<number, Buffer>} pictures
 */
function icns(pictures) {
  const names = Object.entries({
    ic07: 128,
    ic08: 256,
    ic09: 512,
    ic10: 1024,
    ic11: 32,
    ic12: 64,
    ic13: 256,
    ic14: 512,
  });
  const parts = names.map(([name, size]) => part(name, /** @type {Buffer} */ (pictures.get(size))));
  return part("icns", Buffer.concat(parts));
}

/**
 * @param {string} name
 * @param {Buffer} data
 */
function part(name, data) {
  const head = Buffer.from(`${name}0000`, "latin1");
  head.writeUInt32BE(data.length + 8, 4);
  return Buffer.concat([head, data]);
}

runMain(async () => {
  const assets = join(root, "assets");
  mkdirSync(join(assets, "icons"), { recursive: true });
  const pictures = new Map(sizes.map((size) => [size, png(size)]));
  for (const [size, data] of pictures) writeFileSync(join(assets, "icons", `${size}x${size}.png`), data);
  writeFileSync(join(assets, "icon.ico"), ico(pictures));
  writeFileSync(join(assets, "icon.icns"), icns(pictures));
  say(`${sizes.length} sizes drawn into assets/icons, and icon.ico and icon.icns beside them.`);
  return 0;
});
