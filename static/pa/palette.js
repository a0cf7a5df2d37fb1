// The palette: Ctrl+K (or the box in the menu) opens a list of the pages one may open, narrowed by typing.
// It never asks the server: whatever is typed or pasted here stays in the browser and out of every log.

window.addEventListener("DOMContentLoaded", () => {
  const palette = document.getElementById("pa-palette");
  if (!palette) return;

  const box = palette.querySelector("input");
  const nothing = palette.querySelector(".pa-nothing");
  const entries = [...palette.querySelectorAll("li")];
  const shown = () => entries.filter((entry) => !entry.hidden).map((entry) => entry.querySelector("a"));

  const narrow = () => {
    const wanted = box.value.trim().toLowerCase();
    for (const entry of entries) entry.hidden = !entry.textContent.toLowerCase().includes(wanted);
    nothing.hidden = shown().length > 0;
  };

  const open = () => {
    if (palette.open) return;
    box.value = "";
    narrow();
    palette.showModal();
    box.focus();
  };

  const step = (by) => {
    const links = shown();
    const next = links.indexOf(document.activeElement) + by;
    if (next < 0) box.focus();
    else links[Math.min(next, links.length - 1)]?.focus();
  };

  document.querySelectorAll("[data-opens=palette]").forEach((button) => button.addEventListener("click", open));
  box.addEventListener("input", narrow);
  palette.addEventListener("click", (event) => event.target === palette && palette.close());
  palette.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown") step(1);
    else if (event.key === "ArrowUp") step(-1);
    else if (event.key === "Enter" && event.target === box) shown()[0]?.click();
    else return;
    event.preventDefault();
  });
  window.addEventListener("keydown", (event) => {
    if (event.key.toLowerCase() !== "k" || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    open();
  });
});
