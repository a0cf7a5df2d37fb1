// Keeps the dates that would follow in step with the day that is given: asks the server, which alone counts days.
// Without scripts, or when that fails, the form's own button "Show the new date" does the same.

(() => {
  const form = document.querySelector("form[data-dates]");
  if (!form) return;

  const button = document.getElementById("show-dates");
  let asked = 0;

  const show = async () => {
    const mine = ++asked;
    const filled = new FormData(form);
    filled.set("do", "show");
    const answer = await fetch(form.action, { method: "POST", body: filled, credentials: "same-origin" });
    if (!answer.ok || answer.redirected) throw new Error(String(answer.status));
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    // A later day makes this answer old.
    if (mine === asked) document.getElementById("new-dates").replaceChildren(...page.getElementById("new-dates").childNodes);
  };

  button.hidden = true;
  form.addEventListener("change", () => show().catch(() => (button.hidden = false)));
})();
