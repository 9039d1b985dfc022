/* The few things a page cannot do without a script; every page works without this file. */
"use strict";
document.addEventListener("click", (event) => {
  const copy = event.target.closest("[data-copy]");
  if (copy) {
    const sentence = document.querySelector(copy.dataset.copy);
    const stamp = document.querySelector(".asof");
    const text = [sentence, stamp].filter(Boolean).map((each) => each.innerText.replace(/\s+/g, " ").trim()).join("\n");
    navigator.clipboard.writeText(text).then(() => { copy.querySelector("[data-said]").textContent = copy.dataset.done; });
  }
  document.querySelectorAll("details.who[open]").forEach((menu) => { if (!menu.contains(event.target)) menu.open = false; });
});
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.dataset.sent) { event.preventDefault(); return; }
  form.dataset.sent = "1";
});
window.addEventListener("pageshow", () => {
  document.querySelectorAll("form[data-sent]").forEach((form) => { delete form.dataset.sent; });
  const first = document.querySelector("#problem, [aria-invalid=true]");
  if (first) first.focus();
});
