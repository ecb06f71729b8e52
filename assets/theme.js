// Applies the theme that was chosen on this device. The choice is "light" or "dark" under the key
// "signalbox-theme"; without one, the style sheet follows the system.
(() => {
  let chosen = null;
  try {
    chosen = localStorage.getItem("signalbox-theme");
  } catch {
    // Storage is closed to this page (private window, policy): follow the system.
  }
  if (chosen === "light" || chosen === "dark") {
    document.documentElement.dataset.theme = chosen;
  }
})();
