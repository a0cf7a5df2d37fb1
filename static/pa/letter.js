// Keeps the letter beside a form as the form is filled in: asks the server for it, which alone writes letters.
// Without scripts, or when that fails, the form's own button "Show the letter" does the same.

(() => {
  const form = document.querySelector("form[data-letter]");
  if (!form) return;

  const PARTS = ["letter-hint", "letter-ground", "letter-shown"];
  const TEXTS = ["letter-hint", "letter-subject", "letter-body"];
  const TYPING_MS = 500;
  let timer = 0;
  let asked = 0;

  const take = (page) => {
    for (const id of PARTS) document.getElementById(id).hidden = page.getElementById(id).hidden;
    for (const id of TEXTS) document.getElementById(id).textContent = page.getElementById(id).textContent;
    document.getElementById("letter-body").lang = page.getElementById("letter-body").lang;
  };

  const ask = async () => {
    const mine = ++asked;
    const filled = new FormData(form);
    filled.set("do", "letter");
    const answer = await fetch(form.action, { method: "POST", body: filled, credentials: "same-origin" });
    // A later question makes this answer old; one that led elsewhere is no letter.
    if (mine !== asked || !answer.ok || answer.redirected) return;
    take(new DOMParser().parseFromString(await answer.text(), "text/html"));
  };

  const plan = (pause) => {
    clearTimeout(timer);
    timer = setTimeout(() => ask().catch(() => (document.getElementById("show-letter").hidden = false)), pause);
  };

  document.getElementById("show-letter").hidden = true;
  form.addEventListener("change", () => plan(0));
  form.addEventListener("input", (event) => event.target.matches("textarea, input[type=text]") && plan(TYPING_MS));
})();
