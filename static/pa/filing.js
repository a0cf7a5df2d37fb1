// The live parts of the filing page: dates, payload, what is known of the person, what is held, rows of identifiers.
// The page works without them; nothing is decided here, and identifiers leave the page by POST alone.

window.addEventListener("DOMContentLoaded", () => {
  const form = document.getElementById("filing");
  if (!form) return;

  // What is said here, in the reader's language; `chosen` has two numbers to be put in.
  const words = JSON.parse(form.dataset.words);
  const part = (id) => document.getElementById(id);
  const all = (selector) => [...form.querySelectorAll(selector)];
  const ticked = (name) => all(`[name=${name}]:checked`).map((input) => input.value);
  const type = () => form.dataset.type || ticked("type")[0];
  const heldOfAnybody = () => (part("known").querySelector("[data-held]")?.dataset.held ?? "").split(" ");
  const held = () =>
    type() === "ERASURE"
      ? ticked("categories").filter((one) => [...form.dataset.standing.split(" "), ...heldOfAnybody()].includes(one))
      : [];

  // The payloads, as the server would build them: the check boxes stand in the contract's order.
  const ids = () => {
    const known = all("[name=known_ids]:checked").map((input) => input.closest("label").querySelector("b").textContent);
    const rows = all(".pa-row").filter((row) => row.querySelector("select").value === "cxone_id");
    const typed = rows.map((row) => row.querySelector("input").value.trim()).filter(Boolean);
    const found = [...new Set([...known, ...typed])];
    return found.length ? found : [""];
  };

  const payload = (id, categories) => {
    const description = form.elements.description.value.trim();
    const scope = ticked("scope")[0] ?? "";
    return { subjectId: id, type: type(), categories, scope, ...(description && { description }) };
  };

  const parts = () => {
    const chosen = ticked("categories");
    const caught = held();
    const waiting = caught.length && ticked("split_held")[0] === "together" ? chosen : caught;
    const free = chosen.filter((one) => !waiting.includes(one));
    const found = [];
    if (free.length || !waiting.length) found.push([waiting.length ? words.now : "", free]);
    if (waiting.length) found.push([words.waits, waiting]);
    return found;
  };

  const figure = (caption, text) => {
    const whole = document.createElement("figure");
    if (caption) whole.append(Object.assign(document.createElement("figcaption"), { textContent: caption }));
    const code = Object.assign(document.createElement("code"), { className: "pa-code" });
    for (const piece of text.split(/("(?:[^"\\]|\\.)*":?)/)) {
      const kind = piece.endsWith('":') ? "k" : piece.startsWith('"') ? "v" : "";
      code.append(Object.assign(document.createElement("span"), { className: kind, textContent: piece }));
    }
    whole.append(code);
    return whole;
  };

  const draw = () => {
    const caught = held();
    const figures = ids().flatMap((id) =>
      parts().map(([caption, categories]) => figure(caption, JSON.stringify(payload(id, categories), null, 2))),
    );
    part("payload").replaceChildren(...figures);
    part("count").textContent = words.chosen
      .replace("{chosen}", ticked("categories").length)
      .replace("{all}", all("[name=categories]").length);
    form.classList.toggle("pa-access", type() === "ACCESS");
    part("held").hidden = caught.length === 0 && !part("held").querySelector(".pa-bad");
    for (const banner of all("[data-hold]")) banner.hidden = !caught.includes(banner.dataset.hold);
    const asks = caught.length > 0 && form.elements.justification?.value.trim();
    part("send").querySelector("span:last-child").textContent = asks ? words.file_and_ask : words.file;
  };

  // Fragments from the server: the newest question wins; a page that is not a fragment is never shown.
  const asker = (target, failed) => {
    let question = null;
    return async (address, options) => {
      question?.abort();
      question = new AbortController();
      const { signal } = question;
      try {
        const answer = await fetch(address, { ...options, signal, headers: { Accept: "text/html" } });
        if (!answer.ok || answer.redirected) throw new Error(`status ${answer.status}`);
        target.innerHTML = await answer.text();
      } catch {
        if (signal.aborted) return;
        target.textContent = failed;
      }
      draw();
    };
  };

  const showDates = asker(part("dates"), words.no_dates);
  const askForDates = () => {
    const law = new URLSearchParams({
      regulation: form.elements.regulation.value,
      received: form.elements.received_on.value,
    });
    showDates(`${form.dataset.clock}?${law}`);
  };

  const showKnown = asker(part("known"), words.not_looked_up);
  const ASKED_WITH = /^(csrfmiddlewaretoken|about|known_ids|identifier-.*)$/;
  const askWhatIsKnown = async () => {
    const asked = [...new FormData(form)].filter(([name]) => ASKED_WITH.test(name));
    await showKnown(form.dataset.check, { method: "POST", body: new URLSearchParams(asked) });
    const another = part("known").querySelector("[data-duplicates]") !== null;
    part("duplicate").hidden = !another && !part("duplicate").querySelector(".pa-bad");
  };

  const addRow = () => {
    const total = form.elements["identifier-TOTAL_FORMS"];
    const most = Number(form.elements["identifier-MAX_NUM_FORMS"].value);
    if (Number(total.value) < most) {
      const row = part("identifier-row").innerHTML.replaceAll("__prefix__", total.value);
      part("identifiers").insertAdjacentHTML("beforeend", row);
      total.value = Number(total.value) + 1;
      part("identifiers").lastElementChild.querySelector("select").focus();
    }
    part("add-row").disabled = Number(total.value) >= most;
  };

  let waiting = 0;
  form.addEventListener("input", (event) => {
    draw();
    if (!/^(identifier-|known_ids)/.test(event.target.name)) return;
    clearTimeout(waiting);
    waiting = setTimeout(askWhatIsKnown, 400);
  });
  form.addEventListener("change", (event) => {
    if (["regulation", "received_on"].includes(event.target.name)) askForDates();
  });
  part("add-row").addEventListener("click", (event) => {
    event.preventDefault();
    addRow();
  });

  // A second click on a slow day sends nothing; were it to, the form's token would keep it from filing twice.
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = "yes";
  });
  window.addEventListener("pageshow", () => delete form.dataset.sent);

  draw();
});
