// Shows a letter in another language as soon as that is chosen: copying takes what stands there.
// Without scripts, or when that fails, the form's own button "Show it" does the same.

(() => {
  const form = document.querySelector("form[data-letter-language]");
  if (!form) return;

  const button = form.querySelector("button");
  let asked = 0;

  const show = async () => {
    const mine = ++asked;
    const address = `${location.pathname}?${new URLSearchParams(new FormData(form))}`;
    const answer = await fetch(address, { credentials: "same-origin" });
    if (!answer.ok || answer.redirected) throw new Error(String(answer.status));
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    // A later choice makes this answer old.
    if (mine !== asked) return;
    for (const id of ["letter-subject", "letter-body"]) {
      const [shown, come] = [document.getElementById(id), page.getElementById(id)];
      shown.textContent = come.textContent;
      shown.lang = come.lang;
    }
    history.replaceState(null, "", address);
  };

  button.hidden = true;
  form.addEventListener("change", () => show().catch(() => (button.hidden = false)));
})();
