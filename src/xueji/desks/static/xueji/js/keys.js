// Keys for queues and lists: J and K move, X selects, Enter opens, and every element with data-key="r" is pressed by R.
// A person may switch them off; the choice is kept in this browser.
const help = document.querySelector("[data-keys-help]");
const rows = () => [...document.querySelectorAll("[data-rows] > *")].filter((row) => row.querySelector("a, input"));
let on = localStorage.getItem("xueji-keys") !== "off";

function typing(target) {
  return target.isContentEditable || (target.matches("input, select, textarea") && !target.matches("[type=checkbox], [type=radio], [type=button]"));
}

function move(step) {
  const list = rows();
  if (!list.length) return;
  const now = list.findIndex((row) => row.contains(document.activeElement));
  const next = list[Math.min(Math.max(now < 0 ? (step > 0 ? 0 : list.length - 1) : now + step, 0), list.length - 1)];
  (next.querySelector("a") || next.querySelector("input")).focus();
  next.scrollIntoView({ block: "nearest" });
}

document.addEventListener("keydown", (event) => {
  if (!on || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (typing(event.target)) {
    if (event.key === "Escape") event.target.blur();
    return;
  }
  if (document.querySelector("dialog[open], [popover]:popover-open")) return;
  const key = event.key.toLowerCase();
  if (key === "j" || key === "k") move(key === "j" ? 1 : -1);
  else if (key === "x") rows().find((row) => row.contains(document.activeElement))?.querySelector("input[type=checkbox]")?.click();
  else {
    const target = /^[a-z0-9/?]$/.test(key) && document.querySelector(`[data-key="${key}"]`);
    if (!target) return;
    if (target.matches("input, textarea, select")) target.focus();
    else target.click();
  }
  event.preventDefault();
});

if (help && help.dataset.off) {
  const switcher = Object.assign(document.createElement("button"), { type: "button", className: "quiet" });
  const show = () => { switcher.textContent = on ? help.dataset.off : help.dataset.on; };
  switcher.addEventListener("click", () => {
    on = !on;
    localStorage.setItem("xueji-keys", on ? "on" : "off");
    show();
  });
  show();
  help.append(switcher);
}
