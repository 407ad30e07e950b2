// The database: who has booked what, and when.
const { Pool } = require("pg");

const RESOURCES = ["Meeting room", "Projector", "Bicycle"];
const RETRY_MS = 500;

const address = new URL(process.env.DATABASE_URL || "postgres://postgres@localhost:5432/postgres");
const pool = new Pool({ connectionString: address.href, connectionTimeoutMillis: 2000 });
pool.on("error", (error) => console.log(`the database is gone: ${error.message}`));

let ready = false;

async function prepare() {
  await pool.query(`CREATE TABLE IF NOT EXISTS bookings (
    id SERIAL PRIMARY KEY,
    resource TEXT NOT NULL,
    day DATE NOT NULL,
    name TEXT NOT NULL,
    UNIQUE (resource, day)
  )`);
}

// Started is not ready: the database may need some seconds more than we do, so we try until it answers.
async function connect() {
  for (let attempt = 1; !ready; attempt += 1) {
    try {
      await prepare();
      ready = true;
      console.log(`connected to the database at ${address.host} (attempt ${attempt})`);
    } catch (error) {
      console.log(`attempt ${attempt}: cannot connect to the database at ${address.host}: ${error.message || error.code}`);
      await new Promise((done) => setTimeout(done, RETRY_MS));
    }
  }
}

async function bookings() {
  const found = await pool.query("SELECT id, resource, to_char(day, 'YYYY-MM-DD') AS day, name FROM bookings ORDER BY day, resource");
  return found.rows;
}

// Gives the new booking; null if somebody else has that day.
async function book(resource, day, name) {
  const made = await pool.query(
    "INSERT INTO bookings (resource, day, name) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING RETURNING id",
    [resource, day, name],
  );
  return made.rows.length ? { id: made.rows[0].id, resource, day, name } : null;
}

module.exports = { RESOURCES, book, bookings, connect, end: () => pool.end(), isReady: () => ready };
