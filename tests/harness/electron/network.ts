import { record } from "../record.ts";
import type { CdpSession } from "../cdp.ts";
import { settings } from "../settings.ts";
import { fromPage, policyToPage, toPage } from "../urls.ts";
import { mayFetch, sessionInternals, type Session } from "./session.ts";

export interface PausedRequest {
  readonly requestId: string;
  readonly frameId: string;
  readonly resourceType: string;
  readonly networkId?: string;
  readonly redirectedRequestId?: string;
  readonly request: {
    readonly url: string;
    readonly method: string;
    readonly headers: Record<string, string>;
    readonly postDataEntries?: readonly { bytes?: string }[];
  };
}

/** The body of a request that the app itself makes a POST (`loadURL` with `postData`). */
export interface Posted {
  readonly body: Buffer;
  readonly headers: Readonly<Record<string, string>>;
}

export interface Failure {
  readonly code: number;
  readonly name: string;
}

const TYPES: Record<string, string> = {
  Stylesheet: "stylesheet",
  Script: "script",
  Image: "image",
  Font: "font",
  Media: "media",
  XHR: "xhr",
  Fetch: "xhr",
  Ping: "ping",
  CSPViolationReport: "cspReport",
};

type HeaderMap = Record<string, string | string[]>;

function entries(headers: HeaderMap): { name: string; value: string }[] {
  return Object.entries(headers).flatMap(([name, value]) => [value].flat().map((one) => ({ name, value: one })));
}

function toHeaderMap(headers: Headers): HeaderMap {
  const map: Record<string, string[]> = {};
  for (const [name, value] of headers) (map[name] ??= []).push(value);
  return map;
}

/** Answers one request of a page: the app's filters, then its protocol handler, then the wall. */
export async function answerRequest(
  page: CdpSession,
  session: Session,
  paused: PausedRequest,
  where: Record<string, unknown>,
  isMainFrame: boolean,
  posted: Posted | null,
): Promise<Failure | null> {
  const { requestId } = paused;
  const request = {
    ...paused.request,
    ...(posted === null ? {} : { method: "POST", headers: { ...paused.request.headers, ...posted.headers } }),
  };
  const body =
    posted?.body ??
    Buffer.concat((request.postDataEntries ?? []).map(({ bytes }) => Buffer.from(bytes ?? "", "base64")));
  const fail = async (errorReason: string, code: number, name: string): Promise<Failure> => {
    await page.send("Fetch.failRequest", { requestId, errorReason });
    return { code, name };
  };
  // Chrome asks for this by itself, Electron does not.
  if (new URL(request.url).pathname === "/favicon.ico" && paused.resourceType === "Other") {
    await page.send("Fetch.fulfillRequest", { requestId, responseCode: 204 });
    return null;
  }
  const url = fromPage(request.url);
  const scheme = url.slice(0, url.indexOf(":"));
  const documentType = isMainFrame ? "mainFrame" : "subFrame";
  const resourceType = paused.resourceType === "Document" ? documentType : (TYPES[paused.resourceType] ?? "other");
  const referrer = fromPage(request.headers["Referer"] ?? "");
  const uploadData = body.length === 0 ? {} : { uploadData: [{ bytes: body }] };
  const details = { ...where, id: requestId, url, method: request.method, resourceType, referrer, ...uploadData };

  const before = await sessionInternals.ask(session, "onBeforeRequest", details);
  if (before.cancel === true) {
    record("harness.requestCancelled", url, resourceType);
    void sessionInternals.ask(session, "onErrorOccurred", {
      ...details,
      error: "net::ERR_BLOCKED_BY_CLIENT",
      fromCache: false,
    });
    return fail("BlockedByClient", -20, "ERR_BLOCKED_BY_CLIENT");
  }
  if (before.redirectURL !== undefined) {
    const location = { name: "Location", value: toPage(before.redirectURL) };
    await page.send("Fetch.fulfillRequest", { requestId, responseCode: 307, responseHeaders: [location] });
    return null;
  }
  const asked = await sessionInternals.ask(session, "onBeforeSendHeaders", {
    ...details,
    requestHeaders: request.headers,
  });
  if (asked.cancel === true) return fail("BlockedByClient", -20, "ERR_BLOCKED_BY_CLIENT");
  const requestHeaders = (asked.requestHeaders ?? request.headers) as Record<string, string>;

  const handler = sessionInternals.handlerOf(session, scheme);
  if (handler === undefined) {
    if (/^(data|blob|about|chrome-error)$/.test(scheme) || settings.network.includes(new URL(url).origin)) {
      const override =
        posted === null ? {} : { method: "POST", postData: body.toString("base64"), headers: entries(requestHeaders) };
      await page.send("Fetch.continueRequest", { requestId, ...override });
      return null;
    }
    record("harness.networkRefused", url, resourceType);
    return fail("NameNotResolved", -105, "ERR_NAME_NOT_RESOLVED");
  }
  if (resourceType === "xhr" && !mayFetch(scheme)) {
    record("harness.fetchRefused", url);
    return fail("Failed", -2, "ERR_FAILED");
  }

  const headers = new Headers();
  for (const [name, value] of Object.entries(requestHeaders)) {
    headers.set(name, name.toLowerCase() === "origin" || name.toLowerCase() === "referer" ? fromPage(value) : value);
  }
  const hasBody = body.length > 0 && request.method !== "GET" && request.method !== "HEAD";
  let response: Response;
  let content: Buffer;
  try {
    response = await handler(
      new Request(url, { method: request.method, headers, ...(hasBody ? { body: new Uint8Array(body) } : {}) }),
    );
    if (!(response instanceof Response)) throw new TypeError("the protocol handler returned no Response");
    content = Buffer.from(await response.arrayBuffer());
  } catch (error) {
    console.error(error);
    return fail("Failed", -9, "ERR_UNEXPECTED");
  }
  if (response.type === "error") return fail("Failed", -2, "ERR_FAILED");
  const statusLine = `HTTP/1.1 ${response.status} ${response.statusText}`;
  const received = await sessionInternals.ask(session, "onHeadersReceived", {
    ...details,
    statusCode: response.status,
    statusLine,
    responseHeaders: toHeaderMap(response.headers),
  });
  if (received.cancel === true) return fail("BlockedByClient", -20, "ERR_BLOCKED_BY_CLIENT");
  const answered = entries(received.responseHeaders ?? toHeaderMap(response.headers)).map(({ name, value }) => {
    if (/^content-security-policy/i.test(name)) return { name, value: policyToPage(value) };
    if (/^location$/i.test(name)) return { name, value: toPage(new URL(value, url).href) };
    return { name, value };
  });
  await page.send("Fetch.fulfillRequest", {
    requestId,
    responseCode: response.status,
    responseHeaders: answered,
    body: content.toString("base64"),
  });
  void sessionInternals.ask(session, "onCompleted", {
    ...details,
    statusCode: response.status,
    statusLine,
    fromCache: false,
  });
  return null;
}
