// The rehearsal: guided before the camera, held still for half a second, the still at full size judged once by our server.
import { closeCamera, frameOf, hasCamera, jpegOf, openCamera, say, troubleOf } from "../capture/camera.js";
import { guided, spoken } from "../capture/guidance.js";

const place = document.querySelector("[data-rehearsal]");
const part = (name) => place.querySelector(`[data-${name}]`);
const video = place.querySelector("video"), finder = place.querySelector(".viewfinder"), form = place.querySelector("form");
const command = part("command"), mode = part("mode"), trouble = part("trouble"), start = part("start"), stop = part("stop");
const result = document.querySelector("[data-result]"), speak = spoken(part("spoken"));
let guide = null;

function told({ say: word, hold }) {
  if (command.textContent !== word) command.textContent = word;
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
  finder.hidden = stop.hidden = mode.hidden = true;
  start.hidden = false;
  told({ say: "" });
}

async function judged(picture) {
  const body = new FormData(form);
  body.set("photo", picture, "still.jpg");
  told({ say: say("正在看……", "Looking…") });
  let answer;
  try {
    answer = await fetch(form.action, { method: "POST", body, headers: { "X-Part": "result" } });
  } catch {
    answer = { ok: false };
  }
  told({ say: "" });
  if (!answer.ok) return complain(say("照片没有送到，请再试一次。", "The photo did not arrive; try again."));
  complain("");
  result.replaceChildren(document.createRange().createContextualFragment(await answer.text()));
  const shown = result.querySelector("[data-looked-at]");
  if (!shown) return;
  shown.src = URL.createObjectURL(picture);
  shown.hidden = false;
  result.querySelector("h2")?.focus();
}

async function held() {
  const still = await jpegOf(frameOf(video));
  close();
  await judged(still);
}

start.hidden = !hasCamera();
if (start.hidden) complain(say("这个浏览器不能在本页使用镜头（需要 https 地址）。请选一张照片。", "This browser cannot use a camera on this page (it needs an https address). Choose a photo."));
start.addEventListener("click", async () => {
  complain("");
  start.disabled = true;
  try {
    await openCamera(video);
  } catch (error) {
    return complain(troubleOf(error) + say("也可以在下面选一张照片。", " You can also choose a photo below."));
  } finally {
    start.disabled = false;
  }
  result.replaceChildren();
  finder.hidden = stop.hidden = false;
  start.hidden = true;
  stop.focus();
  guide = guided(video, {
    guide: place.dataset.guide, still: place.dataset.still, token: form.elements.csrfmiddlewaretoken.value, told, held,
    mode: (where, text) => { mode.dataset.mode = where; mode.textContent = text; mode.hidden = false; },
    lost: (text) => { close(); complain(text); },
  });
});
stop.addEventListener("click", () => { close(); start.focus(); });
window.addEventListener("pagehide", close);
form.addEventListener("submit", (event) => {
  const chosen = form.photo.files[0];
  if (!chosen) return;
  event.preventDefault();
  void judged(chosen);
});
