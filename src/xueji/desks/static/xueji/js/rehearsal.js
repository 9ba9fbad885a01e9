// The camera page: a still every second goes to our own server, one short word comes back; held still for half a
// second, the full-size still is judged once. Frames are cut from the camera as it sees, never mirrored, never kept.
const place = document.querySelector("[data-rehearsal]");
const english = document.documentElement.lang.startsWith("en");
const video = place.querySelector("video");
const finder = place.querySelector(".viewfinder");
const command = place.querySelector("[data-command]");
const trouble = place.querySelector("[data-trouble]");
const start = place.querySelector("[data-start]");
const stop = place.querySelector("[data-stop]");
const form = place.querySelector("form");
const result = document.querySelector("[data-result]");
const token = form.querySelector("[name=csrfmiddlewaretoken]").value;
const EVERY = 1000, HELD = 500, STILL_HEIGHT = 640, MOVED = 0.03;
let stream = null;

const say = (zh, en) => (english ? en : zh);

function told(text, hold = false) {
  if (command.textContent !== text) command.textContent = text;
  command.toggleAttribute("data-hold", hold);
}

function frame(height) {
  // the middle of the camera's picture in the shape of the photo, 3 : 4
  const w = video.videoWidth, h = video.videoHeight;
  const cutH = Math.min(h, (w * 4) / 3), cutW = (cutH * 3) / 4;
  const canvas = document.createElement("canvas");
  canvas.height = Math.round(height || cutH);
  canvas.width = Math.round((canvas.height * 3) / 4);
  canvas.getContext("2d").drawImage(video, (w - cutW) / 2, (h - cutH) / 2, cutW, cutH, 0, 0, canvas.width, canvas.height);
  return new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.92));
}

const wait = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));

async function instruction() {
  const answer = await fetch(place.dataset.still, {
    method: "POST", body: await frame(STILL_HEIGHT), headers: { "Content-Type": "image/jpeg", "X-CSRFToken": token },
  });
  if (answer.status === 429) return { busy: true };
  if (!answer.ok) throw new Error(String(answer.status));
  return answer.json();
}

function kept(before, now) {
  return before && now && before.every((value, n) => Math.abs(value - now[n]) < MOVED);
}

async function guide() {
  let before = null, failures = 0;
  while (stream) {
    try {
      const said = await instruction();
      failures = 0;
      if (!stream) return;
      if (!said.busy) {
        told(said.say, said.hold);
        if (said.hold && kept(before, said.face)) {
          const still = await frame();
          close();
          await judged(still);
          return;
        }
        before = said.hold ? said.face : null;
      }
    } catch {
      failures += 1;
      told("");
      complain(say("连不上服务器，正在重试。也可以在下面选一张照片。", "The server does not answer; trying again. You can also choose a photo below."));
      if (failures > 5) return close();
    }
    await wait(before ? HELD : EVERY);
  }
}

function complain(text) {
  trouble.textContent = text;
  trouble.hidden = !text;
}

function close() {
  stream?.getTracks().forEach((track) => track.stop());
  stream = null;
  video.srcObject = null;
  finder.hidden = stop.hidden = true;
  start.hidden = false;
  told("");
}

async function judged(picture) {
  const body = new FormData(form);
  body.set("photo", picture, "still.jpg");
  told(say("正在看……", "Looking…"));
  const answer = await fetch(form.action, { method: "POST", body, headers: { "X-Part": "result" } });
  told("");
  if (!answer.ok) return complain(say("照片没有送到，请再试一次。", "The photo did not arrive; try again."));
  complain("");
  result.replaceChildren(document.createRange().createContextualFragment(await answer.text()));
  const shown = result.querySelector("[data-looked-at]");
  if (!shown) return;
  shown.src = URL.createObjectURL(picture);
  shown.hidden = false;
  result.querySelector("h2")?.focus();
}

start.hidden = !navigator.mediaDevices?.getUserMedia;
start.addEventListener("click", async () => {
  complain("");
  try {
    stream = await navigator.mediaDevices.getUserMedia({ audio: false, video: { facingMode: "user", width: { ideal: 1920 }, height: { ideal: 1440 } } });
  } catch {
    return complain(say("打不开镜头：请在浏览器里允许使用镜头，或在下面选一张照片。", "The camera cannot be opened: allow it in the browser, or choose a photo below."));
  }
  video.srcObject = stream;
  await video.play();
  result.replaceChildren();
  finder.hidden = stop.hidden = false;
  start.hidden = true;
  guide();
});
stop.addEventListener("click", close);
form.addEventListener("submit", (event) => {
  const chosen = form.photo.files[0];
  if (!chosen) return;
  event.preventDefault();
  judged(chosen);
});
