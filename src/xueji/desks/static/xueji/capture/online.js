// Online capture: a frame, a countdown, a look at the picture; what is sent is the camera's own picture, never mirrored.
const place = document.querySelector("[data-online]");
const english = document.documentElement.lang.startsWith("en");
const video = place.querySelector("video"), finder = place.querySelector(".viewfinder"), count = place.querySelector("[data-countdown]");
const open = place.querySelector("[data-open]"), shoot = place.querySelector("[data-shoot]"), input = place.querySelector("[name=photo]");
const preview = place.querySelector("[data-preview]"), image = preview.querySelector("img");
let stream = null;
const wait = (ms) => new Promise((done) => setTimeout(done, ms));

function shown(file) {
  if (image.src) URL.revokeObjectURL(image.src);
  preview.hidden = !file;
  if (file) image.src = URL.createObjectURL(file);
}
function close() {
  stream?.getTracks().forEach((track) => track.stop());
  stream = null;
  finder.hidden = shoot.hidden = true;
  open.hidden = false;
}
open.hidden = !navigator.mediaDevices?.getUserMedia;
open.addEventListener("click", async () => {
  try {
    stream = await navigator.mediaDevices.getUserMedia({ audio: false, video: { facingMode: "user", width: { ideal: 1920 }, height: { ideal: 1440 } } });
  } catch {
    count.textContent = english ? "The camera cannot be opened; choose a photo below." : "打不开镜头，请在下面选择照片。";
    return;
  }
  video.srcObject = stream;
  await video.play();
  finder.hidden = shoot.hidden = false;
  open.hidden = true;
  shoot.focus();
});
shoot.addEventListener("click", async () => {
  shoot.disabled = true;
  for (const left of [3, 2, 1]) { count.textContent = String(left); await wait(1000); }
  count.textContent = "";
  shoot.disabled = false;
  const w = video.videoWidth, h = video.videoHeight, high = Math.min(h, (w * 4) / 3), wide = (high * 3) / 4;
  const canvas = Object.assign(document.createElement("canvas"), { width: 960, height: 1280 });
  canvas.getContext("2d").drawImage(video, (w - wide) / 2, (h - high) / 2, wide, high, 0, 0, 960, 1280);
  const blob = await new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.92));
  const held = new DataTransfer();
  held.items.add(new File([blob], "online.jpg", { type: "image/jpeg" }));
  input.files = held.files;
  shown(input.files[0]);
  close();
  open.textContent = english ? "Take it again" : "重拍";
});
input.addEventListener("change", () => shown(input.files[0]));
