// What was read off the display goes with the form, once.
const form = document.querySelector("[data-scan] form");
const offer = form.querySelector("input[name=offer]");
const read = sessionStorage.getItem("display-offer");
if (read) offer.value = read;
document.querySelector("[data-scan-missing]").hidden = Boolean(offer.value);
form.addEventListener("submit", () => sessionStorage.removeItem("display-offer"));
