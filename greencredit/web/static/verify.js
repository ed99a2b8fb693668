// Compares the digest that the QR code carries after `#` with the one on file. The part after `#` never leaves the
// browser, so the comparison is made here; the form on the page does the same without a script.
"use strict";

const check = document.getElementById("fragment-check");
const carried = /^#([0-9a-f]{64})$/i.exec(window.location.hash);

if (check && carried) {
  const verdict = carried[1].toLowerCase() === check.dataset.digest ? "agrees" : "differs";
  check.classList.add(`check-${verdict}`);
  check.querySelector(`[data-when="${verdict}"]`).hidden = false;
  check.hidden = false;
}
