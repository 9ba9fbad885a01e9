// The station: scan, light, number, photo, accepted, paid, done. With network every act goes to the server at once; without it
// the turn goes on here, and what came of it waits sealed until the network is back. Delivering twice does no harm.
import { guided, spoken } from "./guidance.js";
import { drop, keep, keepKit, keysOf, openCode, seal, take, textOf } from "./sealing.js";

const desk = document.querySelector("[data-station]");
const english = document.documentElement.lang.startsWith("en");
const say = (zh, en) => (english ? en : zh);
const part = (name) => desk.querySelector(`[data-${name}]`);
const place = location.pathname;
const form = part("scan"), input = form.elements.token, signal = part("signal"), words = part("words"), number = part("number");
const chair = part("chair"), video = part("video"), picture = part("picture"), verdict = part("verdict"), net = part("net");
const LOCAL = {
  "STAT.001": say("这不是本系统的采集凭证。", "This is not a capture code of ours."),
  "STAT.002": say("采集凭证的签名不对，可能没有扫全。", "The signature of the code is wrong, or it was not read whole."),
  "STAT.003": say("采集凭证是用已停用的密钥做的，请刷新页面换新的。", "The code was made with an old key; reload the student’s page."),
  "STAT.005": say("采集凭证已过期。", "The code has expired."),
  "STAT.006": say("这张采集凭证已作废。", "This code was revoked."),
  "STAT.034": say("照片是空的、不是 JPEG，或超过 20 MB。请重新拍摄，或选择相机存下的 JPEG。", "The photo is empty, not a JPEG, or larger than 20 MB. Take it again, or choose the JPEG the camera stored."),
};
let kit = null, turn = null, stream = null, guide = null, sending = false, offline = !navigator.onLine, signedOut = false, unjudged = 0, refused = 0;
let looking = Promise.resolve(), ending = Promise.resolve(true), scans = 0;

// The school's clock: how many milliseconds this computer's is behind it. What is done without network is told by the school's.
let behind = 0;
const now = () => new Date(Date.now() + behind);
function compared(answer) {
  const late = Date.parse(answer.headers.get("Date") ?? "") - Date.now();
  if (Number.isNaN(late) || Math.abs(late - behind) < 60_000) return;
  behind = late;
  void keep("kit", "clock", behind);
}

const cookie = (name) => document.cookie.split("; ").find((c) => c.startsWith(`${name}=`))?.split("=")[1] ?? "";
class NoNetwork extends Error {}
const SLOWEST = 25; // bytes a millisecond: a line on which a delivery is still worth waiting for

async function ask(address, body, how = {}, delivery = 0) {
  const stop = new AbortController(), clock = setTimeout(() => stop.abort(), 8000 + delivery / SLOWEST);
  let answer;
  try {
    const headers = { "X-CSRFToken": cookie("csrftoken"), Accept: "application/json", ...how };
    answer = await fetch(address, { method: body === undefined ? "GET" : "POST", body, headers, signal: stop.signal });
  } catch {
    online(false);
    throw new NoNetwork();
  } finally {
    clearTimeout(clock);
  }
  signedOut = answer.redirected; // to the sign-in page: go on sealed, as without network, and say so
  if (answer.redirected || answer.status > 500 || (answer.status === 500 && !delivery)) throw new NoNetwork(); // one stumbling envelope is not the network
  compared(answer);
  online(true);
  return answer;
}

function online(there) {
  if (offline === there) { offline = !there; void count(); if (there) void deliver(); }
}

async function count() {
  const waiting = (await keysOf("waiting")).length, all = waiting + unjudged;
  const judging = desk.dataset.house === "yes" && all ? say(`；${all} 张照片还没有检测`, `; ${all} photos not checked yet`) : "";
  net.dataset.state = offline ? "back" : waiting ? "going" : "done";
  net.textContent = signedOut && !offline
    ? say(`登录已失效，照常采集；请在另一个标签页重新登录。${waiting} 份已加密存在本机`, `Signed out; go on as usual and sign in again in another tab. ${waiting} waiting here, sealed`)
    : (offline
    ? say(`没有网络，照常采集。${waiting} 份已加密存在本机`, `No network, go on as usual. ${waiting} waiting here, sealed`)
    : waiting ? say(`网络已恢复，正在送出，还有 ${waiting} 份`, `Network is back; ${waiting} still to be delivered`) : say("网络正常，没有待送", "Online, nothing waiting")) + judging + (refused ? say(`；${refused} 份没有被收下：请保留这台电脑并联系管理员`, `; ${refused} not accepted: keep this computer and call the administrator`) : "");
}

// who was photographed offline and is sent back by the rules now: to be called while still here
function called(back) {
  part("back-box").hidden = !back.length;
  part("back").replaceChildren(...back.map(({ say: why, turn: address }) => {
    const line = document.createElement("li"), link = Object.assign(document.createElement("a"), { href: address, textContent: why });
    line.append(link);
    return line;
  }));
}

const TOGETHER = 4_000_000; // characters of one delivery
let atOnce = 10; // envelopes of one delivery

async function deliver() {
  if (sending) return;
  sending = true;
  let kept = 0;
  try {
    const ids = await keysOf("waiting");
    while (ids.length) {
      const bundle = await bundled(ids);
      if (!bundle.length || await delivered(bundle)) continue;
      for (const one of bundle) if (bundle.length === 1 || !(await delivered([one]))) kept += 1;
    }
    refused = kept;
  } catch (gone) {
    if (!(gone instanceof NoNetwork)) throw gone;
  } finally {
    sending = false;
    await count();
  }
}

// The next envelopes that go to one address: what was done at another place goes there. Another tab may have delivered one meanwhile.
async function bundled(ids) {
  const bundle = [];
  for (let length = 0; ids.length && bundle.length < atOnce && length < TOGETHER;) {
    const one = await take("waiting", ids[0]);
    if (one && bundle.length && one.to !== bundle[0].to) break;
    ids.shift();
    if (one) { bundle.push(one); length += one.sealed.length; }
  }
  return bundle;
}

// whether every envelope of the bundle was taken over; one that was not stays here
async function delivered(bundle) {
  const body = JSON.stringify(bundle), address = bundle[0].to ?? desk.dataset.envelopes;
  let answer, answers;
  try {
    answer = await ask(address, body, { "Content-Type": "application/json" }, body.length);
  } catch (gone) {
    atOnce = 1; // what the line cannot carry together it may carry one by one
    throw gone;
  }
  if (!answer.ok) return false;
  ({ answers } = await answer.json());
  atOnce = 10;
  for (const { delivered: id, conflicts } of answers.filter((one) => one.delivered)) {
    await drop("waiting", id);
    for (const why of conflicts) conflict(why);
  }
  await count();
  return answers.every((one) => one.delivered);
}

function conflict(why) {
  const line = document.createElement("li");
  line.textContent = why;
  part("conflicts").append(line);
  part("conflict-box").hidden = false;
}

function judged(lines) {
  verdict.replaceChildren(...lines.map((line) => { const p = document.createElement("p"); p.textContent = line; return p; }));
}

function told(light, lines, shown = "") {
  signal.dataset.signal = { green: "go", amber: "wait", red: "stop" }[light] ?? "";
  part("say").textContent = { green: say("可以拍", "Go ahead"), amber: say("看一看再拍", "Look, then go ahead"), red: say("不能拍", "Not now") }[light] ?? say("请扫码", "Scan a code");
  words.replaceChildren(...lines.map((line) => { const p = document.createElement("p"); p.textContent = line; return p; }));
  number.textContent = shown;
}

async function scanned(token) {
  const mine = scans += 1;
  if (turn?.ending) told("amber", [say("正在办结上一位……", "Ending the turn before…")], number.textContent);
  if (!(await ending) || mine !== scans) return; // who sits there is ended first, and of two codes the later one counts
  if (turn?.local && turn.accepted) return told("amber", [say("请先办结：上一位认可的照片还只在这一页上。", "End the turn first: the photo that was accepted is on this page only.")], number.textContent);
  leave();
  let here;
  try {
    const body = new FormData(form);
    body.set("token", token);
    const seen = await (await ask(desk.dataset.scan, body)).json();
    if (mine !== scans) return;
    told(seen.light, seen.words.map((w) => `${w.message}${say("", " ")}${w.remedy} ${w.id}`), seen.number ? String(seen.number) : "");
    if (seen.light === "red" || seen.finished) return;
    here = { token, at: now().toISOString(), address: seen.turn, photo: null, accepted: false, local: false };
  } catch (gone) {
    if (!(gone instanceof NoNetwork)) throw gone;
    here = await scannedHere(token, mine);
  }
  if (!here || mine !== scans) return;
  turn = here;
  await sit();
}

async function scannedHere(token, mine) {
  const tell = (light, lines, shown) => { if (mine === scans) told(light, lines, shown); };
  if (!kit) return tell("red", [say("这台电脑还没有离线密钥，请先联网打开一次。", "This computer has no keys for working offline; open the page with network once.")]);
  const code = await openCode(kit, token, now());
  if (code.wrong) return tell("red", [`${LOCAL[code.wrong]} ${code.wrong}`]);
  const day = now().toDateString(), before = await take("seen", code.case);
  if (before?.day === day && before.done) return tell("amber", [say("这台电脑今天已经采集过。", "Captured at this computer today already.")], before.number);
  const shown = before?.day === day ? before.number : `${say("离线", "Off")} ${(await keysOf("seen")).length + 1}`;
  await keep("seen", code.case, { day, number: shown, done: false });
  tell("amber", [say("离线：凭证有效，恢复网络后核对名单。", "Offline: the code is genuine; the lists are looked at when the network is back.")], shown);
  return { token, at: now().toISOString(), address: "", photo: null, accepted: false, local: true, case: code.case, number: shown };
}

async function sit() {
  const mine = turn;
  chair.hidden = false;
  part("paying").hidden = desk.dataset.house === "yes";
  if (mine.address) { const body = new FormData(); body.set("act", "call"); await ask(mine.address, body).catch(() => {}); }
  if (turn === mine && desk.dataset.house === "yes" && navigator.mediaDevices?.getUserMedia) {
    try {
      const eye = await navigator.mediaDevices.getUserMedia({ audio: false, video: { width: { ideal: 1920 }, height: { ideal: 1440 } } });
      if (turn !== mine) { eye.getTracks().forEach((track) => track.stop()); return; }
      video.srcObject = stream = eye;
      await video.play();
      video.hidden = false;
      part("shoot").hidden = false;
      part("shoot").focus();
      guidance();
    } catch { part("file").focus(); }
  }
}

// One short word for who sits there, found on this computer; where it cannot, the operator says it.
function guidance() {
  const word = part("word"), speak = spoken(part("spoken"));
  const told = ({ say: text, hold }) => { word.textContent = text; word.toggleAttribute("data-hold", Boolean(hold)); speak(text); };
  if (!offline) guide = guided(video, { guide: desk.dataset.guide, told, mode() {}, lost: () => told({ say: "" }) });
}

function unguided() {
  guide?.stop();
  guide = null;
  part("word").textContent = "";
  part("word").removeAttribute("data-hold");
}

function leave() {
  if (guide) unguided();
  stream?.getTracks().forEach((track) => track.stop());
  stream = turn = null;
  chair.hidden = video.hidden = part("shoot").hidden = true;
  if (picture.src) URL.revokeObjectURL(picture.src);
  picture.removeAttribute("src");
  picture.hidden = part("choice").hidden = part("paying").hidden = true;
  part("file").value = verdict.textContent = "";
}

// either the camera or what it took: the two together push the buttons off a tablet
function aim(there) {
  video.hidden = part("shoot").hidden = !(there && stream);
}

function frame() {
  // 3 : 4 from the middle, as the camera sees it, never mirrored
  const w = video.videoWidth, h = video.videoHeight, high = Math.min(h, (w * 4) / 3), wide = (high * 3) / 4;
  const canvas = Object.assign(document.createElement("canvas"), { width: 960, height: 1280 });
  canvas.getContext("2d").drawImage(video, (w - wide) / 2, (h - high) / 2, wide, high, 0, 0, 960, 1280);
  return new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.9));
}

const LARGEST = 20 * 1024 * 1024;

// The camera's file is read at once: its card may be gone when the turn ends, and what is no photo would be found out too late.
async function chosen(file) {
  const mine = turn;
  if (!mine || !file) return;
  const raw = file.size <= LARGEST ? new Uint8Array(await file.arrayBuffer()) : [];
  if (turn !== mine) return;
  if (raw[0] === 0xff && raw[1] === 0xd8) return shot(mine, new Blob([raw], { type: "image/jpeg" }));
  noPicture(mine, [`${LOCAL["STAT.034"]} STAT.034`]);
}

// no picture at all: the next one is taken or chosen; one that was accepted already stays
function noPicture(mine, why) {
  part("file").value = "";
  if (mine.accepted) return judged(why);
  mine.photo = null;
  picture.hidden = part("choice").hidden = true;
  aim(true);
  judged(why);
}

async function shot(mine, photo) {
  if (turn !== mine) return;
  if (guide) unguided();
  mine.photo = photo;
  mine.accepted = false;
  if (picture.src) URL.revokeObjectURL(picture.src);
  picture.src = URL.createObjectURL(photo);
  picture.hidden = part("choice").hidden = false;
  part("paying").hidden = true;
  aim(false);
  verdict.textContent = say("正在检测……", "Looking…");
  try {
    if (mine.local) throw new NoNetwork();
    const body = new FormData();
    body.set("act", "shot");
    body.set("photo", photo, "photo.jpg");
    const answer = await ask(mine.address, body), seen = await answer.json();
    if (turn !== mine || mine.photo !== photo) return; // taken again meanwhile: the word is about a picture that is gone
    if (!answer.ok) return noPicture(mine, seen.findings.map((f) => `${f.message}${say("", " ")}${f.remedy} ${f.id}`));
    judged([seen.verdict.said, ...seen.verdict.lines]);
  } catch (gone) {
    if (!(gone instanceof NoNetwork)) throw gone;
    mine.local = true;
    if (turn !== mine || mine.photo !== photo) return;
    verdict.textContent = say("还没有检测（没有网络）：请先人工看片，恢复网络后自动检测，退回的会在这里显示。", "Not checked yet (no network): look yourself now; it is checked when the network is back, and a rejection is shown here.");
  }
  part("accept").focus();
}

async function act(mine, name, more = {}) {
  const body = new FormData();
  body.set("act", name);
  for (const [key, value] of Object.entries(more)) body.set(key, value);
  const answer = await ask(mine.address, body);
  return { ok: answer.ok, seen: await answer.json() };
}

async function accepted() {
  const mine = turn;
  await looking; // the server has the picture before it hears that it is accepted
  if (turn !== mine || !mine?.photo) return;
  mine.accepted = true;
  if (!mine.local) await act(mine, "accept").catch(() => { mine.local = true; });
  if (turn !== mine) return;
  part("choice").hidden = true;
  part("paying").hidden = false;
  part("paying").querySelector("select, button").focus();
}

// Ends the turn once, whoever presses twice; the next code waits for it. Gives whether the turn is ended.
function finished(outcome) {
  const mine = turn;
  if (!mine || mine.ending) return;
  mine.ending = true;
  ending = ended(mine, outcome).catch((wrong) => {
    console.error(wrong);
    told("amber", [say("没有存下来，请不要关闭这一页，再按一次。", "It could not be kept. Leave this page open and press again.")], number.textContent);
    return false;
  });
  void ending.then((done) => {
    if (!done) { mine.ending = false; setTimeout(() => { ending = Promise.resolve(true); }); }
  });
}

async function ended(mine, outcome) {
  const method = outcome === "done" ? part("paying").querySelector("select")?.value ?? "" : "", shown = number.textContent;
  try {
    if (mine.local) throw new NoNetwork();
    const { ok, seen } = await act(mine, outcome, { method });
    if (!ok) { told("amber", seen.findings.map((f) => `${f.message} ${f.remedy} ${f.id}`), shown); return false; }
  } catch (gone) {
    if (!(gone instanceof NoNetwork)) throw gone;
    await sealed(mine, outcome, method);
  }
  leave();
  told("", [outcome === "done" ? say(`${shown} 号已办结。`, `Number ${shown} is done.`) : say(`${shown} 号未采集离开。`, `Number ${shown} left without a photo.`)]);
  input.focus();
  return true;
}

async function sealed(mine, outcome, method) {
  if (!kit) await equip();
  const photo = mine.photo && outcome === "done" ? textOf(await mine.photo.arrayBuffer()) : "";
  const envelope = await seal(kit, { token: mine.token, at: mine.at, outcome, method, photo });
  await keep("waiting", envelope.id, { ...envelope, to: desk.dataset.envelopes });
  if (mine.case) await keep("seen", mine.case, { day: now().toDateString(), number: mine.number, done: true });
  await count();
}

async function figures() {
  try {
    const seen = await (await ask(desk.dataset.live)).json();
    unjudged = seen.unjudged;
    called(seen.back);
    for (const [name, value] of Object.entries(seen)) { const at = part(`n-${name}`); if (at) at.textContent = value; }
    await deliver();
  } catch (gone) {
    if (!(gone instanceof NoNetwork)) throw gone;
    await count();
  }
}

async function byCamera() {
  const eye = await navigator.mediaDevices.getUserMedia({ audio: false, video: { facingMode: "environment" } }).catch(() => null);
  if (!eye) return told("amber", [say("打不开镜头，请用扫码枪。", "The camera cannot be opened; use the hand scanner.")]);
  video.srcObject = eye;
  chair.hidden = video.hidden = false;
  await video.play();
  for (let tries = 0; tries < 20; tries += 1) {
    const canvas = Object.assign(document.createElement("canvas"), { width: video.videoWidth, height: video.videoHeight });
    canvas.getContext("2d").drawImage(video, 0, 0);
    const still = await new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.9));
    const seen = await ask(desk.dataset.read, still, { "Content-Type": "image/jpeg" }).then((a) => a.json()).catch(() => ({}));
    if (seen.text) { eye.getTracks().forEach((t) => t.stop()); return scanned(seen.text); }
    await new Promise((done) => setTimeout(done, 400));
  }
  eye.getTracks().forEach((t) => t.stop());
  leave();
  return told("amber", [say("没有看到凭证：请调亮手机屏幕再试。", "No code was seen: make the phone’s screen brighter.")]);
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  const token = input.value.trim();
  input.value = "";
  if (token) void scanned(token);
});
part("by-camera").addEventListener("click", () => void byCamera());
part("by-camera").hidden = !navigator.mediaDevices?.getUserMedia;
part("shoot").addEventListener("click", async () => { const mine = turn, photo = await frame(); if (mine) looking = shot(mine, photo); });
part("file").addEventListener("change", () => { looking = chosen(part("file").files[0]); });
part("accept").addEventListener("click", () => void accepted());
part("again").addEventListener("click", () => { turn.photo = null; turn.accepted = false; picture.hidden = part("choice").hidden = true; verdict.textContent = ""; aim(true); part("shoot").focus(); if (stream) guidance(); });
part("done").addEventListener("click", () => void finished("done"));
part("left").addEventListener("click", () => void finished("left"));
window.addEventListener("online", () => void figures());
window.addEventListener("offline", () => online(false));
window.addEventListener("beforeunload", (event) => { if (turn?.local && turn.photo) event.preventDefault(); });

async function install() {
  await navigator.serviceWorker.register(desk.dataset.worker, { scope: "/capture/" });
  const there = await navigator.serviceWorker.ready, channel = new MessageChannel();
  channel.port1.onmessage = () => { desk.dataset.installed = "yes"; };
  there.active.postMessage({ keep: place }, [channel.port2]);
}
if ("serviceWorker" in navigator) install().catch(() => {});
void navigator.storage?.persist?.();
behind = (await take("kit", "clock")) ?? 0;
async function equip() {
  try {
    await keepKit(place, await (await ask(desk.dataset.kit)).json());
  } catch (gone) {
    if (!(gone instanceof NoNetwork)) told("amber", [say("离线密钥没有备好：断网时不能采集。", "The offline keys are not ready: no capture without network.")]);
  }
  kit = await take("kit", place);
  desk.dataset.ready = kit ? "yes" : "no";
}
await equip();
await count();
await figures();
setInterval(figures, 5000);
input.focus();
