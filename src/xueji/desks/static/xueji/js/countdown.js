// The remaining time of a deadline, counted on the server's clock, not on this device's.
const english = document.documentElement.lang.startsWith("en");
const units = english ? [["day", 86400], ["hour", 3600], ["minute", 60]] : [["天", 86400], ["小时", 3600], ["分", 60]];

function words(seconds) {
  if (seconds <= 0) return english ? "Closed" : "已经截止";
  let rest = seconds;
  let parts = units.map(([unit, size]) => {
    const number = Math.floor(rest / size);
    rest -= number * size;
    return number ? `${number} ${unit}${english && number > 1 ? "s" : ""}` : "";
  });
  if (parts[0]) parts = parts.slice(0, 2);
  const text = parts.filter(Boolean).slice(0, 2).join(" ");
  if (!text) return english ? `${Math.ceil(seconds)} seconds left` : `还剩 ${Math.ceil(seconds)} 秒`;
  return english ? `${text} left` : `还剩 ${text}`;
}

for (const place of document.querySelectorAll("[data-countdown]")) {
  const end = Date.parse(place.dataset.countdown);
  const ahead = Date.parse(place.dataset.now) - Date.now();
  const show = () => {
    const left = (end - Date.now() - ahead) / 1000;
    const text = words(left);
    if (place.textContent !== text) place.textContent = text;
    if (left <= 0) place.closest("[data-state]")?.setAttribute("data-state", "late");
    else setTimeout(show, left < 90 ? 1000 : 15000);
  };
  show();
}
