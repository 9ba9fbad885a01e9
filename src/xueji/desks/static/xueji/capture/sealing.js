// Keys, codes and envelopes in the page (WebCrypto). Keys are imported so that they cannot be read out again; what waits for the
// network lies in IndexedDB sealed to the school's key, which this computer does not have. Format: docs/capture-code.md.
const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const bytesOf = (text) => Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
export function textOf(raw) {
  let text = "";
  const bytes = new Uint8Array(raw);
  for (let n = 0; n < bytes.length; n += 8192) text += String.fromCharCode(...bytes.subarray(n, n + 8192));
  return btoa(text);
}

function opened() {
  return new Promise((done, fail) => {
    const ask = indexedDB.open("xueji-station", 1);
    ask.onupgradeneeded = () => {
      ask.result.createObjectStore("kit");
      ask.result.createObjectStore("waiting");
      ask.result.createObjectStore("seen");
    };
    ask.onsuccess = () => done(ask.result);
    ask.onerror = () => fail(ask.error);
  });
}

async function store(name, mode, work) {
  const base = await opened();
  return new Promise((done, fail) => {
    const all = base.transaction(name, mode), asked = work(all.objectStore(name));
    all.oncomplete = () => { base.close(); done(asked?.result); };
    all.onerror = all.onabort = () => { base.close(); fail(all.error); };
  });
}
export const keep = (name, key, value) => store(name, "readwrite", (s) => s.put(value, key));
export const take = (name, key) => store(name, "readonly", (s) => s.get(key));
export const drop = (name, key) => store(name, "readwrite", (s) => s.delete(key));
export const keysOf = (name) => store(name, "readonly", (s) => s.getAllKeys());

export async function keepKit(place, kit) {
  const curve = { name: "ECDH", namedCurve: "P-256" };
  const verify = await crypto.subtle.importKey("raw", bytesOf(kit.verify), { name: "Ed25519" }, false, ["verify"]);
  const open = await crypto.subtle.importKey("raw", bytesOf(kit.open), "AES-GCM", false, ["decrypt"]);
  const envelope = await crypto.subtle.importKey("raw", bytesOf(kit.envelope), curve, false, []);
  await keep("kit", place, { number: kit.number, verify, open, envelope, revoked: kit.revoked, house: kit.house, fee: kit.fee });
}

function unpacked(text) {
  let bits = 0, held = 0;
  const out = [];
  for (const letter of text) {
    const value = ALPHABET.indexOf(letter);
    if (value < 0) return null;
    held = (held << 5) | value;
    bits += 5;
    if (bits >= 8) { bits -= 8; out.push((held >> bits) & 255); held &= (1 << bits) - 1; }
  }
  return Uint8Array.from(out);
}

const joined = (...parts) => Uint8Array.from(parts.flatMap((part) => [...part]));

// What a code names, judged without network: {case} or {wrong: "STAT.00x"}. Nothing personal comes out of it.
export async function openCode(kit, scanned, now) {
  const text = scanned.replace(/\s+/g, "").toUpperCase();
  const raw = text.startsWith("XJ1") ? unpacked(text.slice(3)) : null;
  if (!raw || raw.length !== 115) return { wrong: "STAT.001" };
  if (raw[0] !== kit.number) return { wrong: "STAT.003" };
  const prefix = new TextEncoder().encode("XJ1"), body = raw.slice(0, -64);
  const good = await crypto.subtle.verify({ name: "Ed25519" }, kit.verify, raw.slice(-64), joined(prefix, body));
  if (!good) return { wrong: "STAT.002" };
  try {
    const plain = await crypto.subtle.decrypt({ name: "AES-GCM", iv: body.slice(1, 13), additionalData: joined(prefix, body.slice(0, 1)) }, kit.open, body.slice(13));
    const inside = new Uint8Array(plain), view = new DataView(plain);
    const hex = [...inside.slice(0, 16)].map((b) => b.toString(16).padStart(2, "0")).join("");
    const id = [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
    if (view.getUint32(16) * 1000 <= now.getTime()) return { wrong: "STAT.005" };
    if (kit.revoked.includes(`${id}:${view.getUint16(20)}`)) return { wrong: "STAT.006" };
    return { case: id };
  } catch {
    return { wrong: "STAT.002" };
  }
}

export async function seal(kit, inside) {
  const id = crypto.randomUUID(), curve = { name: "ECDH", namedCurve: "P-256" };
  const pair = await crypto.subtle.generateKey(curve, false, ["deriveBits"]);
  const shared = await crypto.subtle.deriveBits({ name: "ECDH", public: kit.envelope }, pair.privateKey, 256);
  const base = await crypto.subtle.importKey("raw", shared, "HKDF", false, ["deriveKey"]);
  const hkdf = { name: "HKDF", hash: "SHA-256", salt: new Uint8Array(32), info: new TextEncoder().encode("xueji envelope") };
  const key = await crypto.subtle.deriveKey(hkdf, base, { name: "AES-GCM", length: 256 }, false, ["encrypt"]);
  const nonce = crypto.getRandomValues(new Uint8Array(12));
  const sealed = await crypto.subtle.encrypt({ name: "AES-GCM", iv: nonce, additionalData: new TextEncoder().encode(id) }, key, new TextEncoder().encode(JSON.stringify(inside)));
  const ephemeral = await crypto.subtle.exportKey("raw", pair.publicKey);
  return { id, key: kit.number, ephemeral: textOf(ephemeral), nonce: textOf(nonce), sealed: textOf(sealed) };
}
