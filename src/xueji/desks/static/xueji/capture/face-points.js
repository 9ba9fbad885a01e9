// The nets at work in a browser, by the same conventions as on the server (imaging/nets.py): letterbox, anchors, regions
// of interest. A picture is { data (RGBA bytes), width, height }; a net takes floats and gives a list of Float32Array.
// Face points are computed, used and forgotten: nothing here keeps or sends them.
const RIGHT_EYE = [33, 133], LEFT_EYE = [362, 263], OUTER = [33, 263];
const ROI_STILL = 0.03, SAME = 0.3, ALL_SURE = 0.6, NEAR_SURE = 0.5;
// What the mesh wants to see against one and a half times the detected box: so much wider, so much of it higher up.
const MESH_WIDER = 1.066, MESH_HIGHER = 0.03;

const sigmoid = (x) => 1 / (1 + Math.exp(-Math.max(-80, Math.min(80, x))));
const apart = (a, b) => Math.hypot(a[0] - b[0], a[1] - b[1]);

function anchors(size, strides) {
  const centres = [];
  for (let k = 0; k < strides.length; ) {
    const layers = strides.filter((s) => s === strides[k]).length, cells = strides.length > 1 ? 2 * layers : 1, grid = size / strides[k];
    for (let y = 0; y < grid; y += 1) for (let x = 0; x < grid; x += 1) for (let n = 0; n < cells; n += 1) centres.push([(x + 0.5) / grid, (y + 0.5) / grid]);
    k += layers;
  }
  return centres;
}
const NEAR = anchors(128, [8, 16, 16, 16]), ALL = anchors(192, [4]);

// which source pixels, and how much of each, make one pixel of a smaller row
function shares(from, to) {
  return Array.from({ length: to }, (_, n) => {
    const low = (n * from) / to, high = ((n + 1) * from) / to, parts = [];
    for (let at = Math.floor(low); at < Math.min(Math.ceil(high - 1e-9), from); at += 1) parts.push([at, (Math.min(high, at + 1) - Math.max(low, at)) / (high - low)]);
    return parts;
  });
}

// The picture made smaller by the mean of areas, as floats red, green, blue from 0 to 255.
export function shrunk(picture, width, height) {
  const columns = shares(picture.width, width), rows = shares(picture.height, height);
  const wide = new Float32Array(width * picture.height * 3), small = new Float32Array(width * height * 3);
  for (let y = 0; y < picture.height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      let r = 0, g = 0, b = 0;
      for (const [at, share] of columns[x]) {
        const p = (y * picture.width + at) * 4;
        r += picture.data[p] * share; g += picture.data[p + 1] * share; b += picture.data[p + 2] * share;
      }
      wide.set([r, g, b], (y * width + x) * 3);
    }
  }
  for (let y = 0; y < height; y += 1) {
    for (const [at, share] of rows[y]) for (let x = 0; x < width * 3; x += 1) small[y * width * 3 + x] += wide[at * width * 3 + x] * share;
  }
  return small;
}

function letterboxed(picture, n) {
  const k = n / Math.max(picture.width, picture.height);
  const width = Math.max(1, Math.round(picture.width * k)), height = Math.max(1, Math.round(picture.height * k));
  const left = (n - width) >> 1, top = (n - height) >> 1, small = shrunk(picture, width, height), square = new Float32Array(n * n * 3);
  for (let y = 0; y < height; y += 1) for (let x = 0; x < width * 3; x += 1) square[((y + top) * n + left) * 3 + x] = small[y * width * 3 + x] / 127.5 - 1;
  return { square, left, top, k };
}

function overlap(a, b) {
  const w = Math.min(a[2], b[2]) - Math.max(a[0], b[0]), h = Math.min(a[3], b[3]) - Math.max(a[1], b[1]), inner = Math.max(0, w) * Math.max(0, h);
  return inner / ((a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - inner + 1e-9);
}

async function found(picture, net, centres, n, sure) {
  const { square, left, top, k } = letterboxed(picture, n), [values, scores] = await net(square);
  let left_over = [];
  centres.forEach(([cx, cy], at) => {
    const score = sigmoid(scores[at]), v = (m) => values[at * 16 + m] / n;
    if (score <= sure) return;
    const x = v(0) + cx, y = v(1) + cy, w = v(2), h = v(3);
    left_over.push({ score, box: [x - w / 2, y - h / 2, x + w / 2, y + h / 2], eyes: [[v(4) + cx, v(5) + cy], [v(6) + cx, v(7) + cy]] });
  });
  left_over.sort((a, b) => b.score - a.score);
  const faces = [];
  while (left_over.length) {
    const [best] = left_over, same = left_over.filter((other) => other === best || overlap(best.box, other.box) > SAME);
    const whole = same.reduce((sum, one) => sum + one.score, 0);
    const mean = (of) => same.reduce((sum, one) => sum + of(one) * one.score, 0) / whole;
    const there = (share, shift) => (share * n - shift) / k;
    faces.push({
      score: best.score,
      box: [0, 1, 2, 3].map((m) => there(mean((one) => one.box[m]), m % 2 ? top : left)),
      eyes: [0, 1].map((e) => [there(mean((one) => one.eyes[e][0]), left), there(mean((one) => one.eyes[e][1]), top)]),
    });
    left_over = left_over.filter((one) => !same.includes(one));
  }
  return faces;
}

export const nearFaces = (picture, nets) => found(picture, nets.near, NEAR, 128, NEAR_SURE);
export const allFaces = (picture, nets) => found(picture, nets.all, ALL, 192, ALL_SURE);

// An n × n cut of the turned square, floats 0 to 1, and the way back to the picture.
function cut(picture, [cx, cy], side, angle, n, mirrored = false) {
  const f = side / n, a = f * Math.cos(angle), b = f * Math.sin(angle), { data, width, height } = picture;
  const x0 = cx - (a - b) * (n / 2), y0 = cy - (b + a) * (n / 2), square = new Float32Array(n * n * 3);
  for (let v = 0; v < n; v += 1) {
    for (let u = 0; u < n; u += 1) {
      const x = Math.max(0, Math.min(width - 1, a * u - b * v + x0)), y = Math.max(0, Math.min(height - 1, b * u + a * v + y0));
      const left = Math.floor(x), top = Math.floor(y), right = Math.min(width - 1, left + 1), low = Math.min(height - 1, top + 1), dx = x - left, dy = y - top;
      const p = (top * width + left) * 4, q = (top * width + right) * 4, r = (low * width + left) * 4, s = (low * width + right) * 4;
      const at = (v * n + (mirrored ? n - 1 - u : u)) * 3;
      for (let c = 0; c < 3; c += 1) {
        const upper = data[p + c] * (1 - dx) + data[q + c] * dx, lower = data[r + c] * (1 - dx) + data[s + c] * dx;
        square[at + c] = (upper * (1 - dy) + lower * dy) / 255;
      }
    }
  }
  return { square, back: (x, y) => [a * x - b * y + x0, b * x + a * y + y0] };
}

function regionOf(mesh) {
  const angle = Math.atan2(mesh[OUTER[1]][1] - mesh[OUTER[0]][1], mesh[OUTER[1]][0] - mesh[OUTER[0]][0]), c = Math.cos(angle), s = Math.sin(angle);
  const across = mesh.map(([x, y]) => c * x + s * y), down = mesh.map(([x, y]) => c * y - s * x);
  const [l, r, t, b] = [Math.min(...across), Math.max(...across), Math.min(...down), Math.max(...down)], x = (l + r) / 2, y = (t + b) / 2;
  return { centre: [c * x - s * y, s * x + c * y], side: 1.5 * Math.max(r - l, b - t), angle };
}

async function eye(picture, nets, first, second, angle, mirrored) {
  const side = Math.max(1, 2.3 * apart(first, second));
  const { square, back } = cut(picture, [(first[0] + second[0]) / 2, (first[1] + second[1]) / 2], side, angle, 64, mirrored);
  const [contours, points] = await nets.iris(square), turned = (x) => (mirrored ? 64 - x : x);
  return {
    lids: Array.from({ length: 16 }, (_, n) => back(turned(contours[n * 3]), contours[n * 3 + 1])),
    iris: back(turned(points[0]), points[1]),
  };
}

// The 468 points [x, y, z] of one face, lids and iris of both eyes (the picture's left eye first), and how sure the net is.
export async function pointsOf(picture, nets, face) {
  const [x0, y0, x1, y1] = face.box, side = 1.5 * Math.max(x1 - x0, y1 - y0), angle = Math.atan2(face.eyes[1][1] - face.eyes[0][1], face.eyes[1][0] - face.eyes[0][0]);
  const higher = MESH_HIGHER * side, centre = [(x0 + x1) / 2 + higher * Math.sin(angle), (y0 + y1) / 2 - higher * Math.cos(angle)];
  let seen = { centre, side: side * MESH_WIDER, angle };
  let mesh, presence;
  for (let pass = 0; pass < 2; pass += 1) {
    const { square, back } = cut(picture, seen.centre, seen.side, seen.angle, 192), [raw, sure] = await nets.mesh(square), z = seen.side / 192;
    mesh = Array.from({ length: 468 }, (_, n) => [...back(raw[n * 3], raw[n * 3 + 1]), raw[n * 3 + 2] * z]);
    presence = sigmoid(sure[0]);
    const next = regionOf(mesh), moved = apart(next.centre, seen.centre) / next.side + Math.abs(next.side / seen.side - 1) + Math.abs(next.angle - seen.angle);
    seen = next;
    if (moved < ROI_STILL) break;
  }
  const eyes = [await eye(picture, nets, mesh[RIGHT_EYE[0]], mesh[RIGHT_EYE[1]], seen.angle, false), await eye(picture, nets, mesh[LEFT_EYE[0]], mesh[LEFT_EYE[1]], seen.angle, true)];
  return { mesh, eyes, presence };
}

// How surely each place is the person, 256 × 256.
export async function personMask(picture, nets) {
  return (await nets.mask(shrunk(picture, 256, 256).map((v) => v / 255)))[0];
}
