// Starts the user interface, or says in plain words why it cannot start.

const boot = document.getElementById("boot");

/** Replaces the opening message by what went wrong and a way to try again. */
function explain(title, detail) {
  const heading = document.createElement("h1");
  heading.textContent = title;

  const advice = document.createElement("p");
  advice.textContent =
    "Nothing was changed, and releases go on as they are. Try again; if it stays like this, " +
    "update Signalbox or ask whoever runs its server.";

  const technical = document.createElement("p");
  technical.className = "ink3 fs12 mono";
  technical.textContent = detail;

  const retry = document.createElement("button");
  retry.className = "btn";
  retry.type = "button";
  retry.textContent = "Try again";
  retry.addEventListener("click", () => location.reload());

  boot.setAttribute("role", "alert");
  boot.replaceChildren(heading, advice, technical, retry);
}

if (typeof WebAssembly === "undefined") {
  explain("This browser cannot run Signalbox", "WebAssembly is missing or switched off.");
} else {
  try {
    // Imported here, not at the top: a program that fails to load is then reported as well.
    const { default: init } = await import("./ui.js");
    await init({ module_or_path: "/ui_bg.wasm" });
    boot.remove();
  } catch (error) {
    console.error(error);
    explain("Signalbox could not start", String(error?.message ?? error));
  }
}
