// A high short tone for "come in", a low long one for "no": told without looking.
let context;
let on = true;

export const setSound = (to) => (on = to);

export function beep(yes) {
  if (!on || !("AudioContext" in window)) return;
  context ??= new AudioContext();
  const [tone, seconds] = yes ? [880, 0.12] : [196, 0.45];
  const oscillator = context.createOscillator();
  const volume = context.createGain();
  oscillator.frequency.value = tone;
  volume.gain.setValueAtTime(0.2, context.currentTime);
  volume.gain.exponentialRampToValueAtTime(0.001, context.currentTime + seconds);
  oscillator.connect(volume).connect(context.destination);
  oscillator.start();
  oscillator.stop(context.currentTime + seconds);
}
