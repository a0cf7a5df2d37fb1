// Lets the admin theme run under script-src 'self'. @alpinejs/csp parses one expression per attribute, knows only
// names that are registered with it, and reaches no globals. The theme writes its shell for the other build: here
// its functions are registered, and the page's own state, which it sets up in several statements, is replaced.

document.addEventListener("alpine:init", () => {
  // `theme` sits on <html>; `searchForm` on the search box of every list.
  Alpine.data("theme", window.theme);
  Alpine.data("searchForm", window.searchForm);

  const KEY = "sidebarDesktopOpen";
  const body = document.body;
  const firstTab = /activeTab: '([^']*)'/.exec(body.getAttribute("x-data") ?? "")?.[1];

  Alpine.data("shell", () => ({
    activeTab: firstTab === undefined ? "" : getCurrentTab() ?? firstTab,
    sidebarMobileOpen: false,
    sidebarDesktopOpen: localStorage.getItem(KEY) !== "0",
    // A change form's `action` is bound to the address it was opened at.
    window: { location: { pathname: location.pathname, search: location.search } },
    init() {
      this.$watch(KEY, (open) => localStorage.setItem(KEY, open ? "1" : "0"));
    },
  }));
  body.setAttribute("x-data", "shell");
  body.removeAttribute("x-init");
});
