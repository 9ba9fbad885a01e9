// A form with data-autosave="address" saves itself while it is filled.
// The server answers with one line of text, which is shown in [data-saved]; any answer but 2xx is a problem and stays visible.
// Nothing is kept on this device: the next person at a shared computer must not find it.
for (const form of document.querySelectorAll("form[data-autosave]")) {
  const line = form.querySelector("[data-saved]");
  let timer = 0;
  let running = false;
  let waiting = false;
  let leaving = false;
  let saving = Promise.resolve();
  let sent = snapshot(form);

  function snapshot(it) {
    const fields = new FormData(it);
    for (const [name, value] of [...fields]) if (value instanceof File) fields.delete(name);
    return new URLSearchParams(fields).toString();
  }

  function tell(text, state) {
    if (!line || !text) return;
    line.textContent = text;
    line.dataset.state = state;
  }

  async function save() {
    clearTimeout(timer);
    const body = snapshot(form);
    if (leaving || body === sent) return;
    if (running) { waiting = true; return; }
    let arrived;
    saving = new Promise((done) => { arrived = done; });
    running = true;
    tell(line?.dataset.saving, "going");
    try {
      const answer = await fetch(form.dataset.autosave, {
        method: "POST",
        headers: { "Content-Type": "application/x-www-form-urlencoded", "X-Autosave": "1" },
        body,
        keepalive: body.length < 60000,
      });
      const text = (await answer.text()).slice(0, 300);
      const plain = (answer.headers.get("Content-Type") || "").startsWith("text/plain");
      if (answer.ok) sent = body;
      tell(plain ? text : line?.dataset[answer.ok ? "done" : "failed"], answer.ok ? "done" : "late");
    } catch {
      tell(line?.dataset.offline, "back");
      timer = setTimeout(save, 15000);
    }
    running = false;
    arrived();
    if (waiting) { waiting = false; save(); }
  }

  form.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(save, 1200); });
  form.addEventListener("change", () => { clearTimeout(timer); timer = setTimeout(save, 200); });
  addEventListener("online", save);
  document.addEventListener("visibilitychange", () => { if (document.hidden) save(); });
  // What is on its way arrives first, and nothing is saved behind it: a draft that came after the form was sent would look
  // like another device's.
  form.addEventListener("submit", (event) => {
    clearTimeout(timer);
    const underWay = running && !leaving;
    leaving = true;
    if (!underWay) return;
    event.preventDefault();
    const button = event.submitter;
    Promise.race([saving, new Promise((done) => setTimeout(done, 4000))]).then(() => form.requestSubmit(button));
  });
  addEventListener("pageshow", () => { leaving = false; });
}
