// Keyboard focus for what slides in over the page. A button with data-moves-focus="#panel" opens that panel by its
// own means; here focus goes into the panel, and Escape or a button with data-returns-focus brings it back.

// After a form with errors, focus goes to the summary that says what has to be put right; else to what the page
// offers first. The browser's own autofocus gives way to whatever has focus by then.

window.addEventListener("DOMContentLoaded", () => {
  const summary = document.querySelector("main form .pa-banner[role=alert]");
  if (summary) summary.tabIndex = -1;
  (summary ?? document.querySelector("main [autofocus]"))?.focus();
});

(() => {
  const FOCUSABLE = "a[href], button, input:not([type=hidden]), select, textarea";
  let opener = null;

  const moveInto = (selector, button) => {
    const panel = document.querySelector(selector);
    if (!panel?.checkVisibility()) return;
    opener = button;
    panel.querySelector(FOCUSABLE)?.focus();
  };

  const goBack = () => {
    opener?.focus();
    opener = null;
  };

  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-returns-focus]")) return goBack();
    const button = event.target.closest("[data-moves-focus]");
    if (!button) return;
    // Two frames: the first lets the panel be shown, the second lets it take focus.
    requestAnimationFrame(() => requestAnimationFrame(() => moveInto(button.dataset.movesFocus, button)));
  });

  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") goBack();
  });
})();
