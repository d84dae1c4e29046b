/**
 * Returns the x between `low` and `high` at which a monotonic function crosses zero, or the nearer
 * end if it does not. It uses the Illinois rule (Dowell & Jarratt 1971), which never leaves the
 * bracket and converges faster than linearly.
 */
export function findRoot(f: (x: number) => number, [low, high]: [number, number], tolerance = 1e-12): number {
  let [a, b] = [low, high];
  let [fa, fb] = [f(a), f(b)];
  if (fa * fb > 0) return Math.abs(fa) < Math.abs(fb) ? a : b;
  for (let i = 0; i < 200 && Math.abs(b - a) > tolerance * Math.max(1, Math.abs(a)) && fb !== 0; i++) {
    const secant = b - (fb * (b - a)) / (fb - fa);
    const x = Number.isFinite(secant) ? secant : (a + b) / 2;
    const fx = f(x);
    if (fx * fb < 0) [a, fa] = [b, fb];
    else fa /= 2;
    [b, fb] = [x, fx];
    if (Math.abs(fx) < 1e-15) break;
  }
  return b;
}
