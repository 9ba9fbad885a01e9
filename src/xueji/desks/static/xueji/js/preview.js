// A chosen file is shown before it is sent: a picture as a picture, anything else by its name, and how large it is.
// data-limit is the largest number of bytes the server takes; the server says so too, this only saves the wait.
const english = document.documentElement.lang.startsWith("en");
const megabytes = (bytes) => (bytes / 1048576 < 0.1 ? `${Math.ceil(bytes / 1024)} KB` : `${(bytes / 1048576).toFixed(1)} MB`);

function size(file, limit) {
  if (!limit || file.size <= limit) return megabytes(file.size);
  const most = `${Math.round(limit / 1048576)} MB`;
  return english ? `${megabytes(file.size)}: too large, at most ${most}` : `${megabytes(file.size)}，太大，最多 ${most}`;
}

for (const input of document.querySelectorAll("input[type=file][data-preview]")) {
  const place = document.createElement("div");
  place.className = "preview";
  place.setAttribute("role", "status");
  place.setAttribute("aria-label", english ? "Chosen file" : "选中的文件");
  place.hidden = true;
  input.after(place);
  let address = "";

  function show() {
    URL.revokeObjectURL(address);
    const file = input.files[0];
    place.hidden = !file;
    place.replaceChildren();
    if (!file) return;
    if (/^image\/(jpeg|png)$/.test(file.type)) {
      const picture = new Image();
      address = picture.src = URL.createObjectURL(file);
      picture.alt = english ? `Preview of ${file.name}` : `“${file.name}”的预览`;
      picture.addEventListener("error", () => picture.remove());
      place.append(picture);
    }
    const line = document.createElement("p");
    line.textContent = `${file.name} · ${size(file, Number(input.dataset.limit))}`;
    if (Number(input.dataset.limit) && file.size > Number(input.dataset.limit)) line.className = "err";
    place.append(line);
  }

  input.addEventListener("change", show);
  addEventListener("pageshow", show);
  show();
}
