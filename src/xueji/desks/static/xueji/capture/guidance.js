// Guidance before the camera: one short word at a time, and the moment when somebody has held still for half a second.
// The nets run in a worker on this device where they can; otherwise one still a second goes to our own server. Both follow
// the same steps with the same limits. Nothing is kept, and from the worker nothing leaves the device.
import { frameOf, jpegOf, say, wait } from "./camera.js";

const HELD = 500, MOVED = 0.03, EVERY = 1000, LONGEST = 8000, TRIES = 6, PAUSE = 60, READY = 45000, ANSWER = 10000, STILL_HEIGHT = 640;

class NoWorker extends Error {}

// For a screen reader: the latest word, not more often than once a second.
export function spoken(region) {
  let text = "", clock = null, last = 0;
  const speak = () => { clock = null; last = performance.now(); if (region.textContent !== text) region.textContent = text; };
  return (words) => {
    text = words;
    clock ??= setTimeout(speak, Math.max(0, last + 1000 - performance.now()));
  };
}

function holding() {
  let since = 0, place = null;
  return ({ hold, face }) => {
    const now = performance.now(), kept = place && face && place.every((value, n) => Math.abs(value - face[n]) < MOVED);
    if (!hold || !face) place = null;
    else if (!kept) [since, place] = [now, face];
    return Boolean(place) && kept && now - since >= HELD;
  };
}

function asking(worker) {
  let answered = null;
  worker.onmessage = ({ data }) => answered?.(data);
  worker.onerror = (event) => { event.preventDefault?.(); answered?.({ failed: event.message ?? "the worker did not start" }); };
  return (message, within, transfer = []) => new Promise((done, fail) => {
    const clock = setTimeout(() => fail(new NoWorker("no answer")), within);
    answered = (said) => { clearTimeout(clock); if (said.failed) fail(new NoWorker(said.failed)); else done(said); };
    worker.postMessage(message, transfer);
  });
}

// Guides whoever stands before `video`. guide and still are our addresses, token the form's; told(said) gets every word
// { code, say, hold }, mode(where, text) says where the picture is looked at, held() comes once, lost(text) when nothing
// answers. Without held the guidance goes on; without still it is given on the device or not at all.
export function guided(video, { guide, still, token, told, mode, held, lost }) {
  let running = true, worker = null, inFlight = null;
  const hold = holding();

  function stop() {
    running = false;
    inFlight?.abort();
    worker?.terminate();
    worker = null;
  }

  function done() { stop(); held(); }

  const visible = async () => { while (running && document.hidden) await wait(300); return running; };

  async function here(set) {
    const from = (path) => new URL(path, location.href).href;
    worker = new Worker(set.worker);
    const ask = asking(worker);
    await ask({ files: from(set.files), points: from(set.points), numbers: from(set.numbers), guide: set.guide }, READY);
    mode("device", say("画面只在这台设备上分析，不发送；定格后那一张才送到学校服务器检查。", "The picture is looked at on this device only; just the final still is sent to the school’s server."));
    let before = "";
    while (await visible()) {
      const canvas = frameOf(video, STILL_HEIGHT), picture = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
      const said = await ask({ data: picture.data, width: canvas.width, height: canvas.height }, ANSWER, [picture.data.buffer]);
      if (!running) return;
      if (said.code === before) told(said); // a word that only one picture gave is not said
      before = said.code;
      if (held && hold(said)) return done();
      await wait(PAUSE);
    }
  }

  async function there() {
    mode("server", say("这台设备不能自己分析：每秒送一张画面到学校服务器检查，看完即忘。", "This device cannot look by itself: a still a second goes to the school’s server, is looked at and forgotten."));
    let failures = 0, pace = EVERY;
    while (await visible()) {
      const started = performance.now();
      inFlight = new AbortController();
      const clock = setTimeout(() => inFlight?.abort(), LONGEST);
      try {
        const answer = await fetch(still, { method: "POST", body: await jpegOf(frameOf(video, STILL_HEIGHT)), headers: { "Content-Type": "image/jpeg", "X-CSRFToken": token }, signal: inFlight.signal });
        if (answer.status === 429) pace = Math.min(LONGEST, pace * 2);
        else if (!answer.ok) throw new Error(String(answer.status));
        else {
          const said = await answer.json();
          if (!running) return;
          [failures, pace] = [0, said.hold ? HELD : EVERY];
          told(said);
          if (held && hold(said)) return done();
        }
      } catch {
        if (!running) return;
        failures += 1;
        pace = Math.min(LONGEST, EVERY * 2 ** failures);
        if (failures >= TRIES) { stop(); return lost(say("连不上服务器。可以在下面选一张照片，或过一会儿再试。", "The server does not answer. Choose a photo below, or try again later.")); }
      } finally {
        clearTimeout(clock);
      }
      await wait(Math.max(200, pace - (performance.now() - started)));
    }
  }

  async function run() {
    try {
      const answer = await fetch(guide, { headers: { Accept: "application/json" } }), set = await answer.json();
      if (!set.worker || typeof Worker === "undefined" || typeof WebAssembly === "undefined") throw new NoWorker("not here");
      await here(set);
    } catch {
      worker?.terminate();
      worker = null;
      if (!running) return;
      if (still) await there();
      else { stop(); lost(""); }
    }
  }

  told({ code: "wait", say: say("正在准备……", "Getting ready…"), hold: false });
  void run();
  return { stop };
}
