// Rows with a checkbox: one box for all of the page, and the number selected said in words.
for (const form of document.querySelectorAll("form[data-selection]")) {
  const boxes = () => [...form.querySelectorAll("[data-rows] input[type=checkbox]")];
  const all = form.querySelector("[data-select-all]");
  const count = form.querySelector("[data-selected]");

  function show() {
    const chosen = boxes().filter((box) => box.checked).length;
    if (count) count.textContent = count.dataset.selected.replace("{n}", chosen);
    if (all) {
      all.checked = chosen > 0 && chosen === boxes().length;
      all.indeterminate = chosen > 0 && chosen < boxes().length;
    }
  }

  if (all) {
    all.hidden = false;
    all.addEventListener("change", () => { for (const box of boxes()) box.checked = all.checked; show(); });
  }
  form.addEventListener("change", (event) => { if (event.target !== all) show(); });
  addEventListener("pageshow", show);
  show();
}
