// Lets one set the place within the city by pressing on the map. The form works without: then it is the city's centre.
const map = document.querySelector("[data-bus-map]");
const land = map.querySelector("svg");
const pin = land.querySelector(".bus-pin");
const place = document.querySelector("input[name=place]");
document.querySelector("[data-bus-map-said]").hidden = false;
function put(x, y) {
  pin.setAttribute("cx", x);
  pin.setAttribute("cy", y);
}
land.addEventListener("click", (event) => {
  const box = land.getBoundingClientRect();
  const x = Math.round((event.clientX - box.left) / box.width * land.viewBox.baseVal.width);
  const y = Math.round((event.clientY - box.top) / box.height * land.viewBox.baseVal.height);
  place.value = `${x},${y}`;
  put(x, y);
});
// Another city: the place set before was in the old one.
map.addEventListener("change", () => {
  place.value = "";
  put(-40, -40);
});
