/** The screen's own scheme: pages come from the app's folder and from nowhere else (checklist C1 to C3). */
import { protocol, type Session } from "electron";
import { readPage } from "../pages.ts";

const SCHEME = "qabyl";
const HOST = "pos";
export const START_URL = `${SCHEME}://${HOST}/index.html`;
export const CUSTOMER_URL = `${SCHEME}://${HOST}/customer.html`;

/** Before `ready`, once. Not `bypassCSP`: the policy is what keeps a foreign script out. */
export function registerScheme(): void {
  protocol.registerSchemesAsPrivileged([
    { scheme: SCHEME, privileges: { standard: true, secure: true, supportFetchAPI: true } },
  ]);
}

/** Serves `root` in a session, and product pictures from the folder `pictures`, where one is named. */
export function serveScheme(session: Session, root: string, pictures: string | null): void {
  session.protocol.handle(SCHEME, async (request) => {
    const url = new URL(request.url);
    const here = url.host === HOST && request.method === "GET";
    const { status, headers, content } = here
      ? await readPage(root, "GET", url.pathname, pictures)
      : await readPage(root, "GET", "/\0");
    return new Response(new Uint8Array(content), { status, headers: { ...headers } });
  });
}

/** Whether an address is a page of ours: the parsed origin, never a part of the text. */
export function isOurs(address: string): boolean {
  const url = URL.parse(address);
  return url !== null && url.protocol === `${SCHEME}:` && url.host === HOST;
}
