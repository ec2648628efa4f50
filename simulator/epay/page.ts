/** The bank's page for the payer (ACS), well-behaved and not. */
import type { EpayBank } from "./bank.ts";
import type { Challenge, Transaction } from "./records.ts";
import type { MethodRequest } from "./request.ts";

const languages = ["ru", "kk", "en"] as const;
type Words = Record<(typeof languages)[number], string>;

const words = {
  title: { ru: "Подтверждение операции", kk: "Операцияны растау", en: "Confirm the operation" },
  about: {
    ru: "Учебная страница банка. Денег здесь нет.",
    kk: "Банктің оқу беті. Мұнда ақша жоқ.",
    en: "A practice page of the bank. There is no money here.",
  },
  confirm: { ru: "Подтвердить", kk: "Растау", en: "Confirm" },
  decline: { ru: "Отклонить", kk: "Бас тарту", en: "Decline" },
  number: { ru: "Номер", kk: "Нөмірі", en: "Number" },
  what: { ru: "Операция", kk: "Операция", en: "Operation" },
  wait: { ru: "Дождитесь ответа", kk: "Жауабын күтіңіз", en: "Wait for an answer" },
  unknown: { ru: "Страница не найдена", kk: "Бет табылмады", en: "The page is not found" },
  wrong: { ru: "Запрос неверен", kk: "Сұрау қате", en: "The request is wrong" },
  broken: { ru: "Ошибка банка", kk: "Банк қатесі", en: "The bank's error" },
  done: { ru: "Готово", kk: "Дайын", en: "Done" },
} satisfies Record<string, Words>;

export interface Page {
  status: number;
  html: string;
}

const escape = (text: string) =>
  text.replaceAll("&", "&amp;").replaceAll('"', "&quot;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");

const inAll = (texts: Words) => languages.map((language) => `<span lang="${language}">${texts[language]}</span>`);
const lines = (texts: Words) => inAll(texts).join("<br>");
const inLine = (texts: Words) => inAll(texts).join(" · ");

const STYLE = `
body { font: 18px/1.5 system-ui, sans-serif; margin: 0; color: #1a1a1a; background: #f4f4f4; }
main { max-width: 30rem; margin: 2rem auto; padding: 1.5rem; background: #fff; border-radius: 12px; }
h1 { font-size: 1.3rem; }
dt { font-size: .85rem; color: #555; }
dd { margin: 0 0 .5rem; }
button { width: 100%; min-height: 56px; margin-top: .75rem; font: inherit; border-radius: 8px; border: 2px solid #0a5c36; }
button:focus-visible { outline: 3px solid #1d4ed8; outline-offset: 2px; }
#confirm { color: #fff; background: #0a5c36; }
#decline { color: #0a5c36; background: #fff; }`;

function html(title: Words, content: string): string {
  return `<!doctype html>
<html lang="ru"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title.ru} · ${title.kk} · ${title.en}</title><style>${STYLE}</style></head>
<body><main><h1>${lines(title)}</h1>${content}</main></body></html>
`;
}

/** Tries what a page may not do, and tells of everything it got: as calls "acs/popup", "acs/download", "acs/granted". */
const HOSTILE = `<script>
const got = (what) => fetch("/acs/granted?what=" + what, { method: "POST" }).catch(() => {});
const follow = (href, download) => {
  const link = document.createElement("a");
  link.href = href;
  if (download) link.download = download;
  document.body.append(link);
  link.click();
};
const tries = [
  () => { if (window.open("/acs/popup")) got("popup"); },
  () => follow("/acs/download", "bank.exe"),
  () => follow("foreign-app://open"),
  () => Notification.requestPermission().then((is) => is === "granted" && got("notifications")),
  () => navigator.geolocation.getCurrentPosition(() => got("geolocation")),
  () => navigator.mediaDevices.getUserMedia({ audio: true }).then(() => got("microphone"), () => {}),
  () => { if (window.opener) got("opener"); },
  ...["require", "process", "module"].map((name) => () => { if (typeof window[name] !== "undefined") got(name); }),
];
addEventListener("load", () => {
  for (const one of tries) try { one(); } catch {}
});
</script>`;

function button(id: "confirm" | "decline", termUrl: string, paRes: string, md: string): string {
  return `<form method="post" action="${escape(termUrl)}">
<input type="hidden" name="PaRes" value="${escape(paRes)}"><input type="hidden" name="MD" value="${escape(md)}">
<button id="${id}">${inLine(words[id])}</button></form>`;
}

/** GET and POST /acs/pa: PaReq, MD and TermUrl as a form, and the two buttons that go back to TermUrl. */
export function challengePage(bank: EpayBank, request: MethodRequest): Page {
  const transaction = challenged(bank, request);
  if (!transaction) return { status: 404, html: html(words.unknown, "") };
  const { acsWay } = bank.config;
  if (acsWay === "broken") return { status: 500, html: html(words.broken, "") };
  const { challenge } = transaction;
  const [paReq, md, termUrl] = ["PaReq", "MD", "TermUrl"].map((key) => request.form?.get(key) ?? "");
  if (!challenge.open || paReq !== challenge.paReq || md !== challenge.md || !URL.canParse(termUrl ?? "")) {
    if (paReq !== challenge.paReq) request.note("PaReq is not the one given");
    if (md !== challenge.md) request.note("MD is not the one given");
    return { status: 400, html: html(words.wrong, "") };
  }
  if (acsWay === "never") return { status: 200, html: html(words.wait, "") };
  const told = acsWay === "wrong-md" ? `${challenge.md.slice(0, -4)}FFFF` : challenge.md;
  const paRes = (which: "confirm" | "decline") => (acsWay === "empty-pares" ? "" : challenge.paRes[which]);
  const content = [
    `<p>${lines(words.about)}</p>`,
    `<dl><dt>${inLine(words.number)}</dt><dd>${escape(transaction.invoice)}</dd>
<dt>${inLine(words.what)}</dt><dd>${escape(transaction.description)}</dd></dl>`,
    button("confirm", termUrl ?? "", paRes("confirm"), told),
    button("decline", termUrl ?? "", paRes("decline"), told),
    acsWay === "hostile" ? HOSTILE : "",
  ].join("\n");
  return { status: 200, html: html(words.title, content) };
}

/** The operation whose payer the page is for. */
export function challenged(
  bank: EpayBank,
  request: MethodRequest,
): (Transaction & { challenge: Challenge }) | undefined {
  const id = request.query.get("id");
  const found = [...bank.ledger.transactions.values()].find(({ challenge }) => challenge?.id === id);
  return found as (Transaction & { challenge: Challenge }) | undefined;
}

/** A page that only ends something. */
export function plainPage(): Page {
  return { status: 200, html: html(words.done, "") };
}
