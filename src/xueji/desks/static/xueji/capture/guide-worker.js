// The worker of the camera pages: a picture in, one instruction out. It runs the nets on the device; what it sees stays in
// it: only the instruction, its numbers and the place of the face are told, nothing is stored, nothing is sent.
// A classic worker, because the runtime loads its wasm by importScripts; modules are imported from inside.
const NETS = {
  near: ["face_detection_short_range.tflite", [1, 128, 128, 3]], all: ["face_detection_full_range_sparse.tflite", [1, 192, 192, 3]],
  mesh: ["face_landmark.tflite", [1, 192, 192, 3]], iris: ["iris_landmark.tflite", [1, 64, 64, 3]], mask: ["selfie_segmentation.tflite", [1, 256, 256, 3]],
};
const OTHERS_EVERY = 8, MASK_EVERY = 3, SURELY_NO_FACE = 0.2, MOVED = 0.01;
let ready = null, told = null, turn = 0, others = 0, mask = null, before = null;

async function prepared({ files, points, numbers, guide }) {
  self.Module = { locateFile: (name) => files + name, print() {}, printErr() {} };
  const [runtime, find, number] = [await import(`${files}core.js`), await import(points), await import(numbers)];
  await runtime.loadLiteRt(files);
  const nets = {};
  for (const [name, [file, shape]] of Object.entries(NETS)) {
    const net = await runtime.loadAndCompile(files + file, { accelerator: "wasm" });
    nets[name] = async (input) => {
      const tensor = new runtime.Tensor(input, shape), answers = await net.run([tensor]);
      const values = await Promise.all(answers.map((answer) => answer.data()));
      for (const one of [tensor, ...answers]) one.delete();
      return values;
    };
  }
  told = guide;
  return { nets, find, number };
}

function beyond(value, [, side, limit]) {
  return value !== undefined && (side === "below" ? value < limit : value > limit);
}

async function instruction(picture, { nets, find, number }) {
  turn += 1;
  const near = await find.nearFaces(picture, nets);
  const every = !near.length || turn % OTHERS_EVERY === 1 ? await find.allFaces(picture, nets) : null;
  if (every) others = every.length;
  const faces = near.length ? near : every;
  const word = (code) => ({ code, say: told.words[code], hold: code === "hold" });
  if (!faces.length) return word("nobody");
  const face = faces.reduce((best, one) => (one.box[2] - one.box[0] > best.box[2] - best.box[0] ? one : best));
  const points = await find.pointsOf(picture, nets, face);
  if (points.presence < SURELY_NO_FACE) return word("nobody");
  const moved = !before || face.box.some((value, n) => Math.abs(value - before[n]) > MOVED * picture.width);
  if (moved || turn % MASK_EVERY === 1) [mask, before] = [await find.personMask(picture, nets), face.box];
  const seen = number.numbersOf(picture, points, mask, told);
  if (Math.max(near.length, others) > 1) return { ...word("alone"), ...seen };
  const step = told.steps.find(({ when }) => when.some((all) => all.every((condition) => beyond(seen.numbers[condition[0]], condition))));
  return { ...(step ? { code: step.code, say: step.say, hold: false } : word("hold")), ...seen };
}

self.onmessage = async ({ data }) => {
  try {
    if (data.files) {
      ready = await prepared(data);
      self.postMessage({ ready: true });
    } else {
      self.postMessage(await instruction(data, ready));
    }
  } catch (why) {
    self.postMessage({ failed: String(why) });
  }
};
