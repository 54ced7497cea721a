/** A core: loudness for the eye. */

/** Returns how far a meter goes, 0 to 1, for dBFS RMS: -60 is nothing, -10 is all of it. */
export function level(db: number): number {
  return Math.min(1, Math.max(0, (db + 60) / 50));
}

/** Returns the dBFS RMS of samples, -100 for nothing. */
export function loudness(samples: Float32Array): number {
  let sum = 0;
  for (const sample of samples) sum += sample * sample;
  const power = samples.length === 0 ? 0 : sum / samples.length;
  return power > 1e-10 ? 10 * Math.log10(power) : -100;
}
