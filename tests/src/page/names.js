// Finds elements by what assistive technology calls them: a small part of the "Accessible Name and
// Description Computation" of the W3C, as far as these pages need it.
const names = (() => {
  const squeeze = (text) => text.replace(/\s+/g, " ").trim();

  const KINDS = {
    pressable: "button, a[href], summary, input[type=checkbox], input[type=radio], " +
      "[role=button], [role=link], [role=tab], [role=menuitem], [role=menuitemradio], [role=option], [role=radio], [role=switch]",
    field: "input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable=true]",
  };

  function isShown(element) {
    if (element.closest("[inert], [aria-hidden=true]")) return false;
    if (!element.getClientRects().length) return false;
    const style = getComputedStyle(element);
    if (style.visibility !== "visible") return false;
    // While a modal dialog is open, nothing else can be reached.
    const modal = [...document.querySelectorAll("dialog[open], [aria-modal=true]")].pop();
    return !modal || modal.contains(element);
  }

  const named = (ids) =>
    squeeze(ids.split(/\s+/).map((id) => document.getElementById(id)?.textContent ?? "").join(" "));

  function nameOf(element) {
    const labelledBy = element.getAttribute("aria-labelledby");
    if (labelledBy) return named(labelledBy);
    const label = element.getAttribute("aria-label");
    if (label) return squeeze(label);
    if (element.labels?.length) {
      return squeeze([...element.labels].map((one) => textWithoutFields(one)).join(" "));
    }
    const text = squeeze(textOf(element));
    return text || squeeze(element.getAttribute("title") ?? element.getAttribute("placeholder") ?? "");
  }

  // What an element says: hidden marks and keyboard hints left out.
  function textOf(element) {
    let text = "";
    for (const node of element.childNodes) {
      if (node.nodeType === Node.TEXT_NODE) text += node.textContent;
      if (node.nodeType !== Node.ELEMENT_NODE) continue;
      if (node.getAttribute("aria-hidden") === "true" || node.tagName === "KBD") continue;
      text += node.getAttribute("aria-label") ?? textOf(node);
      if (getComputedStyle(node).display !== "inline") text += " ";
    }
    return text;
  }

  function textWithoutFields(label) {
    const copy = label.cloneNode(true);
    copy.querySelectorAll("input, textarea, select, [aria-hidden=true]").forEach((part) => part.remove());
    return copy.textContent;
  }

  // A name that ends with `*` stands for every name that begins so. Where a button is disabled, its reason
  // follows its name.
  const matches = (name, wanted) =>
    wanted.endsWith("*") ? name.startsWith(wanted.slice(0, -1)) : name === wanted || name.startsWith(`${wanted}. `);

  const isOff = (element) => element.disabled || element.getAttribute("aria-disabled") === "true";

  const all = (kind) => [...document.querySelectorAll(KINDS[kind])].filter(isShown);

  return {
    find: (kind, wanted) => all(kind).find((one) => !isOff(one) && matches(nameOf(one), wanted)) ?? null,
    whole: (wanted) => all("pressable").map(nameOf).find((name) => matches(name, wanted)) ?? null,
    known: (kind) => all(kind).map(nameOf),
    permission(wanted) {
      const found = [...all("pressable"), ...all("field")].find((one) => matches(nameOf(one), wanted));
      if (!found) return {};
      return { allowed: !isOff(found), why: found.getAttribute("title") ?? "" };
    },
    text: () => squeeze(document.body?.innerText ?? ""),
  };
})();
