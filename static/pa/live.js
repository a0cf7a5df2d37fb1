// Keeps a page up to date while something is under way, such as a request or a verification. The server says in
// `data-moving` how soon something can change by itself: "soon", "later" or "never"; after "never" nobody asks any
// more. An unchanged page answers 304. What the reader has open, focused or selected stays, and a form that is marked
// `data-live-keep` keeps what was typed into it; a change is told once, politely.

(() => {
  const frame = document.querySelector("[data-live]");
  if (!frame) return;

  const said = document.querySelector("[data-live-said]");
  const trouble = document.querySelector("[data-live-trouble]");
  const SOON = 2000;
  const LATER = 15000;
  // After so many answers without news the questions become rarer: most work ends within a minute.
  const PATIENCE = 30;
  let unchanged = 0;
  let timer = 0;
  let asking = false;

  const state = () => frame.firstElementChild.dataset;

  const pause = () => (state().moving === "soon" && unchanged < PATIENCE ? SOON : LATER);

  const plan = () => {
    clearTimeout(timer);
    if (state().moving !== "never" && !document.hidden) timer = setTimeout(ask, pause());
  };

  const complain = (words) => {
    trouble.textContent = words;
    trouble.hidden = !words;
  };

  const isReading = () => {
    const selection = getSelection();
    return !selection.isCollapsed && frame.contains(selection.anchorNode);
  };

  // The form itself moves into the new page, with what stands in it; a form that is no longer there is gone.
  const keep = (fragment) => {
    for (const old of frame.querySelectorAll("[data-live-keep]")) {
      fragment.querySelector(`#${CSS.escape(old.id)}`)?.replaceWith(old);
    }
  };

  const show = (fragment) => {
    const open = [...frame.querySelectorAll("details[open][id]")].map((details) => details.id);
    const focused = frame.contains(document.activeElement) ? document.activeElement : null;
    const place = focused?.id || focused?.closest("[id]")?.id;
    const written = focused?.closest("[data-live-keep]") ? [focused.selectionStart, focused.selectionEnd] : null;
    const before = state().said;

    keep(fragment);
    frame.replaceChildren(fragment);

    for (const id of open) document.getElementById(id)?.setAttribute("open", "");
    if (written && focused.isConnected) goOnWriting(focused, written);
    else if (focused) refocus(place);
    if (state().said !== before) said.textContent = state().said;
  };

  // Moving it took the focus away, and with it the place of the cursor.
  const goOnWriting = (field, [start, end]) => {
    field.focus({ preventScroll: true });
    if (start !== null && start !== undefined) field.setSelectionRange(start, end);
  };

  // What was focused may be gone, such as a button that no longer applies: then the page's own heading takes over.
  const refocus = (id) => {
    const found = id && document.getElementById(id);
    const target = found?.matches("a, button, summary") ? found : found?.querySelector("summary");
    if (target) return target.focus({ preventScroll: true });
    const heading = document.getElementById("reference") ?? frame.querySelector("h2");
    heading?.setAttribute("tabindex", "-1");
    heading?.focus({ preventScroll: true });
  };

  const take = async (answer) => {
    if (answer.status === 304) {
      unchanged += 1;
      return complain("");
    }
    if (answer.redirected || answer.status === 403) {
      clearTimeout(timer);
      complain("You have been signed out, or may no longer see this page. Reload it.");
      state().moving = "never";
      return undefined;
    }
    if (!answer.ok) throw new Error(`status ${answer.status}`);
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    // A selection would be lost: the news waits until the reader lets go of it.
    if (isReading()) return undefined;
    unchanged = 0;
    complain("");
    return show(document.adoptNode(page.body.firstElementChild));
  };

  async function ask() {
    if (asking) return;
    asking = true;
    try {
      const headers = { "If-None-Match": `"${state().version}"` };
      await take(await fetch(frame.dataset.live, { headers, cache: "no-store", credentials: "same-origin" }));
    } catch {
      unchanged = PATIENCE;
      complain("This page could not be brought up to date just now. It is tried again by itself.");
    } finally {
      asking = false;
      plan();
    }
  }

  document.addEventListener("visibilitychange", () => {
    if (document.hidden) return clearTimeout(timer);
    return state().moving === "never" ? undefined : ask();
  });

  plan();
})();
