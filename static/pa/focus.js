// Keyboard focus for what slides in over the page. A button with data-moves-focus="#panel" opens that panel by its
// own means; here focus goes into the panel, and Escape brings it back to the button.

(() => {
  const FOCUSABLE = "a[href], button, input:not([type=hidden]), select, textarea";
  let opener = null;

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-moves-focus]");
    if (!button) return;
    // Two frames: the first lets the panel be shown, the second lets it take focus.
    requestAnimationFrame(() =>
      requestAnimationFrame(() => {
        const panel = document.querySelector(button.dataset.movesFocus);
        if (!panel || !panel.checkVisibility()) return;
        opener = button;
        panel.querySelector(FOCUSABLE)?.focus();
      }),
    );
  });

  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !opener) return;
    opener.focus();
    opener = null;
  });
})();
