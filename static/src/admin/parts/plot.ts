// uPlot behind chart.ts: stacked columns by day. Colours come from the style sheet's tokens, so that themes need nothing here.
import uPlot from 'uplot';
import sheet from 'uplot/dist/uPlot.min.css';
import { dateFormat } from '../../core/format.ts';
import { language } from '../../core/i18n.ts';
import { useSheet } from '../../views/parts/sheet.ts';
import type { ChartData } from './chart.ts';

const HEIGHT = 220;
/** Room for the label of a day. */
const LABEL = 64;

/** Draws into the box and follows its width; answers how to take it away. */
export function plot(box: HTMLElement, d: ChartData): () => void {
  useSheet('uplot', sheet);
  const style = getComputedStyle(box);
  const colour = (name: string): string => {
    // light-dark() is resolved by a property that is painted with it.
    const probe = document.createElement('i');
    probe.className = name;
    box.append(probe);
    const c = getComputedStyle(probe).backgroundColor;
    probe.remove();
    return c;
  };
  const ink = style.color;
  const grid = colour('chart-grid');
  const xs = d.days.map((day) => Date.parse(`${day}T12:00:00Z`) / 1000);
  // Drawn from the highest down: each column is the sum of what lies under it and its own.
  const sums = d.series.map((_, k) => d.days.map((__, i) => d.series.slice(0, k + 1).reduce((n, s) => n + (s.values[i] ?? 0), 0)));
  const order = d.series.map((_, k) => k).reverse();
  const bars = uPlot.paths.bars!({ size: [0.7, 28] });
  const number = new Intl.NumberFormat(language.value, { notation: 'compact' });
  const font = `12px ${style.fontFamily}`;
  const rtl = style.direction === 'rtl';
  const chart = new uPlot({
    width: box.clientWidth, height: HEIGHT, legend: { show: false }, cursor: { show: false }, padding: [8, 20, 0, 0],
    scales: { x: { time: true, dir: rtl ? -1 : 1, range: (_u, min, max) => [min - 43_200, max + 43_200] }, y: { range: (_u, _min, max) => [0, Math.max(4, max * 1.08)] } },
    series: [{}, ...order.map((k) => ({ label: d.series[k]!.label, fill: colour(d.series[k]!.tone), width: 0, paths: bars, points: { show: false } }))],
    axes: [
      // Labels stand under columns, as many as there is room for, the newest always.
      { stroke: ink, font, grid: { show: false }, ticks: { show: false }, splits: (u) => { const step = Math.max(1, Math.ceil((xs.length * LABEL) / Math.max(1, u.bbox.width / devicePixelRatio))); return xs.filter((_, i) => (xs.length - 1 - i) % step === 0); }, values: (_u, at) => at.map((s) => dateFormat({ day: 'numeric', month: 'short', timeZone: 'UTC' }).format(new Date(s * 1000))) },
      { stroke: ink, font, side: rtl ? 1 : 3, grid: { stroke: grid, width: 1 }, ticks: { show: false }, incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000, 50_000, 100_000, 1_000_000], values: (_u, at) => at.map((n) => number.format(n)), label: d.unit, labelFont: font, labelSize: 18, size: 48 },
    ],
  }, [xs, ...order.map((k) => sums[k]!)], box);
  const watch = new ResizeObserver(() => { if (box.clientWidth && box.clientWidth !== chart.width) chart.setSize({ width: box.clientWidth, height: HEIGHT }); });
  watch.observe(box);
  const dark = matchMedia('(prefers-color-scheme: dark)');
  const again = (): void => { stop(); stop = plot(box, d); };
  dark.addEventListener('change', again);
  let stop = (): void => { dark.removeEventListener('change', again); watch.disconnect(); chart.destroy(); };
  return () => stop();
}
