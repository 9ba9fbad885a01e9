// The camera of a page: opened, closed, cut to the shape of the photo. Frames are as the camera sees, never mirrored.
export const english = document.documentElement.lang.startsWith("en");
export const say = (zh, en) => (english ? en : zh);
export const hasCamera = () => Boolean(navigator.mediaDevices?.getUserMedia);
export const wait = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));

const TROUBLE = {
  NotAllowedError: say("浏览器没有允许使用镜头：请在地址栏的权限里允许，再打开一次。", "The browser did not allow the camera: allow it in the address bar’s permissions, then open it again."),
  NotFoundError: say("没有找到镜头：请接上镜头，或换一台有镜头的设备。", "No camera was found: connect one, or use a device that has one."),
  NotReadableError: say("镜头正被别的程序占用：请关掉会议或相机程序，再打开一次。", "Another program is using the camera: close the meeting or camera program, then open it again."),
};
TROUBLE.SecurityError = TROUBLE.NotAllowedError;
TROUBLE.OverconstrainedError = TROUBLE.NotFoundError;
TROUBLE.AbortError = TROUBLE.NotReadableError;

// Why the camera could not be opened, as a sentence.
export const troubleOf = (error) => TROUBLE[error.name] ?? say("打不开镜头。", "The camera cannot be opened.");

// Opens the camera into a video element; rejects with the browser's error, which troubleOf() puts into words.
export async function openCamera(video, facing = "user") {
  const stream = await navigator.mediaDevices.getUserMedia({ audio: false, video: { facingMode: facing, width: { ideal: 1920 }, height: { ideal: 1440 } } });
  video.srcObject = stream;
  try {
    await video.play();
  } catch (error) {
    closeCamera(video);
    throw error;
  }
}

export function closeCamera(video) {
  video.srcObject?.getTracks().forEach((track) => track.stop());
  video.srcObject = null;
}

// The middle of the camera's picture in the shape of the photo, 3 : 4, at most so high, never enlarged.
export function frameOf(video, height = Infinity) {
  const w = video.videoWidth, h = video.videoHeight, high = Math.min(h, (w * 4) / 3), wide = (high * 3) / 4;
  const canvas = document.createElement("canvas");
  canvas.height = Math.round(Math.min(high, height));
  canvas.width = Math.round((canvas.height * 3) / 4);
  canvas.getContext("2d", { willReadFrequently: true }).drawImage(video, (w - wide) / 2, (h - high) / 2, wide, high, 0, 0, canvas.width, canvas.height);
  return canvas;
}

export const jpegOf = (canvas, quality = 0.92) => new Promise((done) => canvas.toBlob(done, "image/jpeg", quality));
