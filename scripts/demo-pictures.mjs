/**
 * Draws the six products of training into assets/demo/: plain shapes of our own, through the Chromium of the tests. Run by
 * hand when one of them changes; what it wrote is committed. Runs on Node 24.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { chromium } from "playwright";
import { root } from "./lib/paths.mjs";
import { runMain, say } from "./lib/say.mjs";

const SIZE = 360;
const ink = "#17303d";

/** @type {Readonly<Record<string, { ground: string, drawing: string }>>} */
const PICTURES = {
  water: {
    ground: "#d8ecf6",
    drawing: `
      <rect x="158" y="42" width="44" height="30" rx="7" fill="#0b5573"/>
      <path d="M163 72h34v20c0 16 27 25 27 58v146c0 14-10 24-24 24h-40c-14 0-24-10-24-24V150c0-33 27-42 27-58z" fill="#7cc3e6"/>
      <path d="M136 176h88v76h-88z" fill="#f7fbfd"/>
      <path d="M180 190c14 18 22 27 22 37a22 22 0 0 1-44 0c0-10 8-19 22-37z" fill="#1f86b8"/>
      <path d="M150 118c-6 10-8 20-8 34" stroke="#f7fbfd" stroke-width="9" stroke-linecap="round" fill="none"/>`,
  },
  tea: {
    ground: "#f4e3cf",
    drawing: `
      <path d="M92 168h176l-22 98c-7 30-26 44-66 44s-59-14-66-44z" fill="#fdfaf5" stroke="${ink}" stroke-width="7" stroke-linejoin="round"/>
      <ellipse cx="180" cy="168" rx="88" ry="24" fill="#b4642a" stroke="${ink}" stroke-width="7"/>
      <path d="M109 216c20 20 122 20 142 0" stroke="#1f86b8" stroke-width="10" fill="none"/>
      <path d="M118 246c20 15 104 15 124 0" stroke="#d98a2b" stroke-width="8" fill="none"/>
      <g stroke="${ink}" stroke-width="8" stroke-linecap="round" fill="none" opacity=".55">
        <path d="M146 124c-14-18 14-28 0-50"/><path d="M182 118c-14-18 14-28 0-50"/><path d="M218 124c-14-18 14-28 0-50"/></g>`,
  },
  coffee: {
    ground: "#ecdccb",
    drawing: `
      <path d="M116 118h128l-17 176c-2 14-10 20-24 20h-46c-14 0-22-6-24-20z" fill="#fdfaf5" stroke="${ink}" stroke-width="7" stroke-linejoin="round"/>
      <path d="M121 172h118l-8 76H129z" fill="#7a4a2a"/>
      <path d="M104 88h152l8 32H96z" fill="#3f2616" stroke="${ink}" stroke-width="7" stroke-linejoin="round"/>
      <rect x="120" y="62" width="120" height="28" rx="9" fill="#3f2616" stroke="${ink}" stroke-width="7"/>
      <ellipse cx="180" cy="210" rx="25" ry="17" transform="rotate(-32 180 210)" fill="#e9c89f"/>
      <path d="M160 222c14-2 24-22 40-24" stroke="#7a4a2a" stroke-width="6" fill="none"/>`,
  },
  chocolate: {
    ground: "#f3dadb",
    drawing: `
      <g transform="rotate(-14 180 180)">
        <rect x="110" y="56" width="140" height="140" rx="8" fill="#5b321c"/>
        <g fill="#7b4a2c"><rect x="122" y="68" width="54" height="52" rx="6"/><rect x="184" y="68" width="54" height="52" rx="6"/>
          <rect x="122" y="128" width="54" height="52" rx="6"/><rect x="184" y="128" width="54" height="52" rx="6"/></g>
        <path d="M98 176l16-14 16 14 16-14 16 14 16-14 16 14 16-14 16 14 16-14 16 14v130c0 8-5 13-13 13H111c-8 0-13-5-13-13z" fill="#c23b4b"/>
        <rect x="98" y="218" width="160" height="58" fill="#fbeede"/>
        <path d="M178 230l6 13 14 2-10 10 3 14-13-7-13 7 3-14-10-10 14-2z" fill="#c23b4b"/>
      </g>`,
  },
  juice: {
    ground: "#fbe7c3",
    drawing: `
      <path d="M206 42l34-12" stroke="${ink}" stroke-width="9" stroke-linecap="round"/>
      <path d="M206 42v56" stroke="${ink}" stroke-width="9" stroke-linecap="round"/>
      <path d="M110 126l22-36h96l22 36z" fill="#fdfaf5" stroke="${ink}" stroke-width="7" stroke-linejoin="round"/>
      <rect x="110" y="126" width="140" height="190" rx="8" fill="#f39a1f" stroke="${ink}" stroke-width="7"/>
      <circle cx="180" cy="226" r="48" fill="#fdfaf5"/>
      <circle cx="180" cy="230" r="31" fill="#d5402f"/>
      <path d="M180 200c-2-12 4-22 14-26" stroke="${ink}" stroke-width="7" stroke-linecap="round" fill="none"/>
      <path d="M184 194c12-14 26-12 32-8-8 12-20 14-32 8z" fill="#4c9a45"/>`,
  },
  baursak: {
    ground: "#e6ecd2",
    drawing: `
      <g fill="#e0a03c" stroke="#8a5717" stroke-width="6">
        <ellipse cx="128" cy="192" rx="50" ry="42" transform="rotate(-16 128 192)"/>
        <ellipse cx="232" cy="192" rx="50" ry="42" transform="rotate(18 232 192)"/>
        <ellipse cx="152" cy="142" rx="48" ry="40" transform="rotate(10 152 142)"/>
        <ellipse cx="214" cy="138" rx="47" ry="39" transform="rotate(-12 214 138)"/>
        <ellipse cx="182" cy="96" rx="45" ry="38"/>
        <ellipse cx="180" cy="198" rx="52" ry="43"/></g>
      <g fill="#f6cd7f"><ellipse cx="172" cy="84" rx="18" ry="10" transform="rotate(-18 172 84)"/>
        <ellipse cx="138" cy="130" rx="16" ry="9" transform="rotate(-18 138 130)"/>
        <ellipse cx="206" cy="124" rx="16" ry="9" transform="rotate(-18 206 124)"/>
        <ellipse cx="168" cy="184" rx="19" ry="10" transform="rotate(-12 168 184)"/></g>
      <path d="M70 222h220c0 56-46 92-110 92S70 278 70 222z" fill="#fdfaf5" stroke="${ink}" stroke-width="7" stroke-linejoin="round"/>
      <path d="M88 256c36 16 148 16 184 0" stroke="#1f86b8" stroke-width="10" fill="none"/>`,
  },
};

runMain(async () => {
  const folder = join(root, "assets", "demo");
  mkdirSync(folder, { recursive: true });
  const path = process.env["POS_CHROMIUM"];
  const browser = await chromium.launch(path === undefined ? {} : { executablePath: path });
  try {
    const page = await browser.newPage({ viewport: { width: SIZE, height: SIZE } });
    for (const [name, { ground, drawing }] of Object.entries(PICTURES)) {
      await page.setContent(
        `<style>body{margin:0}svg{display:block}</style><svg width="${SIZE}" height="${SIZE}" viewBox="0 0 360 360"><rect width="360" height="360" fill="${ground}"/><ellipse cx="180" cy="322" rx="104" ry="13" fill="${ink}" opacity=".13"/>${drawing}</svg>`,
      );
      const picture = await page.screenshot();
      writeFileSync(join(folder, `${name}.png`), picture);
      say(`${name}.png: ${(picture.length / 1024).toFixed(1)} KB`);
    }
  } finally {
    await browser.close();
  }
  return 0;
});
