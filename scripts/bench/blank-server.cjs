/**
 * Serves a folder on loopback with the headers that the till's host sends, as a process of its own like the host.
 * Arguments: the folder, the headers as JSON. Ends with its standard input.
 */
const { readFile } = require("node:fs/promises");
const { createServer } = require("node:http");
const { extname, join, normalize } = require("node:path");

const TYPES = { ".html": "text/html; charset=utf-8", ".js": "text/javascript; charset=utf-8" };
const [folder, headers] = [process.argv[2], JSON.parse(process.argv[3])];

/** @param {import("node:http").IncomingMessage} request @param {import("node:http").ServerResponse} response */
async function serve(request, response) {
  const { pathname } = new URL(request.url, "http://localhost");
  const file = join(folder, normalize(pathname.endsWith("/") ? `${pathname}index.html` : pathname));
  const type = TYPES[extname(file)];
  const content = type && file.startsWith(folder) ? await readFile(file).catch(() => null) : null;
  if (content === null) return response.writeHead(404).end();
  return response.writeHead(200, { ...headers, "content-type": type, "content-length": content.length }).end(content);
}
const server = createServer((request, response) => void serve(request, response));
server.keepAliveTimeout = 30_000;
server.listen(0, "127.0.0.1", () => {
  process.stdout.write(`${JSON.stringify({ event: "ready", url: `http://127.0.0.1:${server.address().port}/` })}\n`);
});
process.stdin.on("end", () => process.exit(0)).resume();
