import { BarChart, LineChart, PieChart, ScatterChart } from 'echarts/charts';
import { GridSimpleComponent } from 'echarts/components';
import { init, use } from 'echarts/core';
import { SVGRenderer } from 'echarts/renderers';
import type { Html } from '../../html.ts';

use([BarChart, LineChart, PieChart, ScatterChart, GridSimpleComponent, SVGRenderer]);

/** Colours of the slices, and of their rows in the table: different in grey, too. */
export const colors = [
  '#1b4f72',
  '#e08e0b',
  '#2e9e73',
  '#b03a5b',
  '#7fb3d5',
  '#6c3483',
  '#c9b458',
  '#44515c',
  '#b5bcc2',
];

// Pixels. The type stays readable as a page of a phone is as wide.
const size = { width: 360, height: 230 };
const font = { fontFamily: 'sans-serif', fontSize: 12, color: '#333' };
const axis = {
  axisLabel: font,
  splitLine: { lineStyle: { color: '#ddd' } },
  axisLine: { lineStyle: { color: '#777' } },
};
const compact = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 2 });
const valueAxis = {
  ...axis,
  type: 'value' as const,
  axisLabel: { ...font, formatter: (value: number) => compact.format(value) },
};
const grid = {
  left: 8,
  right: 16,
  top: 16,
  bottom: 8,
  outerBoundsMode: 'same' as const,
  outerBoundsContain: 'axisLabel' as const,
};

/**
 * What scripts, hovering and clipping need, and these charts do not. Its names count the charts of the process, so that a
 * second run would have other bytes.
 */
const counted =
  /<style[^>]*>[\s\S]*?<\/style>|<defs[^>]*>[\s\S]*?<\/defs>| (?:class|clip-path|ecmeta_\w+|pointer-events)="[^"]*"/g;

/** A chart as SVG. Its texts are numbers and hours, which need neither a language nor trust. */
function svg(option: object): Html {
  const chart = init(null, null, { renderer: 'svg', ssr: true, ...size });
  chart.setOption({ animation: false, color: colors, textStyle: font, ...option });
  const markup = chart.renderToSVGString();
  chart.dispose();
  return { markup: markup.replaceAll(counted, '') };
}

const series = { silent: true, clip: false, emphasis: { disabled: true } };

const overHours = (hours: string[], own: { type: 'bar' | 'line'; data: number[] }): Html =>
  svg({
    grid,
    // Every fourth hour has space for its label on a phone.
    xAxis: { ...axis, type: 'category', data: hours, axisLabel: { ...font, interval: 3 } },
    yAxis: valueAxis,
    series: [{ ...series, ...own, ...(own.type === 'line' && { showSymbol: false, areaStyle: { opacity: 0.15 } }) }],
  });

export const barChart = (hours: string[], data: number[]): Html => overHours(hours, { type: 'bar', data });
export const lineChart = (hours: string[], data: number[]): Html => overHours(hours, { type: 'line', data });

/** Slices in the order of the colours. */
export function pieChart(values: number[]): Html {
  const whole = values.reduce((sum, value) => sum + value, 0);
  const data = values.map((value) => ({
    value,
    // A percentage does not fit in a narrow slice.
    label: { show: value >= whole / 16, formatter: `${Math.round((100 * value) / whole)} %` },
  }));
  const label = { ...font, position: 'inside' as const, color: '#fff', textBorderColor: '#333', textBorderWidth: 2 };
  return svg({
    series: [
      {
        type: 'pie',
        radius: '92%',
        silent: true,
        emphasis: { disabled: true },
        data,
        label,
        labelLine: { show: false },
      },
    ],
  });
}

export const scatterChart = (points: [number, number][]): Html =>
  svg({
    grid,
    xAxis: { ...valueAxis, splitNumber: 4 },
    yAxis: valueAxis,
    series: [{ ...series, type: 'scatter', data: points, symbolSize: 7, itemStyle: { opacity: 0.7 } }],
  });

type Ends = { low: number; high: number };

/** Values of the past, then what is expected, inside its band where there is one. `labels` are of all days. */
export function bandChart(labels: string[], past: number[], expected: number[], band: readonly Ends[]): Html {
  const after = (values: number[]) => [...past.map(() => '-'), ...values];
  const line = { ...series, type: 'line' as const, showSymbol: false };
  const stacked = { ...line, stack: 'band', lineStyle: { opacity: 0 } };
  return svg({
    grid,
    // Every other week has space for its label on a phone.
    xAxis: { ...axis, type: 'category', data: labels, axisLabel: { ...font, interval: 20 } },
    yAxis: valueAxis,
    series: [
      ...(band.length > 0
        ? [
            { ...stacked, data: after(band.map(({ low }) => low)) },
            { ...stacked, data: after(band.map(({ low, high }) => high - low)), areaStyle: { opacity: 0.2 } },
          ]
        : []),
      { ...line, data: past, lineStyle: { color: colors[7] } },
      { ...line, data: after(expected), lineStyle: { color: colors[1], width: 2 } },
    ],
  });
}
