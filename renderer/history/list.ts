import { useCallback, useEffect, useRef, useState } from "react";
import type { HistoryItem, HistoryQuery } from "../../contract/commands.ts";
import type { AppError } from "../../contract/errors.ts";
import { send } from "../actions.ts";
import { shopDay } from "../time.ts";
import { openThings } from "./face.ts";

export interface Filter {
  readonly text: string;
  readonly show: NonNullable<HistoryQuery["show"]>;
  /** The shop's dates, both included. */
  readonly fromDay?: string;
  readonly toDay?: string;
}

export type DayChoice = "all" | "today" | "yesterday" | "week" | "one";

const DAY_MS = 86_400_000;

/** The dates behind a choice, as the shop counts days. */
export function daysOf(choice: DayChoice, date: string, timezone: string): Pick<Filter, "fromDay" | "toDay"> {
  const ago = (days: number): string => shopDay(Date.now() - days * DAY_MS, timezone);
  switch (choice) {
    case "all":
      return {};
    case "today":
      return { fromDay: ago(0), toDay: ago(0) };
    case "yesterday":
      return { fromDay: ago(1), toDay: ago(1) };
    case "week":
      return { fromDay: ago(6), toDay: ago(0) };
    case "one":
      return { fromDay: date, toDay: date };
  }
}

const PAGE = 30;
/** A person who types is not asked for at every digit. */
const TYPING_MS = 300;
/** Snapshots come in bursts while payments are watched. */
const NEWS_MS = 1000;

interface Page {
  readonly items: readonly HistoryItem[];
  readonly nextCursor: string | null;
}

/** The till's list for a filter; read anew when the filter or the till's state changes. */
export function useHistory(filter: Filter, version: number) {
  const [page, setPage] = useState<Page>({ items: [], nextCursor: null });
  const [waiting, setWaiting] = useState(true);
  const [error, setError] = useState<AppError | null>(null);
  const wanted = JSON.stringify(filter);
  const asked = useRef(0);
  const shown = useRef(0);

  const read = useCallback(async (query: string, cursor: string | null, least: number): Promise<Page | null> => {
    const round = ++asked.current;
    setWaiting(true);
    const { text, ...rest } = JSON.parse(query) as Filter;
    const answer = await send("history.list", {
      ...rest,
      ...(text.trim() === "" ? {} : { text: text.trim() }),
      limit: Math.min(50, Math.max(PAGE, least)),
      ...(cursor === null ? {} : { cursor }),
    });
    // An answer that was overtaken belongs to another question.
    if (round !== asked.current) return null;
    setWaiting(false);
    setError(answer.ok ? null : answer.error);
    return answer.ok ? answer.value : null;
  }, []);

  const find = useCallback(async (): Promise<readonly HistoryItem[] | null> => {
    const first = await read(wanted, null, PAGE);
    if (first) setPage(first);
    return first?.items ?? null;
  }, [read, wanted]);

  const typed = filter.text;
  const before = useRef({ typed, version });
  useEffect(() => {
    const typing = before.current.typed !== typed;
    const news = before.current.version !== version;
    before.current = { typed, version };
    const reread = async (): Promise<void> => {
      const first = await read(wanted, null, shown.current);
      if (first) setPage(first);
    };
    const timer = setTimeout(() => void reread(), typing ? TYPING_MS : news ? NEWS_MS : 0);
    return () => clearTimeout(timer);
  }, [read, wanted, typed, version]);

  const loadMore = async (): Promise<void> => {
    const next = await read(wanted, page.nextCursor, PAGE);
    if (next) setPage({ items: [...page.items, ...next.items], nextCursor: next.nextCursor });
  };
  useEffect(() => {
    shown.current = page.items.length;
  }, [page]);

  const items = [...page.items.filter(openThings), ...page.items.filter((item) => !openThings(item))];
  return { items, more: page.nextCursor !== null, waiting, error, find, loadMore, reload: () => void find() };
}
