// The package's own types of these modules import files without an extension, which NodeNext does not resolve.

declare module 'echarts/core' {
  type Chart = { setOption: (option: object) => void; renderToSVGString: () => string; dispose: () => void };
  type Size = { renderer: 'svg'; ssr: true; width: number; height: number };
  export const use: (extensions: readonly object[]) => void;
  export const init: (element: null, theme: null, options: Size) => Chart;
}

declare module 'echarts/charts' {
  export const BarChart: object;
  export const LineChart: object;
  export const PieChart: object;
  export const ScatterChart: object;
}

declare module 'echarts/components' {
  export const GridSimpleComponent: object;
}

declare module 'echarts/renderers' {
  export const SVGRenderer: object;
}
