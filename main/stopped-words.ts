import type { Language } from "../contract/states.ts";

/** What the page says when the program does not start by itself any more. Everybody at the till must be able to read it. */
export interface StoppedWords {
  readonly title: string;
  readonly what: string;
  readonly money: string;
  readonly call: string;
  readonly phone: string;
  readonly code: string;
  readonly since: string;
  readonly again: string;
  readonly starting: string;
}

export const STOPPED_WORDS: Readonly<Record<Language, StoppedWords>> = {
  kk: {
    title: "Касса тоқтады",
    what: "Касса бағдарламасы бес минут ішінде бес рет істен шықты және енді өзі қосылмайды.",
    money: "Барлық төлем жазылған. Сатып алушы төлеген болуы мүмкін: касса қосылғанша одан екінші рет ақша алмаңыз.",
    call: "Қолдау қызметіне қоңырау шалып, кодты айтыңыз.",
    phone: "Телефон",
    code: "Код",
    since: "Басталуы",
    again: "Қайта қосу",
    starting: "Касса қосылып жатыр",
  },
  ru: {
    title: "Касса остановлена",
    what: "Программа кассы за пять минут дала сбой пять раз и больше не запускается сама.",
    money: "Все оплаты записаны. Покупатель мог заплатить: пока касса не запущена, не берите с него деньги второй раз.",
    call: "Позвоните в поддержку и назовите код.",
    phone: "Телефон",
    code: "Код",
    since: "Началось",
    again: "Запустить снова",
    starting: "Касса запускается",
  },
  en: {
    title: "The till has stopped",
    what: "The till program failed five times within five minutes and does not start by itself any more.",
    money:
      "Every payment is written down. A customer may have paid: until the till runs, do not take the money a second time.",
    call: "Call support and read them the code.",
    phone: "Telephone",
    code: "Code",
    since: "Began",
    again: "Start again",
    starting: "The till is starting",
  },
};
