// What the picture says stands behind the hash sign. This tab keeps it while its owner signs in, and goes on.
const read = location.hash.slice(1);
if (read) {
  sessionStorage.setItem("display-offer", read);
  location.replace(document.querySelector("[data-scan-next]").dataset.scanNext);
}
