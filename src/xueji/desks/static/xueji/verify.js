// Verify a signed statement (format XJ1) in the browser: WebCrypto's Ed25519, nothing else, no network.
// In the page it stands beside a form that works without it; in the offline file it is the whole program.
const HEAD = "XJ1.";
const KINDS = { graduation: "毕业证书 graduation", completion: "结业证书 completion", incompletion: "肄业证书 incompletion",
  english: "英文毕业证书 graduation, English", attestation: "学历证明书 attestation", study: "学习证明 master-stage study", form: "登记表 record form" };

function bytes(text) {
  if (!/^[A-Za-z0-9_-]*$/.test(text)) throw new Error("not base64url");
  const raw = Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
  const again = btoa(String.fromCharCode(...raw)).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  if (again !== text) throw new Error("not in its one spelling");
  return raw;
}

export async function verify(text, keys, revoked = []) {
  const parts = text.trim().slice(0, 2000).split("#").pop().split(".");
  if (parts.length !== 3 || parts[0] + "." !== HEAD) return { verdict: "unreadable" };
  let payload, signature, lines;
  try {
    [payload, signature] = [bytes(parts[1]), bytes(parts[2])];
    lines = new TextDecoder("utf-8", { fatal: true }).decode(payload).split("\n");
  } catch { return { verdict: "unreadable" }; }
  if (lines.length !== 9 || lines[0] !== "1") return { verdict: "unreadable" };
  const found = keys.find((one) => String(one.number) === lines[1]);
  if (!found) return { verdict: "unknown_key" };
  const signed = new Uint8Array([...new TextEncoder().encode(HEAD), ...payload]);
  const key = await crypto.subtle.importKey("raw", bytes(found.public), { name: "Ed25519" }, false, ["verify"]);
  if (!await crypto.subtle.verify({ name: "Ed25519" }, key, signature, signed)) return { verdict: "forged" };
  const [, , kind, school, token, number, name, issued] = lines;
  return { verdict: revoked.includes(token) ? "revoked" : "valid", kind, school, number, name, issued };
}

const WORDS = {
  valid: "真实：由学校签发，内容未被改动。 Genuine: signed by the school and unchanged.",
  revoked: "已失效：签名真实，但学校已吊销这份证书。 Revoked by the school.",
  forged: "伪造或被改动：签名不符。 Forged or changed: the signature does not hold.",
  unknown_key: "不是本校密钥签发的。 Not signed by a key of this school.",
  unreadable: "读不出凭证，请粘贴二维码里的全部文字。 No statement: paste the whole text of the code.",
};

function show(target, seen) {
  target.replaceChildren();
  const verdict = document.createElement("p");
  verdict.textContent = WORDS[seen.verdict];
  verdict.dataset.verdict = seen.verdict;
  target.append(verdict);
  if (!seen.name) return;
  for (const line of [KINDS[seen.kind] || seen.kind, seen.name, seen.number, seen.issued]) {
    const row = document.createElement("p");
    row.textContent = line;
    target.append(row);
  }
}

const offline = document.querySelector("#offline-verifier");
const field = document.querySelector("#statement");
function scanned() {
  if (location.hash.length < 2) return;
  try { field.value = decodeURIComponent(location.hash.slice(1)); } catch { field.value = location.hash.slice(1); }
  if (offline) return;
  // who scanned the code asked for the answer already; the address loses the statement, so that "back" asks nothing again
  history.replaceState(null, "", location.pathname);
  field.form.requestSubmit();
}

if (field) {
  scanned();
  if (!offline) window.addEventListener("hashchange", scanned); // the next code, scanned into the same tab
}
if (offline) {
  const held = JSON.parse(document.querySelector("#keys").textContent);
  const run = async (event) => {
    event?.preventDefault();
    try { show(document.querySelector("#answer"), await verify(field.value, held.keys, held.revoked)); }
    catch { document.querySelector("#answer").textContent = "这个浏览器不支持 Ed25519，请换新版浏览器或用 xueji certificate verify。 This browser lacks Ed25519."; }
  };
  offline.addEventListener("submit", run);
  if (field.value) run();
}
