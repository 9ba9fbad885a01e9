// Online capture: the frame, a word of guidance, a countdown, a look at the picture and at what the rules say of it; then it is
// sent or taken again. What is sent is the camera's own picture, never mirrored, never enlarged.
import { closeCamera, frameOf, hasCamera, jpegOf, openCamera, say, troubleOf, wait } from "./camera.js";
import { guided, spoken } from "./guidance.js";

const place = document.querySelector("[data-online]");
const part = (name) => place.querySelector(`[data-${name}]`);
const video = place.querySelector("video"), finder = place.querySelector(".viewfinder"), form = place.querySelector("form"), input = form.elements.photo;
const open = part("open"), shoot = part("shoot"), again = part("again"), mode = part("mode"), command = part("command"), count = part("countdown"), trouble = part("trouble");
const preview = part("preview"), image = preview.querySelector("img"), verdict = part("verdict"), speak = spoken(part("spoken"));
const SECONDS = [3, 2, 1], HIGHEST = 1280;
let guide = null, looking = 0;

function told({ say: word, hold }) {
  if (!count.hidden) return;
  command.textContent = word;
  command.toggleAttribute("data-hold", Boolean(hold));
  finder.toggleAttribute("data-hold", Boolean(hold));
  speak(word);
}

function complain(text) {
  trouble.textContent = text;
  trouble.hidden = !text;
}

function close() {
  guide?.stop();
  guide = null;
  closeCamera(video);
  finder.hidden = shoot.hidden = mode.hidden = count.hidden = true;
  command.textContent = "";
  command.removeAttribute("data-hold");
  open.hidden = !hasCamera() || !preview.hidden;
}

async function looked(file) {
  // what the rules say of it, before it is sent; the server judges again what arrives
  const turn = (looking += 1), body = new FormData();
  body.set("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value);
  body.set("photo", file, "still.jpg");
  verdict.replaceChildren(say("正在看……", "Looking…"));
  const answer = await fetch(place.dataset.look, { method: "POST", body, headers: { "X-Part": "result" } }).catch(() => ({ ok: false }));
  const text = answer.ok ? await answer.text() : "";
  if (turn !== looking) return;
  if (!text) return verdict.replaceChildren(say("现在不能预先检查；提交后由服务器检查。", "It cannot be looked at beforehand now; the server does so when it is sent."));
  verdict.replaceChildren(document.createRange().createContextualFragment(text));
  const shown = verdict.querySelector("[data-looked-at]");
  if (shown) [shown.src, shown.hidden] = [image.src, false];
  preview.querySelector("figure").hidden = Boolean(shown);
}

function shown(file) {
  if (image.src) URL.revokeObjectURL(image.src);
  image.removeAttribute("src");
  preview.hidden = !file;
  again.hidden = !file || !hasCamera();
  open.hidden = Boolean(file) || !hasCamera();
  verdict.replaceChildren();
  preview.querySelector("figure").hidden = false;
  if (!file) return;
  image.src = URL.createObjectURL(file);
  void looked(file);
}

async function opened() {
  complain("");
  open.disabled = again.disabled = true;
  try {
    await openCamera(video);
  } catch (error) {
    return complain(troubleOf(error) + say("也可以在下面选择照片。", " You can also choose a photo below."));
  } finally {
    open.disabled = again.disabled = false;
  }
  finder.hidden = shoot.hidden = false;
  open.hidden = again.hidden = preview.hidden = true;
  shoot.disabled = false;
  shoot.focus();
  guide = guided(video, {
    guide: place.dataset.guide, still: place.dataset.still, token: form.elements.csrfmiddlewaretoken.value, told,
    mode: (where, text) => { mode.dataset.mode = where; mode.textContent = text; mode.hidden = false; },
    held: () => { guide = null; told({ say: say("很好，按钮在下面", "Good; press the button"), hold: true }); },
    lost: () => { guide = null; told({ say: "" }); },
  });
}

async function taken() {
  shoot.disabled = true;
  guide?.stop();
  guide = null;
  command.textContent = "";
  count.hidden = false;
  for (const left of SECONDS) {
    count.textContent = String(left);
    speak(String(left));
    await wait(1000);
    if (!video.srcObject) return;
  }
  const held = new DataTransfer();
  held.items.add(new File([await jpegOf(frameOf(video, HIGHEST))], "online.jpg", { type: "image/jpeg" }));
  input.files = held.files;
  shown(input.files[0]);
  close();
  speak(say("拍好了。", "Taken."));
  form.querySelector("button[value=online]").focus();
}

open.hidden = !hasCamera();
open.addEventListener("click", () => void opened());
again.addEventListener("click", () => void opened());
shoot.addEventListener("click", () => void taken());
window.addEventListener("pagehide", close);
input.addEventListener("change", () => { close(); shown(input.files[0]); });
