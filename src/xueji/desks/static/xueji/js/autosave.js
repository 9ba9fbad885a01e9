// A form with data-autosave="address" saves itself while it is filled.
// The server answers with one line of text, which is shown in [data-saved]; any answer but 2xx is a problem and stays visible.
// Nothing is kept on this device: the next person at a shared computer must not find it.
const PATIENCE = 20000; // milliseconds for one saving
const AGAIN = 15000; // until it is tried once more
const GONE = 10000; // a page that is still here so long after its form was sent stays here: the sending was stopped

const pause = (time) => new Promise((done) => setTimeout(done, time));
// signing in again in another tab makes a new token; the one in the form would be refused
const token = () => document.cookie.split("; ").find((one) => one.startsWith("csrftoken="))?.slice(10);

for (const form of document.querySelectorAll("form[data-autosave]")) {
  const line = form.querySelector("[data-saved]");
  const proof = form.elements.csrfmiddlewaretoken;
  let timer = 0;
  let running = false;
  let waiting = false;
  let left = 0; // when the form was sent
  let held = false; // the sending waits for the saving
  let ready = false; // and goes now
  let trouble = ""; // why the last saving did not arrive: "offline", or "out" for signed out
  let saving = Promise.resolve();
  let sent = snapshot(form);

  function snapshot(it) {
    const fields = new FormData(it);
    fields.delete("csrfmiddlewaretoken");
    for (const [name, value] of [...fields]) if (value instanceof File) fields.delete(name);
    return new URLSearchParams(fields).toString();
  }

  function tell(text, state) {
    if (!line || !text) return;
    line.textContent = text;
    line.dataset.state = state;
  }

  function later(time) {
    clearTimeout(timer);
    timer = setTimeout(save, time);
  }

  async function save() {
    clearTimeout(timer);
    if (held) return;
    const rest = left ? left + GONE - Date.now() : 0;
    if (rest > 0) { later(rest); return; }
    left = 0;
    await attempt();
    if (waiting) { waiting = false; await save(); }
  }

  async function attempt() {
    const body = snapshot(form);
    if (body === sent) { trouble = ""; return; }
    if (running) { waiting = true; return; }
    let arrived;
    saving = new Promise((done) => { arrived = done; });
    running = true;
    tell(line?.dataset.saving, "going");
    const stop = new AbortController();
    const clock = setTimeout(() => stop.abort(), PATIENCE);
    try {
      const answer = await fetch(form.dataset.autosave, {
        method: "POST",
        headers: { "Content-Type": "application/x-www-form-urlencoded", "X-Autosave": "1", "X-CSRFToken": token() ?? proof?.value ?? "" },
        body,
        redirect: "manual",
        signal: stop.signal,
        keepalive: body.length < 60000,
      });
      const text = (await answer.text()).slice(0, 300);
      const plain = (answer.headers.get("Content-Type") || "").startsWith("text/plain");
      if (answer.ok) sent = body;
      trouble = answer.type === "opaqueredirect" ? "out" : "";
      tell(plain ? text : line?.dataset[trouble || (answer.ok ? "done" : "failed")], answer.ok ? "done" : "late");
    } catch {
      trouble = "offline";
      tell(line?.dataset.offline, "back");
    }
    clearTimeout(clock);
    if (trouble) later(AGAIN);
    running = false;
    arrived();
  }

  // Whether the form can be sent: what is on its way arrives first, so that no draft comes after the form and looks like
  // another device's; and a page that could not be saved is not left for one that shows nothing of it.
  async function settled() {
    if (running) await Promise.race([saving, pause(4000)]);
    if (!trouble && navigator.onLine) return true;
    if (!running) await attempt();
    if (!trouble && navigator.onLine) return true;
    tell(line?.dataset[trouble === "out" ? "out" : "unsent"], "late");
    return false;
  }

  form.addEventListener("input", () => later(1200));
  form.addEventListener("change", () => later(200));
  addEventListener("online", save);
  document.addEventListener("visibilitychange", () => { if (document.hidden) save(); });
  form.addEventListener("submit", async (event) => {
    if (ready || (!held && !running && !trouble && navigator.onLine)) {
      if (proof) proof.value = token() ?? proof.value;
      left = Date.now();
      later(GONE);
      return;
    }
    event.preventDefault();
    if (held) return; // pressed twice
    const button = event.submitter;
    held = true;
    const goes = await settled();
    held = waiting = false;
    if (!goes) { later(AGAIN); return; }
    ready = true;
    form.requestSubmit(button);
    ready = false;
  });
  addEventListener("pageshow", () => { left = 0; });
}
