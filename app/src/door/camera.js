// Reads passes with the camera where the browser can read QR codes: what it reads goes into the field and the form is
// sent, as a scanner at the counter would do. Everywhere else the field stays as it is and nothing is offered.
const place = document.querySelector("[data-camera]");
const [start, stop, view, video, said] = ["start", "stop", "view", "video", "said"].map((name) => place.querySelector(`[data-camera-${name}]`));
const WHY = { NotAllowedError: "refused", SecurityError: "refused", NotFoundError: "none", OverconstrainedError: "none" };
let detector;
let stream;
let asking = false;

function say(why) {
  said.textContent = why ? place.dataset[why] : "";
}

function end() {
  for (const track of stream?.getTracks() ?? []) track.stop();
  stream = undefined;
  video.srcObject = null;
  view.hidden = true;
  start.hidden = false;
}

async function begin() {
  if (asking || stream) return;
  asking = true;
  say();
  let given;
  try {
    given = await navigator.mediaDevices.getUserMedia({ audio: false, video: { facingMode: "environment" } });
    stream = given;
    video.srcObject = given;
    view.hidden = false;
    start.hidden = true;
    stop.focus();
    given.getVideoTracks()[0].onended = () => fail("busy");
    await video.play();
    look(given);
  } catch (error) {
    // What was ended by hand needs no excuse.
    if (!given || stream === given) fail(WHY[error.name] ?? "busy");
  }
  asking = false;
  // Somebody went elsewhere while the browser asked for permission.
  if (document.hidden) end();
}

function fail(why) {
  end();
  say(why);
  start.focus();
}

async function look(given) {
  let failed = 0;
  while (stream === given) {
    let codes = [];
    try {
      codes = await detector.detect(video);
      failed = 0;
    } catch {
      // The first pictures may not be there yet.
      failed += 1;
      if (failed > 25 && stream === given) return fail("busy");
    }
    if (stream !== given) return;
    // Out of sight: somebody is asked about by another ticket, and the next pass is not to take their place.
    if (view.getClientRects().length === 0) return end();
    const pass = codes.map((code) => code.rawValue.trim()).find((text) => text.startsWith("P1."));
    if (pass) {
      end();
      const input = document.querySelector("#f-ticket");
      input.value = pass;
      return input.form.requestSubmit();
    }
    if (codes.length) say("other");
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

async function offer() {
  if (!("BarcodeDetector" in window) || !navigator.mediaDevices?.getUserMedia) return;
  if (!(await BarcodeDetector.getSupportedFormats()).includes("qr_code")) return;
  detector = new BarcodeDetector({ formats: ["qr_code"] });
  start.addEventListener("click", begin);
  stop.addEventListener("click", () => {
    end();
    say();
    start.focus();
  });
  document.addEventListener("visibilitychange", () => document.hidden && stream && end());
  addEventListener("pagehide", end);
  place.hidden = false;
}
// A browser that cannot even say what it reads is one that offers nothing.
offer().catch(() => {});
