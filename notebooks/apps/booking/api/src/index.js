// The API: a few addresses, JSON in and out.
const http = require("node:http");
const database = require("./database");

const PORT = 3000;

async function read(request) {
  let text = "";
  for await (const piece of request) {
    text += piece;
    if (text.length > 10000) throw new SyntaxError("too long");
  }
  return JSON.parse(text);
}

async function book(request) {
  const { resource, day, name } = await read(request);
  if (!database.RESOURCES.includes(resource)) return [400, { error: `There is no ${resource}.` }];
  if (!/^\d{4}-\d\d-\d\d$/.test(day) || Number.isNaN(Date.parse(day))) return [400, { error: "Which day?" }];
  if (typeof name !== "string" || !name.trim() || name.length > 80) return [400, { error: "Who are you?" }];
  const made = await database.book(resource, day, name.trim());
  return made ? [201, made] : [409, { error: `The ${resource.toLowerCase()} is taken on ${day}.` }];
}

async function answer(request) {
  const path = request.url.split("?")[0];
  if (path === "/health") return database.isReady() ? [200, { ready: true }] : [503, { ready: false }];
  if (path === "/resources" && request.method === "GET") return [200, database.RESOURCES];
  if (!database.isReady()) return [503, { error: "The database is not ready yet." }];
  if (path === "/bookings" && request.method === "GET") return [200, await database.bookings()];
  if (path === "/bookings" && request.method === "POST") return book(request);
  return [404, { error: "There is nothing at this address." }];
}

const server = http.createServer(async (request, response) => {
  let status, body;
  try {
    [status, body] = await answer(request);
  } catch (error) {
    const theirs = error instanceof SyntaxError;
    if (!theirs) console.log(`${request.method} ${request.url} failed: ${error.message}`);
    [status, body] = theirs ? [400, { error: "That is no JSON." }] : [500, { error: "The database did not answer." }];
  }
  response.writeHead(status, { "Content-Type": "application/json" });
  response.end(JSON.stringify(body));
});

for (const signal of ["SIGTERM", "SIGINT"]) {
  process.on(signal, () => {
    server.close();
    database.end().finally(() => process.exit(0));
  });
}

console.log("the API starts");
server.listen(PORT, () => console.log(`the API listens on port ${PORT}`));
database.connect();
