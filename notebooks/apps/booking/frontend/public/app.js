// The page: shows the bookings, and makes new ones.
const part = (id) => document.getElementById(id);

async function ask(path, sent) {
  const how = sent && { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(sent) };
  const answer = await fetch(`api/${path}`, how);
  const found = await answer.json();
  if (!answer.ok) throw new Error(found.error);
  return found;
}

function row(booking) {
  const made = document.createElement("tr");
  for (const text of [booking.day, booking.resource, booking.name]) {
    made.appendChild(document.createElement("td")).textContent = text;
  }
  return made;
}

async function show() {
  part("bookings").replaceChildren(...(await ask("bookings")).map(row));
}

async function begin() {
  try {
    part("resource").replaceChildren(...(await ask("resources")).map((name) => new Option(name)));
    await show();
    part("told").textContent = "";
    part("form").dataset.ready = "yes";
  } catch (error) {
    part("told").textContent = `${error.message} Trying again …`;
    setTimeout(begin, 1000);
  }
}

part("form").addEventListener("submit", async (event) => {
  event.preventDefault();
  const wanted = { resource: part("resource").value, day: part("day").value, name: part("name").value };
  try {
    await ask("bookings", wanted);
    part("told").textContent = `Booked: ${wanted.resource} on ${wanted.day}.`;
    await show();
  } catch (error) {
    part("told").textContent = error.message;
  }
});

begin();
