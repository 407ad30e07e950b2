// The front end's server: gives the page's files, and hands /api/… on to the API, which it knows by its service name.
const fs = require("node:fs");
const http = require("node:http");
const path = require("node:path");

const PORT = 5173;
const API = new URL(process.env.API_URL || "http://localhost:3000");
const FILES = { "/": "index.html", "/app.js": "app.js", "/style.css": "style.css" };
const TYPES = { ".html": "text/html; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8" };

function handOn(request, response) {
  const target = { hostname: API.hostname, port: API.port, path: request.url.slice(4), method: request.method, headers: request.headers };
  const asked = http.request(target, (answer) => {
    response.writeHead(answer.statusCode, answer.headers);
    answer.pipe(response);
  });
  asked.on("error", (error) => {
    console.log(`cannot connect to the API at ${API.host}: ${error.message || error.code}`);
    response.writeHead(502, { "Content-Type": "application/json" });
    response.end(JSON.stringify({ error: "The API does not answer." }));
  });
  request.pipe(asked);
}

http
  .createServer((request, response) => {
    if (request.url.startsWith("/api/")) return handOn(request, response);
    const name = FILES[request.url.split("?")[0]];
    if (!name) return response.writeHead(404).end("There is nothing at this address.");
    response.writeHead(200, { "Content-Type": TYPES[path.extname(name)] });
    return fs.createReadStream(path.join(__dirname, "public", name)).pipe(response);
  })
  .listen(PORT, () => console.log(`the front end listens on port ${PORT}`));

for (const signal of ["SIGTERM", "SIGINT"]) process.on(signal, () => process.exit(0));
