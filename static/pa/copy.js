// Copies the text of what a button names in `data-copies`. Without scripts, or where the browser keeps the clipboard
// to itself, the text can be selected as it stands; the buttons show themselves only here.

(() => {
  const SHOWN_MS = 2000;

  const write = async (source) => {
    const text = source.value ?? source.textContent;
    if (navigator.clipboard && isSecureContext) return navigator.clipboard.writeText(text);
    getSelection().selectAllChildren(source);
    if (!document.execCommand("copy")) throw new Error("The browser does not copy.");
    return getSelection().removeAllRanges();
  };

  const say = (button, words) => {
    const label = button.querySelector("[data-label]");
    button.dataset.was ??= label.textContent;
    label.textContent = words;
    setTimeout(() => (label.textContent = button.dataset.was), SHOWN_MS);
  };

  for (const button of document.querySelectorAll("[data-copies]")) {
    const source = document.getElementById(button.dataset.copies);
    if (!source) continue;
    const words = document.createElement("span");
    words.dataset.label = "";
    words.setAttribute("aria-live", "polite");
    words.textContent = button.lastChild.textContent.trim();
    button.lastChild.replaceWith(words);
    button.hidden = false;
    button.addEventListener("click", async () => {
      try {
        await write(source);
        say(button, "Copied");
      } catch {
        getSelection().selectAllChildren(source);
        say(button, "Selected: copy it");
      }
    });
  }
})();
