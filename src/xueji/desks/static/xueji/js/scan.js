// Scanning with the camera beside a field: the code that is seen goes into the field and its form is sent, as if typed. The
// browser decodes where it can; otherwise two frames a second go to our own server. The same code is not sent twice in a row.
import { closeCamera, hasCamera, jpegOf, openCamera, say, troubleOf, wait } from "../capture/camera.js";

const EVERY = 500, LONGEST = 8000, WIDEST = 1280, TRIES = 6, GONE = 2000, KEPT = "xueji-scan";

class Crowded extends Error {}

async function decoder(read, token) {
  const formats = await window.BarcodeDetector?.getSupportedFormats().catch(() => []);
  if (formats?.includes("qr_code")) {
    const eye = new window.BarcodeDetector({ formats: ["qr_code"] });
    return async (video) => (await eye.detect(video)).map((code) => code.rawValue);
  }
  return async (video) => {
    const k = Math.min(1, WIDEST / Math.max(video.videoWidth, video.videoHeight));
    const canvas = Object.assign(document.createElement("canvas"), { width: Math.round(video.videoWidth * k), height: Math.round(video.videoHeight * k) });
    canvas.getContext("2d").drawImage(video, 0, 0, canvas.width, canvas.height);
    const headers = { "Content-Type": "image/jpeg", "X-CSRFToken": token };
    const answer = await fetch(read, { method: "POST", body: await jpegOf(canvas, 0.85), headers, signal: AbortSignal.timeout(LONGEST) });
    if (answer.status === 429) throw new Crowded();
    if (!answer.ok || answer.redirected) throw new Error(String(answer.status));
    return (await answer.json()).texts;
  };
}

function scanner(place) {
  const part = (name) => place.querySelector(`[data-scan-${name}]`), video = place.querySelector("video"), said = part("said");
  const input = document.getElementById(place.dataset.into), form = input.form, token = form.elements.csrfmiddlewaretoken.value;
  const kept = () => JSON.parse(sessionStorage.getItem(KEPT) ?? "{}"), keep = (what) => sessionStorage.setItem(KEPT, JSON.stringify(what));
  let on = false;

  function close() {
    on = false;
    closeCamera(video);
    part("view").hidden = part("close").hidden = true;
    part("open").hidden = !hasCamera();
  }

  function sent(text) {
    keep({ open: true, last: text, page: location.pathname });
    close();
    input.value = text;
    said.textContent = say("读到一个码，正在提交。", "A code was read; it is being sent.");
    form.requestSubmit();
  }

  async function watch() {
    const decode = await decoder(place.dataset.read, token);
    let failures = 0, pace = EVERY, last = kept().last, seen = performance.now();
    while (on) {
      const started = performance.now();
      if (!document.hidden) {
        try {
          const texts = await decode(video);
          [failures, pace] = [0, EVERY];
          if (!on) return;
          if (texts.includes(last)) seen = performance.now(); // the paper of before still lies there
          else if (performance.now() - seen > GONE) last = undefined;
          const fresh = texts.find((text) => text !== last);
          if (fresh) return sent(fresh);
        } catch (why) {
          pace = Math.min(LONGEST, pace * 2);
          failures += why instanceof Crowded ? 0 : 1;
          if (failures >= TRIES) { close(); said.textContent = say("读不了码：连不上服务器。请用扫码枪或输入校验码。", "Codes cannot be read: the server does not answer. Use the hand scanner, or type the code."); return; }
        }
      }
      await wait(Math.max(100, pace - (performance.now() - started)));
    }
  }

  async function open() {
    said.textContent = "";
    part("open").disabled = true;
    try {
      await openCamera(video, "environment");
    } catch (error) {
      keep({});
      said.textContent = troubleOf(error) + say("也可以用扫码枪，或输入校验码。", " You can also use the hand scanner, or type the code.");
      return;
    } finally {
      part("open").disabled = false;
    }
    on = true;
    part("view").hidden = part("close").hidden = false;
    part("open").hidden = true;
    said.textContent = say("把二维码放到镜头前。", "Hold the QR code before the camera.");
    void watch();
  }

  part("open").hidden = !hasCamera();
  part("open").addEventListener("click", () => void open());
  part("close").addEventListener("click", () => { keep({}); close(); said.textContent = ""; part("open").focus(); });
  window.addEventListener("pagehide", () => { on = false; closeCamera(video); });
  if (kept().open && kept().page === location.pathname && hasCamera()) void open(); // the next form of the pile
}

document.querySelectorAll("[data-scan-camera]").forEach(scanner);
