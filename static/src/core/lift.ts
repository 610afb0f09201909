// Where something that floats at the bottom lies over nothing else.
export interface Box { left: number; right: number; top: number; bottom: number }
const GAP = 8;
const over = (box: Box, lift: number, o: Box): boolean => o.left < box.right + GAP && o.right > box.left - GAP && o.top < box.bottom - lift + GAP && o.bottom > box.top - lift - GAP;
/** How far a box must be lifted so that it lies over none of the others; 0 where there is no such place in reach. Where
 *  it is now (`now`) it stays as long as it lies over nothing. Pure, so that it can be tested. */
export function liftOf(box: Box, others: readonly Box[], reach: number, now = 0): number {
  if (now > 0 && now <= reach && !others.some((o) => over(box, now, o))) return now;
  let lift = 0;
  for (const o of [...others].sort((a, b) => b.bottom - a.bottom)) if (over(box, lift, o)) lift = box.bottom - o.top + GAP + 1;
  return lift <= reach ? lift : 0;
}
