// Applies what was chosen on this device before the first paint: the theme ("light" or "dark" under
// "signalbox-theme"; without one, the style sheet follows the system) and the height of table rows
// ("compact" under "signalbox-density").
(() => {
  const root = document.documentElement;
  let theme = null;
  let density = null;
  try {
    theme = localStorage.getItem("signalbox-theme");
    density = localStorage.getItem("signalbox-density");
  } catch {
    // Storage is closed to this page (private window, policy): follow the system.
  }
  if (theme === "light" || theme === "dark") {
    root.dataset.theme = theme;
  }
  if (density === "compact") {
    root.dataset.density = density;
  }
})();
