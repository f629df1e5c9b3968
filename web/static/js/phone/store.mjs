// What the phone keeps, in IndexedDB: shifts (by their link), the outbox (in the order of its own count), and a few facts about the phone.
// A write is over only when its transaction is: a battery that dies afterwards loses nothing.

const NAME = "mealroute-phone";
let opened;

export function uuid(crypto = globalThis.crypto) {
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16)); // randomUUID needs https; a phone in a yard may not have it
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

function open() {
  opened ??= new Promise((done, failed) => {
    const asking = indexedDB.open(NAME, 1);
    asking.onupgradeneeded = () => {
      const db = asking.result;
      db.createObjectStore("shifts", { keyPath: "token" });
      db.createObjectStore("outbox", { keyPath: "seq", autoIncrement: true }).createIndex("client_id", "client_id", { unique: true });
      db.createObjectStore("facts");
    };
    asking.onsuccess = () => {
      asking.result.onversionchange = () => asking.result.close();
      done(asking.result);
    };
    asking.onerror = () => failed(asking.error);
    asking.onblocked = () => failed(new Error("blocked"));
  });
  return opened;
}

// One transaction: `work` gets the stores and returns a request or nothing; the answer comes when everything is written.
async function within(names, mode, work) {
  const db = await open();
  return new Promise((done, failed) => {
    const transaction = db.transaction(names, mode, { durability: "strict" });
    const request = work(...names.map((name) => transaction.objectStore(name)));
    transaction.oncomplete = () => done(request?.result);
    transaction.onabort = transaction.onerror = () => failed(transaction.error);
  });
}

export const fact = (name) => within(["facts"], "readonly", (facts) => facts.get(name));
export const setFact = (name, value) => within(["facts"], "readwrite", (facts) => facts.put(value, name));

// The phone's own id, made once.
export async function device() {
  const known = await fact("device");
  if (known) return known;
  const made = uuid();
  await setFact("device", made);
  return fact("device");
}

export const shift = (token) => within(["shifts"], "readonly", (shifts) => shifts.get(token));
export const shifts = () => within(["shifts"], "readonly", (kept) => kept.getAll());
export const keepShift = (entry) => within(["shifts"], "readwrite", (kept) => kept.put(entry));
export const dropShift = (token) => within(["shifts"], "readwrite", (kept) => kept.delete(token));

// Put one or several records in; the browser's own counter gives each its place. An id that is there already stays as it is.
export async function put(entries) {
  await within(["outbox"], "readwrite", (outbox) => {
    for (const entry of entries) {
      const asking = outbox.add({ ...entry, state: "waiting", tries: 0 });
      asking.onerror = (event) => { event.preventDefault(); event.stopPropagation(); };
    }
  });
}

export const outbox = () => within(["outbox"], "readonly", (kept) => kept.getAll());

// Change records as they stand now, not as they were read: two open pages do not undo each other's marks.
export const mark = (seqs, change) =>
  within(["outbox"], "readwrite", (kept) => {
    for (const seq of seqs) {
      const asking = kept.get(seq);
      asking.onsuccess = () => { if (asking.result && asking.result.state !== "sent") kept.put({ ...asking.result, ...change }); };
    }
  });

// What has been sent is kept for the driver's own list until its day is over; what waits is never thrown away. The run that is open
// stays whatever this phone's clock says.
export async function tidy(today, token, day) {
  const old = (await outbox()).filter((entry) => entry.state === "sent" && entry.day && entry.day < today && entry.day !== day);
  const past = (await shifts()).filter((entry) => entry.token !== token && (!entry.data?.run || entry.data.run.day < today));
  await within(["outbox", "shifts"], "readwrite", (kept, sheets) => {
    for (const entry of old) kept.delete(entry.seq);
    for (const entry of past) sheets.delete(entry.token);
  });
}
