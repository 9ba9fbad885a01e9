// From face points to the numbers that the guide's steps look at, measured as on the server (imaging/face_measures.py and
// scene_measures.py). Numbers only, no judgement; the limits come with the steps.
import { shrunk } from "./face-points.js";

const INNER_LIPS = [78, 191, 80, 81, 82, 13, 312, 311, 310, 415, 308, 324, 318, 402, 317, 14, 87, 178, 88, 95];
const UPPER_INNER = INNER_LIPS.slice(0, 11), LOWER_INNER = INNER_LIPS.slice(11), LOWER_OUTER = [375, 321, 405, 314, 17, 84, 181, 91, 146];
const LIP_SKIN = [0, 17, 37, 267, 84, 314, 39, 269, 181, 405], LIP_PAIRS = [[13, 14], [82, 87], [312, 317]];
const OVAL = [10, 338, 297, 332, 284, 251, 389, 356, 454, 323, 361, 288, 397, 365, 379, 378, 400, 377, 152, 148, 176, 149, 150, 136, 172, 58, 132, 93, 234, 127, 162, 21, 54, 103, 67, 109];
const TEMPLES = [234, 454], OUTER_EYES = [33, 263], FOREHEAD_TOP = 10, CHIN = 152;
const EYE_DISTANCE = 120, PERSON = 0.5, HAIR_SHARE = 0.12;
const IRIS_COLUMNS = [-0.08, -0.04, 0, 0.04, 0.08], IRIS_NEAR = [27, 64], SKIN_FROM = 70, LEAST_DARK = 3, SOFT = [1 / 16, 1 / 4, 3 / 8, 1 / 4, 1 / 16];

const length = (v) => Math.hypot(...v);
const minus = (a, b) => a.map((value, n) => value - b[n]);
const apart = (a, b) => Math.hypot(a[0] - b[0], a[1] - b[1]);
const degrees = (radians) => (radians * 180) / Math.PI;
const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;
function median(values) {
  const sorted = Float64Array.from(values).sort(), half = sorted.length >> 1;
  return sorted.length % 2 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
}
function variance(values) {
  const middle = mean(values);
  return mean(values.map((value) => (value - middle) ** 2));
}

const LINEAR = Float64Array.from({ length: 256 }, (_, v) => (v / 255 <= 0.04045 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4));
const bent = (t) => (t > 0.008856 ? Math.cbrt(t) : 7.787 * t + 16 / 116);
// CIE L*a*b* (D65) of one pixel.
function lab(picture, x, y) {
  const p = (y * picture.width + x) * 4, [r, g, b] = [LINEAR[picture.data[p]], LINEAR[picture.data[p + 1]], LINEAR[picture.data[p + 2]]];
  const fx = bent((0.412453 * r + 0.35758 * g + 0.180423 * b) / 0.950456), fy = bent(0.212671 * r + 0.71516 * g + 0.072169 * b), fz = bent((0.019334 * r + 0.119193 * g + 0.950227 * b) / 1.088754);
  return [116 * fy - 16, 500 * (fx - fy), 200 * (fy - fz)];
}

const held = (value, most) => Math.max(0, Math.min(most, value));
const lightness = (picture, x, y) => lab(picture, held(x, picture.width - 1), held(y, picture.height - 1))[0];

// Median lightness of the square of half-side `radius` around a place, read at 7 × 7 points.
function lightAround(picture, [cx, cy], radius) {
  const seen = [], r = Math.max(radius, 1);
  for (let v = -3; v <= 3; v += 1) for (let u = -3; u <= 3; u += 1) seen.push(lightness(picture, Math.floor(cx + (u / 3) * r + 0.5), Math.floor(cy + (v / 3) * r + 0.5)));
  return median(seen);
}

function lipColour(picture, mesh) {
  const seen = [[], [], []];
  for (const point of LIP_SKIN) {
    const patch = [[], [], []];
    for (let dy = -1; dy <= 1; dy += 1) for (let dx = -1; dx <= 1; dx += 1) {
      const x = Math.max(0, Math.min(picture.width - 1, Math.round(mesh[point][0]) + dx)), y = Math.max(0, Math.min(picture.height - 1, Math.round(mesh[point][1]) + dy));
      lab(picture, x, y).forEach((value, c) => patch[c].push(value));
    }
    patch.forEach((values, c) => seen[c].push(median(values)));
  }
  return seen.map(median);
}

// The pixels inside an outline, its edge included: a mask over its bounding box.
function inside(picture, outline) {
  const points = outline.map(([x, y]) => [Math.round(x), Math.round(y)]);
  const left = Math.max(0, Math.min(...points.map((p) => p[0]))), top = Math.max(0, Math.min(...points.map((p) => p[1])));
  const right = Math.min(picture.width - 1, Math.max(...points.map((p) => p[0]))), low = Math.min(picture.height - 1, Math.max(...points.map((p) => p[1])));
  const width = Math.max(1, right - left + 1), height = Math.max(1, low - top + 1), mask = new Uint8Array(width * height);
  const mark = (x, y) => { if (x >= left && x <= right && y >= top && y <= low) mask[(y - top) * width + x - left] = 1; };
  points.forEach(([x0, y0], n) => {
    const [x1, y1] = points[(n + 1) % points.length], steps = Math.max(Math.abs(x1 - x0), Math.abs(y1 - y0), 1);
    for (let s = 0; s <= steps; s += 1) mark(Math.round(x0 + ((x1 - x0) * s) / steps), Math.round(y0 + ((y1 - y0) * s) / steps));
  });
  for (let y = top; y <= low; y += 1) {
    const crossings = [];
    points.forEach(([x0, y0], n) => {
      const [x1, y1] = points[(n + 1) % points.length];
      if (y0 <= y !== y1 <= y) crossings.push(x0 + ((y - y0) * (x1 - x0)) / (y1 - y0));
    });
    crossings.sort((a, b) => a - b);
    for (let n = 0; n + 1 < crossings.length; n += 2) for (let x = Math.ceil(crossings[n]); x <= crossings[n + 1]; x += 1) mark(x, y);
  }
  return { mask, left, top, width, height };
}

function whitePixels(picture, outline, isWhite) {
  const { mask, left, top, width, height } = inside(picture, outline), white = new Uint8Array(mask.length);
  mask.forEach((within, n) => { if (within && isWhite(lab(picture, left + (n % width), top + Math.floor(n / width)))) white[n] = 1; });
  return { white, width, height };
}

// A pixel together with its eight neighbours: the most (dilate) or the least (erode).
function neighbours(mask, width, height, most) {
  return mask.map((_, n) => {
    const x = n % width, y = Math.floor(n / width);
    for (let dy = -1; dy <= 1; dy += 1) for (let dx = -1; dx <= 1; dx += 1) {
      const u = x + dx, v = y + dy;
      if (u >= 0 && v >= 0 && u < width && v < height && mask[v * width + u] === most) return most;
    }
    return 1 - most;
  });
}

// Area and width of the largest connected piece.
function largest({ white, width, height }) {
  const left = neighbours(neighbours(white, width, height, 1), width, height, 0);
  let area = 0, across = 0;
  for (let start = 0; start < left.length; start += 1) {
    if (!left[start]) continue;
    const ahead = [start];
    let count = 0, low = width, high = 0;
    left[start] = 0;
    while (ahead.length) {
      const n = ahead.pop(), x = n % width, y = Math.floor(n / width);
      count += 1; low = Math.min(low, x); high = Math.max(high, x);
      for (let v = Math.max(0, y - 1); v <= Math.min(height - 1, y + 1); v += 1) for (let u = Math.max(0, x - 1); u <= Math.min(width - 1, x + 1); u += 1) {
        if (left[v * width + u]) { left[v * width + u] = 0; ahead.push(v * width + u); }
      }
    }
    if (count > area) { area = count; across = high - low + 1; }
  }
  return { area, across };
}

function mouth(picture, mesh, eyeDistance) {
  const width = Math.max(1e-6, apart(mesh[78], mesh[308])), lips = lipColour(picture, mesh), colourful = Math.hypot(lips[1], lips[2]);
  const between = whitePixels(picture, INNER_LIPS.map((n) => mesh[n]), ([l, a, b]) => l > lips[0] + 12 && Math.hypot(a, b) < colourful * 0.8 + 2 && a < lips[1] - 4);
  const lower = LOWER_INNER.map((n, k) => [0, 1].map((c) => (mesh[n][c] + mesh[LOWER_OUTER[k]][c]) / 2));
  const row = largest(whitePixels(picture, [...UPPER_INNER.map((n) => mesh[n]), ...lower], ([l, a, b]) => l > lips[0] + 10 && Math.hypot(a, b) < 0.75 * colourful + 2 && a < lips[1] - 5));
  const shaded = whitePixels(picture, INNER_LIPS.map((n) => mesh[n]), ([l, a, b]) => l > lips[0] - 10 && a < 0.6 * lips[1] && Math.hypot(a, b) < 0.7 * colourful);
  const unit = eyeDistance ** 2 / 100, area = ({ white }) => white.reduce((sum, v) => sum + v, 0) / unit;
  return {
    gap: mean(LIP_PAIRS.map(([a, b]) => apart(mesh[a], mesh[b]))) / width,
    teeth: area(between), pale: area(shaded), strip: row.area / unit, strip_width: row.across / width,
  };
}

// How much darker the iris is than the whites beside it along the middle of the opening, L*.
function irisContrast(picture, { lids, iris }) {
  const width = Math.max(1e-6, apart(lids[0], lids[8])), near = [], beside = [];
  for (let n = 0; n < 7; n += 1) {
    const place = [0, 1].map((c) => (lids[n + 9][c] + lids[n + 1][c]) / 2), light = lightAround(picture, place, 0.03 * width);
    (apart(place, iris) < 0.22 * width ? near : beside).push(light);
  }
  if (!near.length || !beside.length) return 0;
  return mean(beside.sort((a, b) => a - b).slice(-2)) - Math.min(...near);
}

// Height of the dark place around the iris centre over the eye's width, read across the lids: from its darkest point as
// far as it stays darker than halfway to the skin below the eye.
function irisHeight(picture, { lids, iris }) {
  const axis = minus(lids[8], lids[0]), down = axis[0] < 0 ? [axis[1], -axis[0]] : [-axis[1], axis[0]];
  const seen = Array.from({ length: 91 }, (_, n) => median(IRIS_COLUMNS.map((along) => {
    const across = (n - 45) / 100, [x, y] = [0, 1].map((c) => iris[c] + axis[c] * along + down[c] * across);
    return lightness(picture, Math.round(x), Math.round(y));
  })));
  const mirrored = (n) => (n < 0 ? -n : n > 90 ? 180 - n : n), light = seen.map((_, n) => SOFT.reduce((sum, share, k) => sum + share * seen[mirrored(n + k - 2)], 0));
  const span = light.slice(...IRIS_NEAR), darkest = IRIS_NEAR[0] + span.indexOf(Math.min(...span)), skin = median(light.slice(SKIN_FROM));
  if (skin - light[darkest] < LEAST_DARK) return 0;
  const lighter = (value) => value >= (light[darkest] + skin) / 2, above = light.slice(0, darkest).findLastIndex(lighter), below = light.findIndex((value, n) => n > darkest && lighter(value));
  return ((below < 0 ? light.length : below) - above - 1) / 100;
}

// How surely the eyes are open: the lids' opening, and what is seen of an iris in it (rules/photo_face.py).
function eyesOf(picture, eyes, { iris_counts, tall_iris, contrast_counts, clear_iris }) {
  const opening = ({ lids }) => mean(Array.from({ length: 7 }, (_, n) => apart(lids[n + 9], lids[n + 1]))) / Math.max(1e-6, apart(lids[0], lids[8]));
  const along = ({ lids, iris }) => {
    const axis = minus(lids[8], lids[0]), from = minus(iris, lids[0]);
    return (from[0] * axis[0] + from[1] * axis[1]) / Math.max(1e-12, axis[0] ** 2 + axis[1] ** 2);
  };
  const open = eyes.map((eye) => opening(eye) + iris_counts * Math.min(irisHeight(picture, eye), tall_iris) + contrast_counts * held(irisContrast(picture, eye), clear_iris));
  return { openness: mean(open), openness_less: Math.min(...open), eyes_apart: Math.abs(open[0] - open[1]), gaze: (along(eyes[0]) - along(eyes[1])) / 2 };
}

function light(picture, mesh, eyeDistance) {
  const { mask, left, top, width, height } = inside(picture, OVAL.map((n) => mesh[n])), burnt = [];
  mask.forEach((within, n) => {
    const p = ((top + Math.floor(n / width)) * picture.width + left + (n % width)) * 4;
    if (within) burnt.push(Math.min(picture.data[p], picture.data[p + 1], picture.data[p + 2]) >= 250 ? 1 : 0);
  });
  const numbers = burnt.length ? { clipped: mean(burnt) } : {}, k = EYE_DISTANCE / eyeDistance;
  if (k > 1) return numbers; // a face smaller than it is judged at is not enlarged; the frame asks it closer anyway
  const face = { data: new Uint8ClampedArray(width * height * 4), width, height };
  for (let y = 0; y < height; y += 1) face.data.set(picture.data.subarray(((top + y) * picture.width + left) * 4, ((top + y) * picture.width + left + width) * 4), y * width * 4);
  const w = Math.max(3, Math.round(width * k)), h = Math.max(3, Math.round(height * k)), small = shrunk(face, w, h);
  const grey = Float32Array.from({ length: w * h }, (_, n) => Math.round(0.299 * small[n * 3] + 0.587 * small[n * 3 + 1] + 0.114 * small[n * 3 + 2]));
  const fine = [], across = [], down = [];
  for (let y = 0; y < h; y += 1) for (let x = 0; x < w; x += 1) {
    const n = y * w + x, wide = x > 0 && x < w - 1, high = y > 0 && y < h - 1;
    if (wide) across.push(grey[n - 1] - 2 * grey[n] + grey[n + 1]);
    if (high) down.push(grey[n - w] - 2 * grey[n] + grey[n + w]);
    if (wide && high) fine.push(grey[n - 1] + grey[n + 1] + grey[n - w] + grey[n + w] - 4 * grey[n]);
  }
  const a = variance(across), d = variance(down);
  return { ...numbers, sharpness: variance(fine), direction: Math.min(a, d) / Math.max(a, d, 1e-6) };
}

// The highest row over the face that shows the person, pixels of the picture.
export function hairTop(picture, mesh, mask) {
  const across = mesh.map(([x]) => (x * 256) / picture.width), left = Math.floor(Math.max(0, Math.min(...across))), right = Math.floor(Math.min(256, Math.max(...across) + 1));
  for (let y = 0; y < 256; y += 1) {
    let person = 0;
    for (let x = left; x < right; x += 1) if (mask[y * 256 + x] > PERSON) person += 1;
    if (person > HAIR_SHARE * (right - left)) return (y * picture.height) / 256;
  }
  return 0;
}

// All numbers of one face, lengths as of a picture of the guide's size; and where the face is, as shares of the picture.
export function numbersOf(picture, { mesh, eyes }, mask, { size: [wide, high], openness }) {
  const across = wide / picture.width, down = high / picture.height, eyeDistance = Math.max(1, apart(mesh[OUTER_EYES[0]], mesh[OUTER_EYES[1]]));
  const temples = minus(mesh[TEMPLES[1]], mesh[TEMPLES[0]]), long = minus(mesh[CHIN], mesh[FOREHEAD_TOP]), line = minus(mesh[OUTER_EYES[1]], mesh[OUTER_EYES[0]]);
  const outline = OVAL.map((n) => mesh[n]), share = (value) => held(value, 1);
  const x0 = share(Math.min(...outline.map((p) => p[0])) / picture.width), y0 = share(Math.min(...outline.map((p) => p[1])) / picture.height);
  const x1 = share(Math.max(...outline.map((p) => p[0])) / picture.width), y1 = share(Math.max(...outline.map((p) => p[1])) / picture.height);
  return {
    face: [x0, y0, x1 - x0, y1 - y0],
    numbers: {
      face_width: apart(mesh[TEMPLES[0]], mesh[TEMPLES[1]]) * across, off_centre: mean(TEMPLES.map((n) => mesh[n][0])) * across - wide / 2,
      eyes_line: mean(OUTER_EYES.map((n) => mesh[n][1])) * down, hair_top: hairTop(picture, mesh, mask) * down,
      yaw: degrees(Math.atan2(temples[2], length(temples.slice(0, 2)))), roll: degrees(Math.atan2(line[1], line[0])), pitch: degrees(Math.atan2(long[2], length(long.slice(0, 2)))),
      ...eyesOf(picture, eyes, openness), ...mouth(picture, mesh, eyeDistance), ...light(picture, mesh, eyeDistance),
    },
  };
}
